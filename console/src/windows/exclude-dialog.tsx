/** Days on which a window stays closed. */
import FormField from "@cloudscape-design/components/form-field";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { parse } from "../../../src/schema/parse.ts";
import { exclusion } from "../../../src/schema/window.ts";
import { complaintAt } from "../../../src/text/complaint.ts";
import { usePreferences } from "../app/look.ts";
import { useTell } from "../app/notices.tsx";
import type { DialogProps } from "../dialogs/use-dialog.ts";
import { WishDialog } from "../wish/dialog.tsx";
import { type Days, excludeWish } from "./wishes.ts";

export function ExcludeDialog({ name, to: firstDay = "", onClose }: DialogProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "windows" });
  const tell = useTell();
  const [days, setDays] = useState<Days>({ from: firstDay, to: firstDay, reason: "" });
  const { language } = usePreferences().current;
  const [isTried, setTried] = useState(false);
  const checked = parse(exclusion, { from: days.from.trim(), to: days.to.trim() });
  const problemOf = (field: keyof Days): string | undefined =>
    checked.ok || !isTried ? undefined : complaintAt(checked.problems, field, language);
  const field = (key: keyof Days, label: string, placeholder: string): ReactNode => (
    <FormField label={label} errorText={problemOf(key)}>
      <Input
        value={days[key]}
        placeholder={placeholder}
        onChange={({ detail }) => setDays({ ...days, [key]: detail.value })}
      />
    </FormField>
  );
  return (
    <WishDialog
      title={t("excludeTitle", { window: name })}
      wish={checked.ok ? excludeWish(name, { ...days, from: days.from.trim(), to: days.to.trim() }) : null}
      onIncomplete={() => setTried(true)}
      submitText={t("exclude")}
      onClose={onClose}
      fields={
        <SpaceBetween size="m">
          <ColumnLayout columns={2}>
            {field("from", t("firstDay"), "2026-12-24")}
            {field("to", t("lastDay"), "2027-01-01")}
          </ColumnLayout>
          {field("reason", t("reason"), t("reasonExample"))}
        </SpaceBetween>
      }
      onDone={() => {
        tell({ kind: "success", title: t("changed", { window: name }) });
        onClose();
      }}
    />
  );
}
