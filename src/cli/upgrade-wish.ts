/** What a person asks of an upgrade on the command line, and which upgrade of a pool is meant. */
import type { UpgradeWish } from "../core/intent/upgrade.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import { findField } from "./field.ts";
import { refusalError, usageError } from "./failure.ts";
import { operationsOf } from "./read.ts";
import type { Session } from "./session.ts";
import { readSurroundings } from "./snapshot.ts";

export interface UpgradeFlags {
  readonly to?: string;
  readonly kubernetesVersion?: string;
  readonly image?: string;
  readonly nodes?: string;
  readonly now: boolean;
  readonly inWindow: boolean;
}

export async function wishOf(session: Session, flags: UpgradeFlags): Promise<UpgradeWish> {
  const version = flags.to ?? flags.kubernetesVersion ?? null;
  const image = flags.image === undefined ? null : readImage(flags.image);
  return {
    image,
    kubernetesVersion: version === null || version.startsWith("v") ? version : `v${version}`,
    nodes: flags.nodes?.split(",").filter((node) => node !== "") ?? [],
    when: flags.now ? "Now" : "InWindow",
    around: await readSurroundings(session),
  };
}

function readImage(text: string): NonNullable<UpgradeWish["image"]> {
  const value: unknown = findField("image")?.read(text);
  const { family, version } = { family: undefined, version: undefined, ...Object(value) };
  if (typeof family !== "string" || family === "")
    throw usageError(`"${text}" is no image: write FAMILY or FAMILY:VERSION.`);
  return typeof version === "string" ? { family, version } : { family };
}

/** The upgrade under way, or else the latest one, of which the intent says that it has ended. */
export async function upgradeOf(session: Session, pool: ManagedNodePoolObject): Promise<NodeOperationObject> {
  const operations = await operationsOf(await session.kube(), pool);
  const upgrades = operations.filter(({ spec }) => spec.kind === "Upgrade");
  const found = upgrades.find(({ status }) => status?.finishedTime === undefined) ?? upgrades[0];
  if (found !== undefined) return found;
  throw refusalError({ reason: "OperationNotFound", facts: { pool: pool.metadata.name, object: "upgrade" } });
}
