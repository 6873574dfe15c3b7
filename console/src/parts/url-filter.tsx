/** The filter of a table. What is filtered stands in the address, so that a filtered list can be sent to somebody. */
import PropertyFilter, { type PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

export interface FilterField {
  readonly key: string;
  readonly label: string;
  readonly values: string;
  readonly options: readonly { readonly value: string; readonly label?: string }[];
}

export interface UrlFilterProps {
  readonly fields: readonly FilterField[];
  readonly placeholder: string;
  readonly total: number | undefined;
  /** Whether names can be searched for, too. */
  readonly hasFreeText?: boolean;
}

/** Free text stands under this name. */
const text = "q";

export function UrlFilter({ fields, placeholder, total, hasFreeText = true }: UrlFilterProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "table" });
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const navigate = useNavigate();
  const labelOf = (key: string, value: unknown): string =>
    fields.find((field) => field.key === key)?.options.find((option) => option.value === value)?.label ??
    String(value);
  const onChange = ({ detail }: { readonly detail: PropertyFilterProps.Query }): void => {
    // The server takes one value of each: the last one wins.
    const wanted = Object.fromEntries(
      detail.tokens.map(({ propertyKey = text, value }) => [propertyKey, String(value)]),
    );
    const cleared = Object.fromEntries(
      [text, "after", ...fields.map(({ key }) => key)].map((key) => [key, undefined]),
    );
    void navigate({
      to: ".",
      search: (before: Readonly<Record<string, unknown>>) => ({ ...before, ...cleared, ...wanted }),
      replace: true,
    });
  };
  return (
    <div data-filter="">
      <PropertyFilter
        query={{ operation: "and", tokens: tokensOf(search, fields) }}
        onChange={onChange}
        filteringProperties={fields.map(({ key, label, values }) => ({
          key,
          propertyLabel: label,
          groupValuesLabel: values,
          operators: [{ operator: "=", format: (value) => labelOf(key, value) }],
        }))}
        filteringOptions={fields.flatMap(({ key, options }) =>
          options.map(({ value, label }) => ({ propertyKey: key, value, label })),
        )}
        freeTextFiltering={{ operators: [":"], defaultOperator: ":" }}
        disableFreeTextFiltering={!hasFreeText}
        hideOperations
        filteringPlaceholder={placeholder}
        filteringAriaLabel={placeholder}
        countText={total === undefined ? "" : t("found", { count: total })}
        expandToViewport
      />
    </div>
  );
}

function tokensOf(
  search: Readonly<Record<string, unknown>>,
  fields: readonly FilterField[],
): PropertyFilterProps.Token[] {
  const own = fields.flatMap(({ key }) => {
    const value = search[key];
    return typeof value === "string" ? [{ propertyKey: key, operator: "=" as const, value }] : [];
  });
  const free = search[text];
  return typeof free === "string" ? [...own, { operator: ":" as const, value: free }] : own;
}
