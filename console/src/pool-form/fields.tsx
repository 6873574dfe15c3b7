/** The kinds of fields of the form of a pool: each knows its value, and shows what the schema says about it. */
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import type { ReactNode } from "react";
import { type FieldPath, useController, useFormContext } from "react-hook-form";
import { useTranslation } from "react-i18next";
import type { PoolForm } from "./model.ts";

type NameOf<V> = { [K in keyof PoolForm]: PoolForm[K] extends V ? K : never }[keyof PoolForm];
type TextName = NameOf<string>;
type ListName = NameOf<readonly string[]>;
type SwitchName = NameOf<boolean>;

interface FieldProps<N extends FieldPath<PoolForm>> {
  readonly name: N;
  readonly label: string;
  readonly description?: ReactNode;
  readonly constraint?: string;
}

/** A field's value; once it was complained of, each change is looked at. */
function useField<N extends TextName | ListName | SwitchName>(name: N) {
  const { field, fieldState } = useController<PoolForm, N>({ name });
  const { trigger } = useFormContext<PoolForm>();
  const change = (value: PoolForm[N]): void => {
    field.onChange(value);
    if (fieldState.invalid) void trigger(name);
  };
  return { value: field.value as PoolForm[N], change, onBlur: field.onBlur };
}

/** What is wrong with a field as a whole. */
export function useComplaint(name: FieldPath<PoolForm>): string | undefined {
  const { formState, getFieldState } = useFormContext<PoolForm>();
  const { error } = getFieldState(name, formState);
  return firstMessage(error);
}

function firstMessage(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { message } = { message: undefined, ...error };
  if (typeof message === "string" && message !== "") return message;
  return undefined;
}

export interface TextFieldProps extends FieldProps<TextName> {
  readonly placeholder?: string;
  readonly isNumber?: boolean;
  readonly hasFocus?: boolean;
  readonly isReadOnly?: boolean;
  /** Beside the input. */
  readonly secondary?: ReactNode;
}

export function TextField(props: TextFieldProps): ReactNode {
  const { name, label, description, constraint, placeholder, isNumber, hasFocus, isReadOnly, secondary } =
    props;
  const field = useField(name);
  return (
    <FormField
      label={label}
      description={description}
      constraintText={constraint}
      errorText={useComplaint(name)}
      secondaryControl={secondary}
    >
      <Input
        value={field.value}
        onChange={({ detail }) => field.change(detail.value)}
        onBlur={field.onBlur}
        placeholder={placeholder}
        inputMode={isNumber === true ? "numeric" : undefined}
        autoFocus={hasFocus}
        readOnly={isReadOnly}
        spellcheck={false}
        autoComplete={false}
      />
    </FormField>
  );
}

export interface ChoiceFieldProps extends FieldProps<TextName> {
  readonly options: readonly SelectProps.Option[];
  readonly secondary?: ReactNode;
  readonly isDisabled?: boolean;
  readonly onChosen?: (value: string) => void;
}

export function ChoiceField(props: ChoiceFieldProps): ReactNode {
  const { name, label, description, constraint, options, secondary, isDisabled, onChosen } = props;
  const field = useField(name);
  const { t } = useTranslation("translation", { keyPrefix: "form" });
  // What is set already is shown even where nobody offers it any more.
  const chosen = options.find(({ value }) => value === field.value) ?? {
    value: field.value,
    label: field.value,
  };
  return (
    <FormField
      label={label}
      description={description}
      constraintText={constraint}
      errorText={useComplaint(name)}
      secondaryControl={secondary}
    >
      <Select
        selectedOption={field.value === "" && chosen.label === "" ? null : chosen}
        options={options}
        placeholder={t("choose")}
        onChange={({ detail }) => {
          const value = detail.selectedOption.value ?? "";
          field.change(value);
          onChosen?.(value);
        }}
        onBlur={field.onBlur}
        disabled={isDisabled}
        expandToViewport
      />
    </FormField>
  );
}

export interface ManyFieldProps extends FieldProps<ListName> {
  readonly options: readonly SelectProps.Option[];
  readonly placeholder: string;
}

/** Several of what is offered, in the order in which they were chosen. */
export function ManyField({ name, label, description, options, placeholder }: ManyFieldProps): ReactNode {
  const field = useField(name);
  const { t } = useTranslation("translation", { keyPrefix: "form" });
  const selected = field.value.map(
    (value) => options.find((option) => option.value === value) ?? { value, label: value },
  );
  return (
    <FormField label={label} description={description} errorText={useComplaint(name)}>
      <Multiselect
        selectedOptions={selected}
        options={options}
        placeholder={placeholder}
        onChange={({ detail }) => field.change(detail.selectedOptions.map(({ value }) => value ?? ""))}
        onBlur={field.onBlur}
        deselectAriaLabel={({ label: option }) => t("leaveOut", { what: option ?? "" })}
        expandToViewport
      />
    </FormField>
  );
}

export function SwitchField({ name, label, description }: FieldProps<SwitchName>): ReactNode {
  const field = useField(name);
  return (
    <Checkbox
      checked={field.value}
      onChange={({ detail }) => field.change(detail.checked)}
      onBlur={field.onBlur}
      description={description}
    >
      {label}
    </Checkbox>
  );
}
