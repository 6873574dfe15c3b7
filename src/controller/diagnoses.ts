/** What providers say of guests that do not come: asked while a machine is late, remembered for as long as it is. */
import { instantOf, minuteMs } from "../core/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { Provider } from "../ports/provider.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import { attemptOf } from "./join/attempt.ts";

export interface Diagnoses {
  /** The newest answer; null where the machine is not late, or nothing was said yet. Asks for the next one meanwhile. */
  look(machine: ManagedMachineObject, provider: Provider | null): string | null;
}

interface Diagnosis {
  text: string | null;
  askedAt: number;
}

/** From here on a person who looks wants to know why. Most machines have come by then. */
const lateMs = 3 * minuteMs;
const againMs = minuteMs;
/** Its end says most, and statuses have an end. */
const longest = 900;

export function createDiagnoses(clock: Clock): Diagnoses {
  const known = new Map<string, Diagnosis>();
  const ask = async (diagnosis: Diagnosis, provider: Provider, instanceId: string): Promise<void> => {
    diagnosis.askedAt = clock.monotonic();
    // Without an answer the next look asks again; what is told of a late machine besides does not depend on it.
    const text = await provider.diagnosis(instanceId).catch(() => null);
    if (text !== null) diagnosis.text = text.length <= longest ? text : `…${text.slice(1 - longest)}`;
  };
  return {
    look: (machine, provider) => {
      const { metadata, status } = machine;
      const uid = metadata.uid ?? "";
      const isLate = clock.now() - instantOf(status?.operation?.stepSince) >= lateMs;
      if (!isLate || attemptOf(machine) === null || status?.instanceId === undefined || provider === null) {
        known.delete(uid);
        return null;
      }
      const diagnosis = known.get(uid) ?? { text: null, askedAt: -Infinity };
      known.set(uid, diagnosis);
      if (clock.monotonic() - diagnosis.askedAt >= againMs) void ask(diagnosis, provider, status.instanceId);
      return diagnosis.text;
    },
  };
}
