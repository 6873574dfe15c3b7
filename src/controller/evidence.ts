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
  /** It has been a node before: one that is missing is then as bad as one that is not ready. */
  readonly hasJoined: boolean;
  /** Somebody here stopped, started or is replacing it: a stopped instance is then no sign. */
  readonly isInOurHands: boolean;
  readonly leaseSilentForMs: number | null;
  readonly vanishedForMs: number | null;
}

export interface EvidenceBook {
  look(signs: Signs): Evidence;
  /** A node was seen well: all its signs begin anew, whatever the next look shows. */
  sawReady(nodeName: string): void;
  forget(machineUid: string): void;
}

/** `lastGapAt`: what was counted before the last gap in our view does not count any more (S13, S16). */
export function createEvidenceBook(clock: Clock, lastGapAt: () => number): EvidenceBook {
  const since = new Map<string, Map<string, number>>();
  const nodeOwners = new Map<string, string>();

  const ageOf = (uid: string, sign: string, isShown: boolean): number | null => {
    const known = since.get(uid);
    if (!isShown) {
      known?.delete(sign);
      return null;
    }
    const signs = known ?? new Map<string, number>();
    since.set(uid, signs);
    const first = signs.get(sign) ?? clock.monotonic();
    signs.set(sign, first);
    return Math.max(0, clock.monotonic() - Math.max(first, lastGapAt()));
  };

  return {
    look: (signs) => {
      const { machineUid, node, conditions, instance, isInOurHands, leaseSilentForMs, vanishedForMs } = signs;
      if (node !== null) nodeOwners.set(node.name, machineUid);
      const isNotReady = node === null ? signs.hasJoined : node.ready !== "True";
      const problems = conditions.filter(({ type }) => type !== "Ready");
      return {
        notReadyForMs: ageOf(machineUid, "NotReady", isNotReady),
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
    forget: (machineUid) => {
      since.delete(machineUid);
      for (const [name, owner] of nodeOwners) if (owner === machineUid) nodeOwners.delete(name);
    },
  };
}
