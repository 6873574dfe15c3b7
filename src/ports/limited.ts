/** A provider whose every call ends: an adapter or a cloud that gives no answer must not hold a pool's pass for ever (S36, L3). */
import type { Clock } from "./clock.ts";
import { PortError } from "./errors.ts";
import type { Provider } from "./provider.ts";

/** Far longer than any answer takes; work that lasts is told of by lists, not by the call that asked for it. */
const limitMs = 300_000;
/** A list as old as this is worth nothing any more. */
const listLimitMs = 120_000;

export function limited(provider: Provider, clock: Clock): Provider {
  const ask = <T>(call: string, answer: Promise<T>, forMs = limitMs): Promise<T> =>
    Promise.race([answer, silence(call, forMs, { answer, clock })]);
  return {
    ...provider,
    catalogue: () => ask("catalogue", provider.catalogue()),
    list: (clusterUid) => ask("list", provider.list(clusterUid), listLimitMs),
    create: (...args) => ask("create", provider.create(...args)),
    start: (id) => ask("start", provider.start(id)),
    stop: (id) => ask("stop", provider.stop(id)),
    reboot: (id) => ask("reboot", provider.reboot(id)),
    restartService: (...args) => ask("restartService", provider.restartService(...args)),
    replaceSystemDisk: (...args) => ask("replaceSystemDisk", provider.replaceSystemDisk(...args)),
    release: (id) => ask("release", provider.release(id)),
    leave: (id) => ask("leave", provider.leave(id)),
    tag: (...args) => ask("tag", provider.tag(...args)),
    joined: (id) => ask("joined", provider.joined(id)),
    diagnosis: (id) => ask("diagnosis", provider.diagnosis(id)),
  };
}

/** Rejects after so long: it may have been done all the same, and the next look tells. */
function silence(
  call: string,
  forMs: number,
  { answer, clock }: { readonly answer: Promise<unknown>; readonly clock: Clock },
): Promise<never> {
  return new Promise((_resolve, reject) => {
    const message = `the provider gave no answer to ${call} within ${forMs / 60_000} minutes`;
    const cancel = clock.after(forMs, () => reject(new PortError({ kind: "Unknown", message })));
    answer.then(cancel, cancel);
  });
}
