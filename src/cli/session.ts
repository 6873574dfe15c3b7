/** What every command is given: the person's terminal, the cluster, the clock, and the options that all commands know. */
import type { Asker } from "../core/intent/operation.ts";
import type { Clock } from "../ports/clock.ts";
import type { Kube } from "../ports/kube.ts";
import type { Cluster, ClusterChoice, Env } from "./connect.ts";
import { systemNamespace } from "./product.ts";
import type { Look } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** What lies outside of the program: built in main.ts, played by others in tests. */
export interface Outside {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly env: Env;
  readonly timeZone: string;
  /** Five characters for the names of operations. */
  suffix(): string;
  connect(choice: ClusterChoice): Promise<Cluster>;
}

/** Options before or after any command. Absent ones were not given. */
export interface CommonOptions {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly dataDir?: string;
  readonly color: boolean;
}

export interface Session {
  readonly outside: Outside;
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Undefined: over all namespaces. */
  readonly namespace: string;
  readonly isEverywhere: boolean;
  choice(): ClusterChoice;
  cluster(): Promise<Cluster>;
  kube(): Promise<Kube>;
  look(): Look;
  asker(): Promise<Asker>;
  now(): number;
  close(): Promise<void>;
}

export function createSession(outside: Outside, options: () => CommonOptions): Session {
  let connecting: Promise<Cluster> | null = null;
  const choice = (): ClusterChoice => {
    const { kubeconfig = null, context = null, dataDir = ".poolkeeper" } = options();
    return { kubeconfig, context, dataDir };
  };
  const cluster = (): Promise<Cluster> => {
    connecting ??= outside.connect(choice());
    return connecting;
  };
  return {
    outside,
    terminal: outside.terminal,
    clock: outside.clock,
    get namespace() {
      return options().namespace ?? systemNamespace;
    },
    get isEverywhere() {
      return options().allNamespaces === true;
    },
    choice,
    cluster,
    kube: async () => (await cluster()).kube,
    look: () => ({
      now: outside.clock.now(),
      timeZone: outside.timeZone,
      hasColor: outside.terminal.hasColor && options().color,
    }),
    asker: async () => ({ by: (await cluster()).userName, suffix: outside.suffix() }),
    now: () => outside.clock.now(),
    close: async () => {
      if (connecting === null) return;
      const open = await connecting.catch(() => null);
      await open?.close();
    },
  };
}
