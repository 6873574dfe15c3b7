/** Dialogs over providers: create and delete. */
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { parseProvider } from "../../../src/schema/parse.ts";
import { complaintAt } from "../../../src/text/complaint.ts";
import { usePreferences } from "../app/look.ts";
import { useTell } from "../app/notices.tsx";
import type { DialogProps } from "../dialogs/use-dialog.ts";
import { WishDialog } from "../wish/dialog.tsx";
import { shellText } from "../wish/equivalent.ts";
import type { Wish } from "../wish/wish.ts";

interface ProviderForm {
  readonly name: string;
  readonly type: string;
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: string;
}

const types = ["simulator", "local", "ecs"];

export function CreateProviderDialog({ onClose }: DialogProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "providers" });
  const tell = useTell();
  const [form, setForm] = useState<ProviderForm>({
    name: "",
    type: "simulator",
    region: "",
    endpoint: "",
    credentials: "",
  });
  const { language } = usePreferences().current;
  const [isTried, setTried] = useState(false);
  const checked = check(form);
  const problemAt = (path: string): string | undefined =>
    checked.ok || !isTried ? undefined : complaintAt(checked.problems, path, language);
  const field = (key: keyof ProviderForm, path: string, placeholder: string): ReactNode => (
    <FormField label={t(key)} errorText={problemAt(path)}>
      <Input
        value={form[key]}
        placeholder={placeholder}
        onChange={({ detail }) => setForm({ ...form, [key]: detail.value })}
      />
    </FormField>
  );
  return (
    <WishDialog
      title={t("create")}
      wish={checked.ok ? createWish(form) : null}
      onIncomplete={() => setTried(true)}
      submitText={t("create")}
      onClose={onClose}
      fields={
        <SpaceBetween size="m">
          {field("name", "metadata.name", "hangzhou")}
          <FormField label={t("type")} errorText={problemAt("spec.type")}>
            <Select
              selectedOption={{ value: form.type, label: form.type }}
              options={types.map((value) => ({ value, label: value }))}
              onChange={({ detail }) => setForm({ ...form, type: detail.selectedOption.value ?? "" })}
            />
          </FormField>
          {field("region", "spec.region", "cn-hangzhou")}
          {field("endpoint", "spec.endpoint", t("official"))}
          {field("credentials", "spec.credentialsRef", t("ofMachine"))}
        </SpaceBetween>
      }
      onDone={() => {
        const name = form.name.trim();
        tell({
          kind: "success",
          title: t("created", { provider: name }),
          link: { text: t("see"), href: `/providers/${name}` },
        });
        onClose();
      }}
    />
  );
}

function check(form: ProviderForm) {
  return parseProvider({
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "InfrastructureProvider",
    metadata: { name: form.name.trim() },
    spec: specOf(form),
  });
}

function specOf({ type, region, endpoint, credentials }: ProviderForm): Readonly<Record<string, unknown>> {
  return {
    type,
    region: region.trim(),
    ...(endpoint.trim() === "" ? {} : { endpoint: endpoint.trim() }),
    ...(credentials.trim() === "" ? {} : { credentialsRef: { name: credentials.trim() } }),
  };
}

function createWish(form: ProviderForm): Wish {
  const name = form.name.trim();
  const flags = ["--type", form.type, "--region", form.region.trim()];
  const more = [
    ...(form.endpoint.trim() === "" ? [] : ["--endpoint", form.endpoint.trim()]),
    ...(form.credentials.trim() === "" ? [] : ["--credentials", form.credentials.trim()]),
  ];
  return {
    method: "POST",
    path: "/providers",
    body: { name, spec: specOf(form) },
    cli: ["bin/poolkeeper", "create", "provider", name, ...flags, ...more].map(shellText).join(" "),
  };
}

export function DeleteProviderDialog({ name, onClose }: DialogProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "providers" });
  const tell = useTell();
  return (
    <WishDialog
      title={t("deleteTitle", { provider: name })}
      wish={{
        method: "DELETE",
        path: `/providers/${encodeURIComponent(name)}`,
        body: {},
        cli: `bin/poolkeeper delete provider ${shellText(name)}`,
      }}
      submitText={t("delete")}
      onClose={onClose}
      fields={null}
      onDone={() => {
        tell({ kind: "success", title: t("deleted", { provider: name }) });
        onClose();
      }}
    />
  );
}
