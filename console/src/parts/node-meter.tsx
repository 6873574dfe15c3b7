/** How many nodes of a pool are ready, as a bar and as the numbers of `kubectl get mnp`. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { PoolView } from "../../../src/api/types.ts";
import { colours } from "./colours.ts";

export function NodeMeter({ nodes }: { readonly nodes: PoolView["nodes"] }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "pools" });
  const { ready, desired } = nodes;
  const share = desired === 0 ? 1 : Math.min(1, ready / desired);
  return (
    <div style={{ display: "grid", gap: "4px", minInlineSize: "72px" }}>
      <span>{t("readyOf", { ready, desired })}</span>
      <svg
        viewBox="0 0 100 4"
        preserveAspectRatio="none"
        aria-hidden="true"
        style={{ blockSize: "4px", inlineSize: "100%" }}
      >
        <rect width="100" height="4" rx="2" style={{ fill: colours.track }} />
        <rect width={share * 100} height="4" rx="2" style={{ fill: colours.bar }} />
      </svg>
    </div>
  );
}
