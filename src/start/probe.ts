/** When the API server can be used, and when the cluster can. It asks and waits; it never gives up by itself. */
import { Agent, request } from "undici";
import { sleep } from "../ports/clock.ts";
import type { Clock } from "../ports/clock.ts";

export interface ProbeOptions {
  readonly url: string;
  readonly credentials: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly clock: Clock;
}

export interface Probe {
  /** The API server has done all of its own start. */
  isApiReady(): Promise<void>;
  /** The controller manager has made what every pod needs, so that a person's first pod is not refused. */
  isClusterReady(): Promise<void>;
  /** What was asked last and what came back, for people. */
  lastAnswer(): string;
  close(): Promise<void>;
}

const pollMs = 50;

export function createProbe({ url, credentials, clock }: ProbeOptions): Probe {
  const agent = new Agent({ connect: { ...credentials, timeout: 2_000 }, headersTimeout: 5_000 });
  const closing = new AbortController();
  let lastAnswer = "nothing was asked yet";
  const isOk = async (path: string): Promise<boolean> => {
    try {
      const { statusCode, body } = await request(`${url}${path}`, {
        dispatcher: agent,
        signal: closing.signal,
      });
      lastAnswer = `${path} answers ${statusCode}: ${await body.text()}`;
      return statusCode === 200;
    } catch (error) {
      // Not listening yet, most of the time.
      lastAnswer = `${path} does not answer: ${error instanceof Error ? error.message : String(error)}`;
      return false;
    }
  };
  const untilOk = async (path: string): Promise<void> => {
    while (!closing.signal.aborted && !(await isOk(path))) await sleep(clock, pollMs);
  };
  return {
    isApiReady: () => untilOk("/readyz"),
    isClusterReady: () => untilOk("/api/v1/namespaces/default/serviceaccounts/default"),
    lastAnswer: () => lastAnswer,
    close: async () => {
      closing.abort();
      await agent.destroy();
    },
  };
}
