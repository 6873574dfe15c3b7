/** A filled-in pool as a wish: a new one, a clone with what was changed, or changed settings. */
import { stringify } from "yaml";
import { fieldChanges, mergePatchOf } from "../../../src/core/intent/difference.ts";
import type { PoolDetail } from "../../../src/api/types.ts";
import type { PoolSpec } from "../../../src/schema/pool.ts";
import { shellText } from "../wish/equivalent.ts";
import type { Wish } from "../wish/wish.ts";

interface NamedSpec {
  readonly name: string;
  readonly spec: PoolSpec;
}

export function newPoolWish(source: PoolDetail | null, { name, spec }: NamedSpec): Wish {
  const object = { apiVersion: "poolkeeper.dev/v1alpha1", kind: "ManagedNodePool", metadata: { name }, spec };
  // YAML 1.1 readers take `on` and `22:30` for something else, so such texts are quoted.
  const create = `bin/poolkeeper create -f - <<'EOF'\n${stringify(object, { version: "1.1" })}EOF`;
  if (source === null) return { method: "POST", path: "/pools", body: { name, spec }, cli: create };
  const changes = mergePatchOf(fieldChanges({ ...source.spec, paused: false }, spec));
  const isPlain = Object.keys(changes).length === 0;
  return {
    method: "POST",
    path: `/pools/${encodeURIComponent(source.name)}/clone`,
    body: { name, spec: changes },
    cli: isPlain ? `bin/poolkeeper clone ${shellText(source.name)} ${shellText(name)}` : create,
  };
}

/** Null while nothing is changed. */
export function modifyWish(pool: PoolDetail, spec: PoolSpec, sync: boolean): Wish | null {
  const changed = fieldChanges(pool.spec, {
    ...spec,
    replicas: pool.spec.replicas,
    paused: pool.spec.paused,
  });
  if (changed.length === 0 && !sync) return null;
  const settings = changed.map(({ path, to }) => {
    const key = path.join(".");
    return to === undefined
      ? `${key}-`
      : shellText(`${key}=${typeof to === "string" ? to : JSON.stringify(to)}`);
  });
  return {
    method: "PATCH",
    path: `/pools/${encodeURIComponent(pool.name)}`,
    body: { spec: mergePatchOf(changed), sync },
    cli:
      changed.length === 0
        ? null
        : ["bin/poolkeeper", "set", shellText(pool.name), ...settings, ...(sync ? ["--sync"] : [])].join(" "),
  };
}
