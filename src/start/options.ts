/** What a person may choose at start. Parsed by the CLI, carried out by `src/main.ts`. */
export interface StartOptions {
  /** `embedded`: a world in memory. `local`: a real control plane on this machine. `existing`: a kubeconfig or the pod's own cluster. */
  readonly cluster: "embedded" | "local" | "existing";
  readonly port: number;
  readonly dataDir: string;
  readonly kubeconfig: string | null;
  readonly context: string | null;
  readonly namespace: string;
  /** Created as an InfrastructureProvider of that name when it does not exist. */
  readonly provider: string | null;
  readonly installCrds: boolean;
  readonly sample: boolean;
}
