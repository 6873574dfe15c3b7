/**
 * One whole life of an instance, driven as the controller does it: what is wanted is sent again and again until the list
 * shows it. The phase is noted before it begins, so that somebody else can go on with it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { realClock, sleep } from "../../src/ports/clock.ts";
import { isPortError } from "../../src/ports/errors.ts";
import type { Host } from "../../src/provider/local/host.ts";
import { aLocalBootstrap, aLocalRequest, aReplacement, clusterUid, openIn, type Place } from "./testing.ts";

type Opened = Awaited<ReturnType<typeof openIn>>["provider"];
type Seen = Awaited<ReturnType<Opened["list"]>>[number] | undefined;

interface Phase {
  readonly isDone: (seen: Seen) => boolean;
  readonly send: (provider: Opened, id: string, seen: Seen) => Promise<unknown>;
}

const phases: readonly Phase[] = [
  {
    isDone: (seen) => seen?.state === "Running",
    send: async (provider, _, seen) =>
      seen === undefined ? provider.create("token-1", aLocalRequest(), aLocalBootstrap()) : null,
  },
  { isDone: () => false, send: (provider, id) => provider.joined(id) },
  { isDone: (seen) => seen?.state === "Stopped", send: (provider, id) => provider.stop(id) },
  {
    isDone: (seen) => seen?.systemDiskId !== firstDisk && seen?.isBusy === false,
    send: (provider, id) => provider.replaceSystemDisk(id, aReplacement("disk-1")),
  },
  { isDone: (seen) => seen?.state === "Running", send: (provider, id) => provider.start(id) },
  { isDone: (seen) => seen === undefined, send: (provider, id) => provider.release(id) },
];

/** Made from the token, and so known beforehand. */
const firstDisk = "d-3f08aace122e";

/** What the list showed at the end of each phase, in few words. */
export async function live(place: Place, host: Host): Promise<readonly string[]> {
  const { provider } = await openIn(place, { host });
  const story: string[] = [];
  for (let phase = phaseOf(place); phase < phases.length; phase += 1) {
    writeFileSync(phaseFile(place), String(phase));
    story.push(await pass(provider, phases[phase]));
  }
  await provider.close();
  return story;
}

async function pass(provider: Opened, phase: Phase | undefined): Promise<string> {
  for (;;) {
    const [seen, ...others] = await provider.list(clusterUid);
    if (others.length > 0) throw new Error("there are two instances");
    if (phase === undefined || phase.isDone(seen)) return summary(seen);
    try {
      await phase.send(provider, seen?.id ?? "", seen);
      if (phase === phases[1]) return summary(seen);
    } catch (error) {
      if (!isPortError(error, "Conflict")) throw error;
    }
    await sleep(realClock, 20);
  }
}

function summary(seen: Seen): string {
  if (seen === undefined) return "gone";
  return [seen.id, seen.state, seen.systemDiskId, ...seen.dataDiskIds, ...seen.addresses].join(" ");
}

function phaseFile({ dataDir }: Place): string {
  return path.join(path.dirname(dataDir), "phase");
}

function phaseOf(place: Place): number {
  try {
    return Number(readFileSync(phaseFile(place), "utf8"));
  } catch {
    return 0;
  }
}
