/** The form of a pool as react-hook-form holds it: checked by the schema, and kept in the browser's session until it is sent. */
import { useEffect } from "react";
import {
  type FieldErrors,
  type FieldPath,
  type Resolver,
  set,
  useForm,
  type UseFormReturn,
} from "react-hook-form";
import type { Language } from "../../../src/text/words.ts";
import { usePreferences } from "../app/look.ts";
import { check } from "./check.ts";
import type { PoolForm } from "./model.ts";

const resolverIn =
  (language: Language): Resolver<PoolForm> =>
  (values) => {
    const checked = check(values, language);
    if (checked.ok) return { values, errors: {} };
    const errors: FieldErrors<PoolForm> = {};
    // The first complaint about a field is shown; the next one when that is mended.
    for (const { field, message } of checked.complaints.toReversed())
      set(errors, field, { type: "schema", message });
    return { values: {}, errors };
  };

export interface PoolFormOptions {
  readonly initial: PoolForm;
  /** Where the draft is kept; null: nowhere. */
  readonly draft: string | null;
}

export function usePoolForm({ initial, draft }: PoolFormOptions): UseFormReturn<PoolForm> {
  const form = useForm<PoolForm>({
    defaultValues: { ...initial, ...readDraft(draft) },
    resolver: resolverIn(usePreferences().current.language),
    // Not when a field is left: a complaint that appears between the press of a button and its release moves the button away.
    mode: "onSubmit",
  });
  useEffect(() => {
    if (draft === null) return;
    const { unsubscribe } = form.watch((values) =>
      sessionStorage.setItem(keyOf(draft), JSON.stringify(values)),
    );
    return unsubscribe;
  }, [form, draft]);
  return form;
}

export function forgetDraft(draft: string): void {
  sessionStorage.removeItem(keyOf(draft));
}

const keyOf = (draft: string): string => `poolkeeper.draft.${draft}`;

function readDraft(draft: string | null): Partial<PoolForm> {
  const text = draft === null ? null : sessionStorage.getItem(keyOf(draft));
  return text === null ? {} : (JSON.parse(text) as Partial<PoolForm>);
}

/** In the order of the wizard. */
export const stepFields: readonly (readonly FieldPath<PoolForm>[])[] = [
  ["name", "provider", "resourceGroup"],
  [
    "instanceTypes",
    "zones",
    "chargeType",
    "family",
    "imageVersion",
    "kubernetesVersion",
    "diskCategory",
    "diskSize",
    "dataDisks",
  ],
  ["quantity", "labels", "taints", "tags", "unschedulable", "userData"],
  [
    "autoUpgrade",
    "window",
    "autoRepair",
    "repairApproval",
    "method",
    "maxUnavailable",
    "maxSurge",
    "maxParallel",
    "soakSeconds",
    "maxFailedNodes",
    "healthGate",
    "drainTimeout",
    "onTimeout",
    "onDelete",
    "drainOnDelete",
  ],
];

/** Of a field, or of a part of it such as `taints.1.key`. */
export function stepOf(field: string): number {
  const [whole = ""] = field.split(".");
  return stepFields.findIndex((fields) => fields.some((known) => known === whole));
}
