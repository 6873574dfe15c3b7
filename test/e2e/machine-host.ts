/** Real machines as their host sees them, whatever Poolkeeper and Kubernetes say: processes, files, and a shell in the guest. */
import assert from "node:assert/strict";
import { globSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";
import { realClock } from "../../src/ports/clock.ts";
import { createAgents } from "../../src/provider/local/agents.ts";
import { realHost } from "../../src/provider/local/host.ts";
import { isInstanceFolder, layoutOf } from "../../src/provider/local/layout.ts";
import { qemusIn } from "../local/testing.ts";

export interface MachineHost {
  /** Numbers of the QEMU processes by the instance that each runs. */
  pids(): ReadonlyMap<string, number>;
  /** MiB of the host's memory that the instance's process holds. */
  memoryMiB(instanceId: string): number;
  /** Every file and folder that bears the instance's name, or lies in a folder that does. */
  filesOf(instanceId: string): readonly string[];
  /** Ids of the disks whose files are there. */
  disksOf(instanceId: string): readonly string[];
  /** Instances, images in use and kept disks: nothing of that is left when there is no pool any more. */
  leftovers(): readonly string[];
  /** What a shell in the guest says, through the agent's line: no network is needed. */
  inGuest(instanceId: string, command: string): Promise<string>;
  /** Ends what a failed test leaves, each by its number. */
  end(): void;
}

const commandLimitMs = 5 * 60_000;

export function machineHostOf(dataDir: string, provider: string): MachineHost {
  const layout = layoutOf(dataDir, provider);
  const { root } = layout;
  const agents = createAgents({ layout, host: realHost, clock: realClock });
  const under = (pattern: string): readonly string[] => globSync(pattern, { cwd: root }).toSorted();
  return {
    pids: () => new Map(qemusIn({ root }).map((pid) => [instanceOf(pid), pid])),
    memoryMiB: (id) => {
      const pid = qemusIn({ root }).find((each) => instanceOf(each) === id);
      const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
      return Math.round(Number(kibibytes) / 1024);
    },
    filesOf: (id) => under(`**/*${id}*{,/**}`),
    disksOf: (id) => under(`${id}/d-*.qcow2`).map((file) => path.basename(file, ".qcow2")),
    leftovers: () => [
      ...readdirSync(root).filter(isInstanceFolder),
      ...under("{images,kept-disks}/*"),
      ...qemusIn({ root }).map(String),
    ],
    inGuest: async (id, command) => {
      const { code, output } = await agents.ask(id, commandLimitMs, (agent) =>
        agent.run("/bin/sh", ["-c", command], commandLimitMs),
      );
      assert.equal(code, 0, `${command}: ${output}`);
      return output;
    },
    end: () => {
      for (const pid of qemusIn({ root })) process.kill(pid, "SIGKILL");
    },
  };
}

/** QEMU runs in the folder of its instance. */
function instanceOf(pid: number): string {
  return path.basename(readlinkSync(`/proc/${pid}/cwd`).replace(/ \(deleted\)$/, ""));
}
