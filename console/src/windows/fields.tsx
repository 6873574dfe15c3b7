/** The fields of a maintenance window. */
import Autosuggest from "@cloudscape-design/components/autosuggest";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { weekday } from "../../../src/schema/window.ts";
import { useFirstFocus } from "../parts/use-first-focus.ts";
import type { WindowField, WindowForm } from "./form.ts";

interface FieldProps {
  readonly form: WindowForm;
  readonly onChange: (change: Partial<WindowForm>) => void;
  readonly problems: Readonly<Partial<Record<WindowField, string>>>;
}

export interface WindowFieldsProps extends FieldProps {
  /** A window that exists keeps its name. */
  readonly isNew: boolean;
}

export function WindowFields({ form, onChange, problems, isNew }: WindowFieldsProps): ReactNode {
  const first = useFirstFocus<InputProps.Ref>();
  const { t } = useTranslation("translation");
  return (
    <SpaceBetween size="m">
      {isNew && (
        <FormField label={t("form.name")} errorText={problems.name}>
          <Input
            value={form.name}
            onChange={({ detail }) => onChange({ name: detail.value })}
            placeholder="nightly"
            ref={first}
          />
        </FormField>
      )}
      <DaysField form={form} onChange={onChange} problems={problems} />
      <ColumnLayout columns={2}>
        <FormField label={t("windows.start")} description={t("windows.startHow")} errorText={problems.start}>
          <Input
            value={form.start}
            onChange={({ detail }) => onChange({ start: detail.value })}
            placeholder="02:00"
          />
        </FormField>
        <FormField
          label={t("windows.minutes")}
          description={t("windows.minutesHow")}
          errorText={problems.minutes}
        >
          <Input
            value={form.minutes}
            onChange={({ detail }) => onChange({ minutes: detail.value })}
            inputMode="numeric"
          />
        </FormField>
      </ColumnLayout>
      <ZoneField form={form} onChange={onChange} problems={problems} />
    </SpaceBetween>
  );
}

function DaysField({ form, onChange, problems }: FieldProps): ReactNode {
  const { t } = useTranslation("translation");
  const days = weekday.options.map((value) => ({ value, label: t(`form.days.${value}`) }));
  return (
    <FormField label={t("windows.weekdays")} errorText={problems.weekdays}>
      <Multiselect
        selectedOptions={days.filter(({ value }) => form.weekdays.includes(value))}
        options={days}
        placeholder={t("form.choose")}
        onChange={({ detail }) => {
          const chosen = new Set(detail.selectedOptions.map(({ value }) => value));
          onChange({ weekdays: weekday.options.filter((day) => chosen.has(day)) });
        }}
        deselectAriaLabel={({ label }) => t("form.leaveOut", { what: label ?? "" })}
        expandToViewport
      />
    </FormField>
  );
}

/** The list of the browser lacks some zones, so that any other can be typed. */
function ZoneField({ form, onChange, problems }: FieldProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "windows" });
  const zones = useMemo(() => ["UTC", ...Intl.supportedValuesOf("timeZone")].map((value) => ({ value })), []);
  return (
    <FormField label={t("timeZone")} description={t("timeZoneHow")} errorText={problems.timeZone}>
      <Autosuggest
        value={form.timeZone}
        onChange={({ detail }) => onChange({ timeZone: detail.value })}
        options={zones}
        enteredTextLabel={(value) => t("useZone", { value })}
        placeholder="Europe/Berlin"
        virtualScroll
        expandToViewport
      />
    </FormField>
  );
}
