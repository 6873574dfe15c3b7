/** What can be asked of single nodes, each with the command line that asks the same. */
import { shellText } from "../wish/equivalent.ts";
import type { Wish } from "../wish/wish.ts";

export interface Removal {
  readonly nodes: readonly string[];
  readonly drain: boolean;
  readonly release: boolean;
}

export function removeWish(pool: string, removal: Removal): Wish {
  const { nodes, drain, release } = removal;
  const flags = [drain ? "--drain" : "--no-drain", release ? "--release" : "--keep"];
  return {
    method: "POST",
    path: `/pools/${encodeURIComponent(pool)}/remove`,
    body: { nodes, drain, release },
    cli: ["bin/poolkeeper", "remove", ...nodes.map(shellText), ...flags].join(" "),
  };
}

export const rungs = ["RestartService", "Reboot", "ReplaceSystemDisk", "ReplaceInstance"] as const;
export type Rung = (typeof rungs)[number];

const rungWords: Readonly<Record<Rung, string>> = {
  RestartService: "restart-service",
  Reboot: "reboot",
  ReplaceSystemDisk: "replace-disk",
  ReplaceInstance: "replace-instance",
};

export function repairWish(machine: string, action: Rung): Wish {
  return {
    method: "POST",
    path: `/machines/${encodeURIComponent(machine)}/repair`,
    body: { action },
    cli: `bin/poolkeeper repair start ${shellText(machine)} --action ${rungWords[action]}`,
  };
}
