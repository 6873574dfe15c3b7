/** What stands in a place until its answer is there. */
import Box from "@cloudscape-design/components/box";
import Spinner from "@cloudscape-design/components/spinner";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

export function Waiting(): ReactNode {
  const { t } = useTranslation();
  return (
    <Box padding="l" color="text-status-inactive">
      <span role="status">
        <Spinner /> {t("everywhere.loading")}
      </span>
    </Box>
  );
}
