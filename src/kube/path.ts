/** Where a kind, an object or a subresource lives in the API, and what to call it in a message. */
import { type Kind, type ObjectRef, type Resource, refKey, resources } from "../ports/kube.ts";

export function collectionPath(kind: Kind, namespace: string | undefined): string {
  const resource: Resource = resources[kind];
  const root =
    resource.group === "" ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  if (!resource.isNamespaced || namespace === undefined) return `${root}/${resource.plural}`;
  return `${root}/namespaces/${encodeURIComponent(namespace)}/${resource.plural}`;
}

export function objectPath(kind: Kind, ref: ObjectRef, subresource?: string): string {
  const path = `${collectionPath(kind, ref.namespace)}/${encodeURIComponent(ref.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

export function apiVersionOf(kind: Kind): string {
  const { group, version }: Resource = resources[kind];
  return group === "" ? version : `${group}/${version}`;
}

/** `Pod shop/cart-0`. */
export function objectTarget(kind: Kind, ref: ObjectRef): string {
  return `${kind} ${refKey(ref)}`;
}

/** `every Pod in namespace shop`. */
export function collectionTarget(kind: Kind, namespace: string | undefined): string {
  return namespace === undefined ? `every ${kind}` : `every ${kind} in namespace ${namespace}`;
}
