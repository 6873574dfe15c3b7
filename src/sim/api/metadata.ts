/** The rules of `metadata`, the same for every kind: names, labels, annotations, owners, finalizers. */
import type { Stored } from "./json.ts";
import { type FieldError, forbiddenValue, invalidValue } from "./status.ts";

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const subdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

const labelName = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelNameText =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const labelValueText =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** Names of roles may hold anything but a slash and a percent sign. */
const freelyNamed = new Set(["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"]);

export function metadataErrors(object: Stored, before: Stored | undefined): readonly FieldError[] {
  return [
    ...(before === undefined ? nameErrors(object) : []),
    ...labelErrors(object),
    ...annotationErrors(object),
    ...finalizerErrors(object, before),
  ];
}

function nameErrors(object: Stored): readonly FieldError[] {
  const name = object.metadata.name;
  if (freelyNamed.has(object.kind)) return [];
  if (name.length > 253) return [invalidValue("metadata.name", name, "must be no more than 253 bytes")];
  return subdomain.test(name) ? [] : [invalidValue("metadata.name", name, subdomainText)];
}

function labelErrors(object: Stored): readonly FieldError[] {
  return Object.entries(object.metadata.labels ?? {}).flatMap(([key, value]) => {
    if (!labelName.test(key)) return [invalidValue("metadata.labels", key, labelNameText)];
    if (value.length > 63) return [invalidValue("metadata.labels", value, "must be no more than 63 bytes")];
    return labelValue.test(value) ? [] : [invalidValue("metadata.labels", value, labelValueText)];
  });
}

function annotationErrors(object: Stored): readonly FieldError[] {
  return Object.keys(object.metadata.annotations ?? {}).flatMap((key) =>
    labelName.test(key.toLowerCase()) ? [] : [invalidValue("metadata.annotations", key, labelNameText)],
  );
}

function finalizerErrors(object: Stored, before: Stored | undefined): readonly FieldError[] {
  if (before?.metadata.deletionTimestamp === undefined) return [];
  const known = before.metadata.finalizers ?? [];
  const added = (object.metadata.finalizers ?? []).filter((one) => !known.includes(one));
  if (added.length === 0) return [];
  const list = added.map((one) => JSON.stringify(one)).join(", ");
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
  return [forbiddenValue("metadata.finalizers", why)];
}
