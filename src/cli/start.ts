/** `start`: reads what was chosen and hands over to the server, which is loaded only then. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { StartOptions } from "../start/options.ts";
import type { Env } from "./connect.ts";
import { systemNamespace } from "./product.ts";
import type { CommonOptions, Session } from "./session.ts";

interface StartFlags {
  readonly port: number;
  readonly cluster?: "embedded" | "local";
  readonly provider?: string;
  readonly installCrds: boolean;
  readonly sample?: boolean;
}

const defaultPort = 7410;

export function register(program: Command, session: Session): void {
  program
    .command("start")
    .description("run Poolkeeper: in a simulated world of its own, or against a cluster")
    .addOption(
      new Option("--port <port>", "port of health, metrics and API")
        .argParser(parsePort)
        .default(defaultPort),
    )
    .addOption(
      new Option(
        "--cluster <which>",
        "embedded: a world in memory; local: a real control plane on this machine",
      ).choices(["embedded", "local"]),
    )
    .option("--provider <name>", "make sure that this provider exists")
    .option("--install-crds", "install Poolkeeper's kinds into the cluster first", false)
    .option("--sample", "make sample pools (the default of the embedded world)")
    .addOption(new Option("--no-sample", "make no sample pools"))
    .action(async (flags: StartFlags) => {
      const { start } = await import("../main.ts");
      const options = startOptions(flags, program.opts<CommonOptions>(), session.outside.env);
      process.exitCode = await start(options);
    });
}

export function startOptions(flags: StartFlags, common: CommonOptions, env: Env): StartOptions {
  const { kubeconfig = null, context = null, dataDir = ".poolkeeper", namespace = systemNamespace } = common;
  const isInCluster = (env["KUBERNETES_SERVICE_HOST"] ?? "") !== "";
  const isNamed = kubeconfig !== null || context !== null || isInCluster;
  const cluster = flags.cluster ?? (isNamed ? "existing" : "embedded");
  return {
    cluster,
    port: flags.port,
    dataDir,
    kubeconfig,
    context,
    namespace,
    provider: flags.provider ?? null,
    installCrds: flags.installCrds,
    sample: flags.sample ?? cluster === "embedded",
  };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("Write a port from 0 to 65535; 0 takes a free one.");
}
