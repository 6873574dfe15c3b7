/** Starts the process of `controller.ts`, asks it what it has used, and ends it. */
import { type ChildProcess, fork } from "node:child_process";
import { realClock } from "../../src/ports/clock.ts";
import type { Answer, Question, Usage } from "./controller.ts";

export interface ControllerProcess {
  usage(): Promise<Usage>;
  /** Rejects when the process ends without having been asked to. */
  readonly lost: Promise<never>;
  stop(): Promise<void>;
}

const stopLimitMs = 15_000;

export interface ControllerWishes {
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly profileDir: string | null;
  /** Instances that are only looked at; null starts a simulated cloud. */
  readonly instancesFile: string | null;
}

/** Resolves when it leads. */
export async function startController(wishes: ControllerWishes): Promise<ControllerProcess> {
  const { kubeconfig, namespace, profileDir, instancesFile } = wishes;
  const execArgv = profileDir === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDir}`];
  const args = [kubeconfig, namespace, ...(instancesFile === null ? [] : [instancesFile])];
  const child = fork(`${import.meta.dirname}/controller.ts`, args, { execArgv });
  let isStopping = false;
  const ended = Promise.withResolvers<void>();
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {}); // Nobody may be waiting just then.
  child.once("exit", (code, signal) => {
    ended.resolve();
    if (!isStopping)
      lost.reject(new Error(`the controller's process ended: ${signal ?? `exit code ${code}`}`));
  });
  await Promise.race([answerOf(child, "Started"), lost.promise]);
  return {
    lost: lost.promise,
    usage: async () => {
      child.send("usage" satisfies Question);
      const { usage } = await Promise.race([answerOf(child, "Usage"), lost.promise]);
      return usage;
    },
    stop: async () => {
      isStopping = true;
      if (child.connected) child.send("stop" satisfies Question);
      const cancel = realClock.after(stopLimitMs, () => child.kill("SIGKILL"));
      await ended.promise;
      cancel();
    },
  };
}

function answerOf<K extends Answer["kind"]>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<Answer, { readonly kind: K }>> {
  return new Promise((resolve) => {
    const hear = (message: unknown): void => {
      const answer = message as Answer;
      if (answer.kind !== kind) return;
      child.off("message", hear);
      resolve(answer as Extract<Answer, { readonly kind: K }>);
    };
    child.on("message", hear);
  });
}
