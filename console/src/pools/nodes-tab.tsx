/** The Nodes tab of a pool, with Remove Node over those that are selected. */
import Button from "@cloudscape-design/components/button";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { MachineView, PoolDetail } from "../../../src/api/types.ts";
import { useOff } from "../ask/use-access.ts";
import { useDialog } from "../dialogs/use-dialog.ts";
import { NodeTable } from "../nodes/table.tsx";

export function NodesTab({ pool }: { readonly pool: PoolDetail }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "nodes" });
  const off = useOff();
  const { open } = useDialog();
  const [selected, setSelected] = useState<readonly MachineView[]>([]);
  const denied = off("removeNodes");
  const isNothing = selected.length === 0;
  const why = denied.disabled ? denied.disabledReason : t("removal.nothing");
  return (
    <NodeTable
      pool={pool.name}
      title={t("title")}
      level="h2"
      selection={{
        items: selected,
        onChange: setSelected,
        label: ({ node, name }) => t("select", { node: node ?? name }),
      }}
      actions={
        <Button
          onClick={() => {
            open("remove", pool.name, { nodes: selected.map(({ name }) => name).join(",") });
          }}
          disabled={denied.disabled || isNothing}
          disabledReason={why}
        >
          {t("removal.button")}
        </Button>
      }
    />
  );
}
