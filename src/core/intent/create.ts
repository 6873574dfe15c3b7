/** May a pool of this name and spec be made, from nothing or as a clone? */
import type { ManagedNodePoolObject, PoolSpec } from "../../schema/pool.ts";
import { type Answer, type Effect, effect, grant, refuse } from "./answer.ts";
import { type Surroundings, checkName, checkSpec, hasCatalogue } from "./check.ts";
import { fieldChanges, shownChanges, shownValue } from "./difference.ts";

export interface PoolDraft {
  readonly name: string;
  readonly namespace: string;
  readonly spec: PoolSpec;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const maxNameLength = 40;

export function createPool(draft: PoolDraft, around: Surroundings): Answer {
  const { name, spec } = draft;
  const facts = { pool: name, provider: spec.providerRef.name, count: spec.replicas };
  return makePool(draft, around, [effect("CreatesPool", facts)]);
}

/** The spec is the copy with the person's changes in it; the preview names them. */
export function clonePool(source: ManagedNodePoolObject, draft: PoolDraft, around: Surroundings): Answer {
  const { name, spec } = draft;
  const changes = shownChanges(fieldChanges(source.spec, spec)).map(({ path, from, to }) =>
    effect("ChangesField", { field: path.join("."), have: shownValue(from), wanted: shownValue(to) }),
  );
  const facts = { pool: name, object: source.metadata.name, count: spec.replicas };
  return makePool(draft, around, [effect("ClonesPool", facts), ...changes]);
}

/** What a clone starts from. A pause belongs to the pool that was paused. */
export function clonedSpec(source: ManagedNodePoolObject): PoolSpec {
  return { ...source.spec, paused: false };
}

function makePool(draft: PoolDraft, around: Surroundings, effects: readonly Effect[]): Answer {
  const { name, namespace, spec, labels, annotations } = draft;
  const badName = checkName(name, maxNameLength);
  if (badName !== null) return { ok: false, refusal: badName };
  if (around.pools.includes(name)) return refuse("NameTaken", { object: `Pool ${name}` });
  const refusal = checkSpec(spec, around);
  if (refusal !== null) return { ok: false, refusal };
  const object: ManagedNodePoolObject = {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "ManagedNodePool",
    metadata: {
      name,
      namespace,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec,
  };
  const unchecked = hasCatalogue(spec, around)
    ? []
    : [effect("CatalogueUnknown", { provider: spec.providerRef.name })];
  return grant([{ kind: "Create", of: "ManagedNodePool", object }], [...effects, ...unchecked]);
}
