/** What the pool told of while the operation ran. */
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { OperationDetail } from "../../../src/api/types.ts";
import { EventTable } from "../events/table.tsx";

export function Story({ operation }: { readonly operation: OperationDetail }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "operations" });
  return (
    <ExpandableSection headerText={t("story", { pool: operation.pool })} headingTagOverride="h2">
      <EventTable pool={operation.pool} level="h2" />
    </ExpandableSection>
  );
}
