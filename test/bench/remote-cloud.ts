/**
 * The provider port over a pipe between two processes, so that the simulated cloud's work is not counted as the
 * controller's. What a call costs the controller is what a cloud's SDK would: one message there, one back, as JSON.
 */
import { type ChildProcess, fork } from "node:child_process";
import { PortError, type PortErrorKind } from "../../src/ports/errors.ts";
import type { Provider } from "../../src/ports/provider.ts";

export type CloudRequest = {
  readonly id: number;
  readonly call: CloudCall;
  readonly args: readonly unknown[];
};

export type CloudReply =
  | { readonly kind: "Ready"; readonly capabilities: Provider["capabilities"] }
  | { readonly kind: "Changed" }
  | { readonly kind: "Result"; readonly id: number; readonly result: unknown }
  | { readonly kind: "Error"; readonly id: number; readonly error: WireError };

interface WireError {
  readonly kind: PortErrorKind;
  readonly message: string;
}

export const cloudCalls = [
  "catalogue",
  "list",
  "create",
  "start",
  "stop",
  "reboot",
  "restartService",
  "replaceSystemDisk",
  "release",
  "leave",
  "tag",
  "joined",
  "diagnosis",
] as const;
export type CloudCall = (typeof cloudCalls)[number];

export interface RemoteCloud {
  readonly provider: Provider;
  readonly pid: number;
}

/** Starts the process of `cloud.ts` and speaks to it. It ends when this process ends, or `close` is called. */
export async function connectCloud(args: readonly string[]): Promise<RemoteCloud> {
  const child = fork(`${import.meta.dirname}/cloud.ts`, args, { execArgv: [] });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const listeners = new Set<() => void>();
  const ready = Promise.withResolvers<Provider["capabilities"]>();
  child.on("message", (message) => {
    const reply = message as CloudReply;
    if (reply.kind === "Ready") ready.resolve(reply.capabilities);
    else if (reply.kind === "Changed") for (const changed of listeners) changed();
    else settle(waiting, reply);
  });
  child.on("exit", () => ready.reject(new Error("the process of the simulated cloud ended")));
  let calls = 0;
  const call = async (name: CloudCall, callArgs: readonly unknown[]): Promise<unknown> => {
    const pending = Promise.withResolvers<unknown>();
    calls += 1;
    waiting.set(calls, pending);
    child.send({ id: calls, call: name, args: callArgs } satisfies CloudRequest);
    return pending.promise;
  };
  const methods = Object.fromEntries(
    cloudCalls.map((name) => [name, (...callArgs: readonly unknown[]) => call(name, callArgs)]),
  ) as unknown as Pick<Provider, CloudCall>;
  const provider: Provider = {
    ...methods,
    capabilities: await ready.promise,
    onChange: (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    close: () => end(child),
  };
  return { provider, pid: child.pid ?? 0 };
}

function settle(
  waiting: Map<number, PromiseWithResolvers<unknown>>,
  reply: Extract<CloudReply, { readonly id: number }>,
): void {
  const pending = waiting.get(reply.id);
  waiting.delete(reply.id);
  if (reply.kind === "Result") pending?.resolve(reply.result);
  else pending?.reject(new PortError(reply.error));
}

async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
  });
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.disconnect();
  await ended;
}
