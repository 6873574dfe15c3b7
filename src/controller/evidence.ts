/** How long each machine has shown each sign of sickness, without a break, on our own monotonic clock (S13, S28). */
import type { Evidence, Instance, Node } from "../core/model.ts";
import type { Clock } from "../ports/clock.ts";
import type { Condition } from "../schema/kubernetes.ts";

/** What one look at one machine shows. */
export interface Signs {
  readonly machineUid: string;
  readonly node: Node | null;
  readonly conditions: readonly Condition[];
  readonly instance: Instance | null;
  /** Somebody here stopped, started or is replacing it: a stopped instance is then no sign. */
  readonly isInOurHands: boolean;
  readonly leaseSilentForMs: number | null;
  readonly vanishedForMs: number | null;
}

export interface EvidenceBook {
  look(signs: Signs): Evidence;
  /** A node was seen well: all its signs begin anew, whatever the next look shows. */
  sawReady(nodeName: string): void;
  /** After a gap in our view nothing that was counted before still counts. */
  reset(): void;
  forget(machineUid: string): void;
}

export function createEvidenceBook(clock: Clock): EvidenceBook {
  const since = new Map<string, Map<string, number>>();
  const nodeOwners = new Map<string, string>();

  const ageOf = (uid: string, sign: string, isShown: boolean): number | null => {
    const signs = since.get(uid) ?? new Map<string, number>();
    since.set(uid, signs);
    if (!isShown) {
      signs.delete(sign);
      return null;
    }
    const first = signs.get(sign) ?? clock.monotonic();
    signs.set(sign, first);
    return clock.monotonic() - first;
  };

  return {
    look: ({ machineUid, node, conditions, instance, isInOurHands, leaseSilentForMs, vanishedForMs }) => {
      if (node !== null) nodeOwners.set(node.name, machineUid);
      const problems = conditions.filter(({ type }) => type !== "Ready");
      return {
        notReadyForMs: ageOf(machineUid, "NotReady", node !== null && node.ready !== "True"),
        silentForMs: leaseSilentForMs,
        problems: problems.flatMap(({ type, status }) => {
          const forMs = ageOf(machineUid, `Problem:${type}`, status === "True");
          return forMs === null ? [] : [{ type, forMs }];
        }),
        downForMs: ageOf(machineUid, "Down", instance?.state === "Stopped" && !isInOurHands),
        vanishedForMs,
      };
    },
    sawReady: (nodeName) => {
      const uid = nodeOwners.get(nodeName);
      if (uid !== undefined) since.get(uid)?.delete("NotReady");
    },
    reset: () => since.clear(),
    forget: (machineUid) => {
      since.delete(machineUid);
    },
  };
}
