/** What can be asked of pools, each with the command line that asks the same. */
import { shellText } from "../wish/equivalent.ts";
import type { Wish } from "../wish/wish.ts";

const pathOf = (pool: string, verb = ""): string => `/pools/${encodeURIComponent(pool)}${verb}`;
const cli = (...words: readonly string[]): string => ["bin/poolkeeper", ...words.map(shellText)].join(" ");

export function scaleWish(
  pool: string,
  count: { readonly add: number } | { readonly replicas: number },
): Wish {
  const flags = "add" in count ? ["--add", String(count.add)] : ["--nodes", String(count.replicas)];
  return { method: "POST", path: pathOf(pool, "/scale"), body: count, cli: cli("scale", pool, ...flags) };
}

export function plainPoolWish(pool: string, verb: "pause" | "resume" | "sync"): Wish {
  // The command line syncs together with a change of settings only.
  const line = verb === "sync" ? null : cli(verb, pool);
  return { method: "POST", path: pathOf(pool, `/${verb}`), body: {}, cli: line };
}

export function deletePoolWish(pool: string, instances: "Release" | "Keep"): Wish {
  const flag = instances === "Keep" ? "--keep-instances" : "--release-instances";
  return {
    method: "DELETE",
    path: pathOf(pool),
    body: { instances },
    cli: cli("delete", "pool", pool, flag),
  };
}

export function rollbackWish(pool: string, revision: number): Wish {
  const line = cli("rollback", pool, "--to", String(revision));
  return { method: "POST", path: pathOf(pool, "/rollback"), body: { revision }, cli: line };
}

export interface UpgradeTarget {
  readonly family: string | undefined;
  readonly image: string | undefined;
  readonly kubernetes: string | undefined;
  readonly when: "Now" | "InWindow";
}

export function upgradeWish(pool: string, target: UpgradeTarget): Wish {
  const { family, image, kubernetes, when } = target;
  const flags = [
    ...(family === undefined ? [] : ["--image", image === undefined ? family : `${family}:${image}`]),
    ...(kubernetes === undefined ? [] : ["--to", kubernetes]),
    when === "Now" ? "--now" : "--in-window",
  ];
  const body = {
    ...(family === undefined ? {} : { image: image === undefined ? { family } : { family, version: image } }),
    ...(kubernetes === undefined ? {} : { kubernetesVersion: kubernetes }),
    when,
  };
  return {
    method: "POST",
    path: pathOf(pool, "/upgrade"),
    body,
    cli: cli("upgrade", "start", pool, ...flags),
  };
}
