/** Remove Node: Release Instance, Drain the Node, and what will happen, before anybody says OK. */
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Outcome } from "../../../src/api/answers.ts";
import { useTell } from "../app/notices.tsx";
import { useAsker } from "../ask/context.ts";
import { machinesQuery } from "../ask/queries.ts";
import type { DialogProps } from "../dialogs/use-dialog.ts";
import { WishDialog } from "../wish/dialog.tsx";
import { removeWish } from "./wishes.ts";

/** More than anybody reads; the effects name them too. */
const shownNames = 12;

export function RemoveDialog({ name: pool, nodes, onClose }: DialogProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "nodes.removal" });
  const { t: tw } = useTranslation("translation", { keyPrefix: "wish" });
  const tell = useTell();
  const [drain, setDrain] = useState(true);
  const [release, setRelease] = useState(false);
  const count = nodes.length;
  const onDone = (outcome: Outcome): void => {
    const operation = outcome.objects.find(({ kind }) => kind === "NodeOperation");
    tell({
      kind: "success",
      title: t("done", { count, pool }),
      link:
        operation === undefined ? undefined : { text: t("follow"), href: `/operations/${operation.name}` },
    });
    onClose();
  };
  return (
    <WishDialog
      title={t("title")}
      wish={removeWish(pool, { nodes, drain, release })}
      submitText={tw("ok")}
      onClose={onClose}
      onDone={onDone}
      fields={
        <SpaceBetween size="m">
          <Chosen pool={pool} nodes={nodes} />
          <Checkbox
            checked={release}
            onChange={({ detail }) => setRelease(detail.checked)}
            description={t("releaseHow")}
          >
            {t("release")}
          </Checkbox>
          <Checkbox
            checked={drain}
            onChange={({ detail }) => setDrain(detail.checked)}
            description={t("drainHow")}
          >
            {t("drain")}
          </Checkbox>
        </SpaceBetween>
      }
    />
  );
}

function Chosen({ pool, nodes }: { readonly pool: string; readonly nodes: readonly string[] }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "nodes.removal" });
  const { data } = useQuery(machinesQuery(useAsker(), { pool, limit: 1000 }));
  const nodeOf = new Map(data?.items.map(({ name, node }) => [name, node ?? name]));
  const shown = nodes.slice(0, shownNames).map((name) => nodeOf.get(name) ?? name);
  const rest = nodes.length - shown.length;
  return (
    <div>
      <Box>{t("question", { count: nodes.length, pool })}</Box>
      <Box variant="strong">
        {[...shown, ...(rest > 0 ? [t("andMore", { count: rest })] : [])].join(", ")}
      </Box>
    </div>
  );
}
