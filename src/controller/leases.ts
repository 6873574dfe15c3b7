/** Leases of suspect nodes and of a few healthy ones, read only while somebody is suspect: an idle fleet costs nothing. */
import type { Clock } from "../ports/clock.ts";
import { isPortError } from "../ports/errors.ts";
import type { Kube } from "../ports/kube.ts";

export interface LeaseWatch {
  /** Milliseconds that a suspect's lease was not renewed, as far as we have watched it; null while it is renewed. */
  silentForMs(nodeName: string): number | null;
  /** Milliseconds since any of the healthy nodes was seen to renew; null when none was ever looked at. */
  othersRenewedMsAgo(): number | null;
  /** Whom to look at for one pool. Calling it is cheap; the reads happen at most each ten seconds. */
  follow(pool: string, suspects: readonly string[], others: readonly string[]): void;
  stop(): void;
}

interface Seen {
  readonly renewTime: string;
  /** When this value was first seen, on our clock. */
  readonly firstSeenAt: number;
}

const periodMs = 10_000;
/** Renewals come each 10 s; below this a lease is only between two of them. */
const renewalMs = 25_000;
const comparedNodes = 5;

export function createLeaseWatch(deps: {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly onChange: () => void;
}): LeaseWatch {
  const { kube, clock, onChange } = deps;
  const seen = new Map<string, Seen>();
  const suspectsByPool = new Map<string, readonly string[]>();
  let others: readonly string[] = [];
  let othersRenewedAt: number | null = null;
  let cancel: (() => void) | null = null;

  const read = async (name: string): Promise<boolean> => {
    const renewTime = await kube
      .get("Lease", { namespace: "kube-node-lease", name })
      .then((lease) => lease.spec?.renewTime ?? "")
      .catch((error: unknown) => (isPortError(error, "NotFound") ? "" : null));
    if (renewTime === null) return false; // Our own path failed: that says nothing about the node.
    const before = seen.get(name);
    if (before?.renewTime === renewTime) return false;
    seen.set(name, { renewTime, firstSeenAt: clock.monotonic() });
    return before !== undefined;
  };

  const round = async (): Promise<void> => {
    cancel = null;
    const suspects = [...suspectsByPool.values()].flat();
    if (suspects.length === 0) return seen.clear();
    const compared = others.slice(0, comparedNodes);
    const renewed = await Promise.all(compared.map(read));
    if (renewed.some(Boolean)) othersRenewedAt = clock.monotonic();
    for (const name of suspects) await read(name);
    onChange();
    schedule(periodMs);
  };

  const schedule = (delayMs: number): void => {
    cancel ??= clock.after(delayMs, () => {
      round().catch(() => schedule(periodMs));
    });
  };

  return {
    silentForMs: (name) => {
      const lease = seen.get(name);
      const ageMs = lease === undefined ? 0 : clock.monotonic() - lease.firstSeenAt;
      return ageMs < renewalMs ? null : ageMs;
    },
    othersRenewedMsAgo: () => (othersRenewedAt === null ? null : clock.monotonic() - othersRenewedAt),
    follow: (pool, suspects, healthy) => {
      if (suspects.length === 0) {
        suspectsByPool.delete(pool);
        return;
      }
      suspectsByPool.set(pool, suspects);
      others = healthy;
      schedule(0);
    },
    stop: () => cancel?.(),
  };
}
