/**
 * The guest agents of all instances. A guest has one line to its agent, and QEMU lets one caller on it at a time: here
 * they take turns, and whoever only waits for a guest to come up gives way to the others.
 */
import type { Socket } from "node:net";
import { type Clock, sleep } from "../../ports/clock.ts";
import { AgentSilence, type GuestAgent, openGuestAgent } from "./guest-agent.ts";
import type { Host } from "./host.ts";
import { type Layout, names } from "./layout.ts";

export interface Agents {
  /** What `use` gives; `AgentSilence` where no agent answers within `limitMs`. */
  ask<T>(id: string, limitMs: number, use: (agent: GuestAgent) => Promise<T>): Promise<T>;
  /** True once the agent answers; false when it does not for `limitMs`, or `signal` comes first. */
  isUp(id: string, limitMs: number, signal: AbortSignal): Promise<boolean>;
}

export interface AgentsOptions {
  readonly layout: Pick<Layout, "instance">;
  readonly host: Pick<Host, "connect">;
  readonly clock: Clock;
}

const shortTurnMs = 1500;
const pauseMs = 500;
const connectAgainMs = 100;

export function createAgents({ layout, host, clock }: AgentsOptions): Agents {
  const turns = new Map<string, Promise<unknown>>();

  /** QEMU may not listen yet, or somebody who has just hung up may still be on the line. */
  const connect = async (id: string, until: number): Promise<Socket> => {
    for (;;) {
      try {
        return await host.connect(layout.instance(id).folder, names.agent);
      } catch (error) {
        if (clock.monotonic() >= until) throw new AgentSilence(String(error), 0);
        await sleep(clock, connectAgainMs);
      }
    }
  };
  const speak = async <T>(
    id: string,
    limitMs: number,
    use: (agent: GuestAgent) => Promise<T>,
  ): Promise<T> => {
    const until = clock.monotonic() + limitMs;
    const socket = await connect(id, until);
    const agent = await openGuestAgent(socket, { clock, limitMs: until - clock.monotonic() });
    try {
      return await use(agent);
    } finally {
      agent.close();
    }
  };
  const ask: Agents["ask"] = (id, limitMs, use) => {
    const mine = (turns.get(id) ?? Promise.resolve()).then(() => speak(id, limitMs, use));
    const turn = mine.then(
      () => {},
      () => {},
    );
    turns.set(id, turn);
    void turn.then(() => {
      if (turns.get(id) === turn) turns.delete(id);
    });
    return mine;
  };

  return {
    ask,
    isUp: async (id, limitMs, signal) => {
      const until = clock.monotonic() + limitMs;
      const hasEnded = (): boolean => signal.aborted || clock.monotonic() >= until;
      while (!hasEnded()) {
        try {
          return await ask(id, shortTurnMs, async () => true);
        } catch {
          await sleep(clock, pauseMs);
        }
      }
      return false;
    },
  };
}
