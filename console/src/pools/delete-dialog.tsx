/** Delete Node Pool: what goes and what stays, and the name typed out where something is lost. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import RadioGroup from "@cloudscape-design/components/radio-group";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { PoolDetail } from "../../../src/api/types.ts";
import { useTell } from "../app/notices.tsx";
import { useAsker } from "../ask/context.ts";
import { poolQuery } from "../ask/queries.ts";
import type { DialogProps } from "../dialogs/use-dialog.ts";
import { AppLink } from "../parts/app-link.tsx";
import { WishDialog } from "../wish/dialog.tsx";
import { deletePoolWish } from "./wishes.ts";

type Instances = PoolDetail["spec"]["deletion"]["instances"];

export function DeletePoolDialog({ name, onClose }: DialogProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "pools.deletion" });
  const { t: tw } = useTranslation("translation", { keyPrefix: "wish" });
  const tell = useTell();
  const { data: pool } = useQuery(poolQuery(useAsker(), name));
  const [chosen, setChosen] = useState<Instances | null>(null);
  const instances = chosen ?? pool?.spec.deletion.instances ?? "Release";
  return (
    <WishDialog
      title={t("title")}
      wish={deletePoolWish(name, instances)}
      submitText={tw("confirm")}
      onClose={onClose}
      fields={
        <SpaceBetween size="m">
          <Box>{t("question", { pool: name })}</Box>
          {(pool?.nodes.machines ?? 0) > 0 && (
            <SpaceBetween size="m">
              <Alert type="info">
                {t("advice")} <AppLink href={`/pools/${name}?tab=nodes`}>{t("toNodes")}</AppLink>
              </Alert>
              <Fate instances={instances} onChange={setChosen} />
            </SpaceBetween>
          )}
        </SpaceBetween>
      }
      onDone={(outcome) => {
        const text = outcome.effects.map(({ sentence }) => sentence).join(" ");
        tell({ kind: "success", title: t("done", { pool: name }), text });
        onClose();
      }}
    />
  );
}

interface FateProps {
  readonly instances: Instances;
  readonly onChange: (instances: Instances) => void;
}

function Fate({ instances, onChange }: FateProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "pools.deletion" });
  return (
    <FormField label={t("instances")}>
      <RadioGroup
        value={instances}
        onChange={({ detail }) => onChange(detail.value === "Keep" ? "Keep" : "Release")}
        items={[
          { value: "Release", label: t("release"), description: t("releaseHow") },
          { value: "Keep", label: t("keep"), description: t("keepHow") },
        ]}
      />
    </FormField>
  );
}
