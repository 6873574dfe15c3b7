/**
 * `npm run bench [job…]`: how quick and how dear Poolkeeper is, as tables. It asserts nothing: times of a shared machine
 * are for people to judge. `--profile DIR` leaves a CPU profile of the controller there.
 */
import { spawnSync } from "node:child_process";
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { benchApi } from "./api.ts";
import { benchCluster } from "./cluster.ts";
import { benchFleet } from "./fleet.ts";
import type { Wishes } from "./rig.ts";
import { benchRoll } from "./roll.ts";

interface Bench {
  readonly about: string;
  readonly run: (wishes: Wishes) => Promise<void>;
}

const benches: Readonly<Record<string, Bench>> = {
  decide: {
    about: "one decision on 10,000 machines and 100,000 pods, against a plain pass over the same arrays",
    run: async () => {
      const flags = ["--expose-gc", "--max-semi-space-size=256"];
      spawnSync(process.execPath, [...flags, `${import.meta.dirname}/decide.ts`], { stdio: "inherit" });
    },
  },
  roll: {
    about: "upgrades of one pool in virtual time, against the least they could take",
    run: benchRoll,
  },
  fleet: {
    about: "the controller at 10,000 nodes and 100,000 pods with nothing to do, on the API in memory",
    run: benchFleet,
  },
  api: {
    about: "answers of the REST API over HTTP at 10,000 nodes and 100,000 pods",
    run: benchApi,
  },
  "one-pool": {
    about: "one pool of 1,000 machines on a real kube-apiserver: created, idle, upgraded 50 at a time",
    run: (wishes) => benchCluster({ name: "1 pool × 1,000", pools: 1, machines: 1000, parallel: 50 }, wishes),
  },
  "many-pools": {
    about: "300 pools of 10 machines the same way, one node of each pool at a time",
    run: (wishes) => benchCluster({ name: "300 pools × 10", pools: 300, machines: 10, parallel: 1 }, wishes),
  },
};

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { profile: { type: "string" } },
    allowPositionals: true,
  });
  const jobs = positionals.length > 0 ? positionals : Object.keys(benches);
  const unknown = jobs.filter((job) => benches[job] === undefined);
  if (unknown.length > 0) {
    console.error(`No such job: ${unknown.join(", ")}. There are ${Object.keys(benches).join(", ")}.`);
    return 1;
  }
  const load = loadavg().map((one) => one.toFixed(1));
  console.log(`Node ${process.version}, ${availableParallelism()} cores, load ${load.join(" ")}`);
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => stopping.abort(new Error(`stopped by ${signal}`)));
  }
  for (const job of jobs) {
    const bench = benches[job];
    if (bench === undefined) continue;
    console.log(`\n## ${job}: ${bench.about}`);
    await bench
      .run({ profileDir: values.profile ?? null, signal: stopping.signal })
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) throw error;
      });
    if (stopping.signal.aborted) return stopped();
  }
  return 0;
}

function stopped(): number {
  console.error("stopped; everything that was started has ended");
  return 130;
}

process.exitCode = await main();
