/** Writes what an intent grants, through the port. Whether it is still what was asked and confirmed is for the caller to know. */
import type { Change } from "../core/intent/answer.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import type { Kube } from "./kube.ts";

export interface Writing {
  readonly fieldManager: string;
  readonly isDryRun: boolean;
  /** Only the version that was weighed will do, also where the change does not build on it. */
  readonly isExact: boolean;
  /** A count alone is written through this subresource, so that whoever may only scale may do so; null: like all else. */
  readonly subresource: "scale" | null;
}

/** Null: the object is gone, or would be. */
export async function writeChange(kube: Kube, change: Change, writing: Writing): Promise<KubeObject | null> {
  const { fieldManager, isDryRun: dryRun, subresource } = writing;
  switch (change.kind) {
    case "Create":
      return await kube.create(change.of, change.object, { dryRun, fieldManager });
    case "Patch": {
      const { of, name, namespace } = change;
      const options = { type: "merge", body: patchBody(change, writing), dryRun, fieldManager } as const;
      const isThrough = subresource !== null && isScaling(change);
      return await kube.patch(of, { name, namespace }, isThrough ? { ...options, subresource } : options);
    }
    case "Delete": {
      const { of, name, namespace, uid } = change;
      if (!dryRun) await kube.delete(of, { name, namespace }, { uid });
      return null;
    }
  }
}

function patchBody(
  { body, uid, resourceVersion, isRelative }: Extract<Change, { kind: "Patch" }>,
  { isExact }: Writing,
): Readonly<Record<string, unknown>> {
  const version = isExact || isRelative ? { resourceVersion } : {};
  return { ...body, metadata: { ...Object(body["metadata"]), uid, ...version } };
}

/** Nothing but a count of nodes, as `kubectl scale` writes it. */
export function isScaling(change: Change): boolean {
  if (change.kind !== "Patch" || change.of !== "ManagedNodePool") return false;
  const { spec, ...others } = { spec: {}, ...change.body };
  return Object.keys(others).length === 0 && Object.keys(Object(spec)).join() === "replicas";
}
