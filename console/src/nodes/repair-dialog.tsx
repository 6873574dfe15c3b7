/** Repair one node now, from the rung that is chosen. */
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { stepWord } from "../../../src/text/words.ts";
import { usePreferences } from "../app/look.ts";
import { useTell } from "../app/notices.tsx";
import type { DialogProps } from "../dialogs/use-dialog.ts";
import { WishDialog } from "../wish/dialog.tsx";
import { repairWish, type Rung, rungs } from "./wishes.ts";

export function RepairDialog({ name, onClose }: DialogProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "node.repair_" });
  const { language } = usePreferences().current;
  const tell = useTell();
  const [rung, setRung] = useState<Rung>("Reboot");
  return (
    <WishDialog
      title={t("title", { node: name })}
      wish={repairWish(name, rung)}
      submitText={t("submit")}
      onClose={onClose}
      fields={
        <FormField label={t("rung")} description={t("rungHow")}>
          <RadioGroup
            value={rung}
            onChange={({ detail }) => setRung(detail.value as Rung)}
            items={rungs.map((value) => ({
              value,
              label: stepWord(value, language),
              description: t(`rungs.${value}`),
            }))}
          />
        </FormField>
      }
      onDone={(outcome) => {
        const operation = outcome.objects.find(({ kind }) => kind === "NodeOperation");
        tell({
          kind: "success",
          title: t("done", { node: name }),
          link:
            operation === undefined
              ? undefined
              : { text: t("follow"), href: `/operations/${operation.name}` },
        });
        onClose();
      }}
    />
  );
}
