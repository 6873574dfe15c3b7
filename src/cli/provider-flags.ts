/** The flags of a provider, and what they set in its spec. */
import type { Command } from "commander";
import type { Assignment } from "./field.ts";
import { usageError } from "./failure.ts";
import { collect } from "./options.ts";
import type { PoolFlags } from "./pool-flags.ts";

export function withProviderFlags(command: Command): Command {
  return command
    .option("--type <simulator|local|ecs>", "what stands behind it", "simulator")
    .option("--region <REGION>", "region of the instances", "cn-hangzhou")
    .option("--endpoint <URL>", "address of its API, where it is not the usual one")
    .option("--credentials <SECRET>", "Secret with its credentials")
    .option("--simulator <KEY=VALUE,…>", "how the simulated cloud behaves, such as bootSeconds=5", collect);
}

export function providerAssignments(flags: PoolFlags): readonly Assignment[] {
  const { type, region, endpoint, credentials, simulator } = flags;
  const settings: readonly unknown[] = Array.isArray(simulator) ? simulator : [];
  return [
    { path: ["type"], value: type },
    { path: ["region"], value: region },
    ...(endpoint === undefined ? [] : [{ path: ["endpoint"], value: endpoint }]),
    ...(credentials === undefined ? [] : [{ path: ["credentialsRef"], value: { name: credentials } }]),
    ...settings.map((setting) => simulatorSetting(String(setting))),
  ];
}

function simulatorSetting(text: string): Assignment {
  const [, key, value] = /^(\w+)=(-?\d+)$/.exec(text) ?? [];
  if (key === undefined)
    throw usageError(`--simulator ${text} is no setting: write KEY=NUMBER, such as bootSeconds=5.`);
  return { path: ["simulator", key], value: Number(value) };
}
