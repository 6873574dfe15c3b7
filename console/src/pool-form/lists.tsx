/** Fields that hold rows: labels, tags, taints, data disks. */
import AttributeEditor, { type AttributeEditorProps } from "@cloudscape-design/components/attribute-editor";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import type { ReactNode } from "react";
import { useFormContext, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { useComplaint } from "./fields.tsx";
import type { DiskRow, Pair, PoolForm, TaintRow } from "./model.ts";

type RowsName = "labels" | "tags" | "taints" | "dataDisks";
type RowOf<N extends RowsName> = PoolForm[N][number];

interface Part<R> {
  readonly key: keyof R & string;
  readonly label: string;
  readonly placeholder?: string;
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
}

interface RowsProps<N extends RowsName> {
  readonly name: N;
  readonly label: string;
  readonly description: string;
  readonly add: string;
  readonly fresh: RowOf<N>;
  readonly parts: readonly Part<RowOf<N>>[];
}

function RowsField<N extends RowsName>({
  name,
  label,
  description,
  add,
  fresh,
  parts,
}: RowsProps<N>): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "form" });
  const { setValue, trigger, formState } = useFormContext<PoolForm>();
  const rows: readonly RowOf<N>[] = useWatch<PoolForm, N>({ name });
  const set = (next: readonly RowOf<N>[]): void => {
    setValue(name, next as never, { shouldDirty: true });
    if (formState.errors[name] !== undefined) void trigger(name);
  };
  const definition = parts.map(
    (part): AttributeEditorProps.FieldDefinition<RowOf<N>> => ({
      label: part.label,
      errorText: (_, index) => complaintIn(formState.errors[name], index, part.key),
      control: (row, index) => (
        <Cell
          part={part}
          value={String(row[part.key])}
          onChange={(value) =>
            set(rows.map((other, at) => (at === index ? { ...other, [part.key]: value } : other)))
          }
        />
      ),
    }),
  );
  return (
    <FormField label={label} description={description} errorText={useComplaint(name)} stretch>
      <AttributeEditor<RowOf<N>>
        items={rows}
        definition={definition}
        onAddButtonClick={() => set([...rows, fresh])}
        onRemoveButtonClick={({ detail }) => set(rows.filter((_, index) => index !== detail.itemIndex))}
        addButtonText={add}
        removeButtonText={t("removeRow")}
        empty={t("noRows")}
      />
    </FormField>
  );
}

/** A complaint about a whole row stands beside its first field. */
function complaintIn(errors: unknown, index: number, key: string): string | undefined {
  const row: unknown = Array.isArray(errors) ? errors[index] : Object(errors)[index];
  const { message, ...parts }: Readonly<Record<string, unknown>> = { ...Object(row) };
  const part: unknown = parts[key];
  const own: unknown = Object(part).message;
  if (typeof own === "string") return own;
  return typeof message === "string" && key !== "value" && key !== "effect" ? message : undefined;
}

interface CellProps<R> {
  readonly part: Part<R>;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Cell<R>({ part, value, onChange }: CellProps<R>): ReactNode {
  const { choices, placeholder } = part;
  if (choices === undefined) {
    return (
      <Input
        value={value}
        placeholder={placeholder}
        onChange={({ detail }) => onChange(detail.value)}
        spellcheck={false}
        autoComplete={false}
      />
    );
  }
  return (
    <Select
      selectedOption={choices.find((choice) => choice.value === value) ?? null}
      options={choices}
      onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      expandToViewport
    />
  );
}

export function LabelsField(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "form" });
  return (
    <RowsField
      name="labels"
      label={t("nodeLabels")}
      description={t("nodeLabelsHow")}
      add={t("addLabel")}
      fresh={emptyPair}
      parts={[
        { key: "key", label: t("key"), placeholder: "team" },
        { key: "value", label: t("value"), placeholder: "shop" },
      ]}
    />
  );
}

export function TagsField(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "form" });
  return (
    <RowsField
      name="tags"
      label={t("instanceTags")}
      description={t("instanceTagsHow")}
      add={t("addTag")}
      fresh={emptyPair}
      parts={[
        { key: "key", label: t("key"), placeholder: "cost-center" },
        { key: "value", label: t("value"), placeholder: "1234" },
      ]}
    />
  );
}

const emptyPair: Pair = { key: "", value: "" };
const emptyTaint: TaintRow = { key: "", value: "", effect: "NoSchedule" };
const emptyDisk: DiskRow = { name: "", category: "", sizeGiB: "100", onRelease: "Keep" };

export function TaintsField(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "form" });
  const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"].map((value) => ({ value, label: value }));
  return (
    <RowsField
      name="taints"
      label={t("taints")}
      description={t("taintsHow")}
      add={t("addTaint")}
      fresh={emptyTaint}
      parts={[
        { key: "key", label: t("key"), placeholder: "dedicated" },
        { key: "value", label: t("value") },
        { key: "effect", label: t("effect"), choices: effects },
      ]}
    />
  );
}

export function DataDisksField(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "form" });
  return (
    <RowsField
      name="dataDisks"
      label={t("dataDisks")}
      description={t("dataDisksHow")}
      add={t("addDisk")}
      fresh={emptyDisk}
      parts={[
        { key: "name", label: t("diskName"), placeholder: "data" },
        { key: "sizeGiB", label: t("sizeGiB") },
        { key: "category", label: t("category"), placeholder: t("providersDefault") },
        {
          key: "onRelease",
          label: t("onRelease"),
          choices: [
            { value: "Keep", label: t("keepDisk") },
            { value: "Delete", label: t("deleteDisk") },
          ],
        },
      ]}
    />
  );
}
