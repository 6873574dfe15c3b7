/** A map such as labels, pair by pair. */
import SpaceBetween from "@cloudscape-design/components/space-between";
import Token from "@cloudscape-design/components/token";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

export function TokenList({ map }: { readonly map: Readonly<Record<string, string>> }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "everywhere" });
  const entries = Object.entries(map);
  if (entries.length === 0) return t("none");
  return (
    <SpaceBetween direction="horizontal" size="xxs">
      {entries.map(([key, value]) => (
        <Token variant="inline" key={key} label={value === "" ? key : `${key}=${value}`} />
      ))}
    </SpaceBetween>
  );
}
