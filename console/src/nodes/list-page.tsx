/** Nodes of all pools. */
import { createLazyRoute } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { NodeTable } from "./table.tsx";

export const route = createLazyRoute("/nodes")({ component: NodeList });

function NodeList(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "nodes" });
  return <NodeTable pool={null} title={t("title")} level="h1" />;
}
