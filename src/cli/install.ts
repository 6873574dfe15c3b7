/** `install`: Poolkeeper's kinds, roles and namespace into a cluster, or onto standard output. */
import { type Command, Option } from "commander";
import { secondMs } from "../core/time.ts";
import { sleep } from "../ports/clock.ts";
import { isPortError } from "../ports/errors.ts";
import type { Kube } from "../ports/kube.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import { CommandError, exitCodes } from "./failure.ts";
import type { DryRun } from "./options.ts";
import { nameOf, yamlOf } from "./output.ts";
import type { Session } from "./session.ts";

interface InstallOptions {
  readonly print: boolean;
  readonly crds: boolean;
  readonly dryRun: DryRun;
}

export function register(program: Command, session: Session): void {
  program
    .command("install")
    .description("apply Poolkeeper's kinds, roles and namespace; repeating it changes nothing")
    .option("--print", "print the objects and apply nothing", false)
    .option("--crds", "only the kinds", false)
    .addOption(
      new Option("--dry-run [where]", "server: let it be checked, keep nothing")
        .choices(["none", "server"])
        .default("none")
        .preset("server"),
    )
    .action((options: InstallOptions) => install(session, options));
}

async function install(session: Session, options: InstallOptions): Promise<void> {
  const { installManifests } = await import("../schema/manifests.ts");
  const all = installManifests();
  const objects = options.crds ? all.filter(({ kind }) => kind === "CustomResourceDefinition") : all;
  const { terminal } = session;
  if (options.print) {
    const documents = await Promise.all(objects.map(yamlOf));
    return terminal.out(documents.join("\n---\n"));
  }
  const cluster = await session.cluster();
  const isDryRun = options.dryRun === "server";
  // The namespace comes first: what lives in it cannot be applied before.
  const sorted = objects.toSorted((a, b) => Number(b.kind === "Namespace") - Number(a.kind === "Namespace"));
  for (const object of sorted) {
    await cluster.apply(object, isDryRun);
    terminal.out(`${nameOf(object)} applied${isDryRun ? " (server dry run)" : ""}`);
  }
  if (isDryRun) return terminal.err("The server accepts them. Nothing was changed (dry run).");
  await waitUntilServed(
    session,
    objects.filter(({ kind }) => kind === "CustomResourceDefinition"),
  );
  terminal.err(
    "The kinds are served. Next: poolkeeper doctor, or start the controller with: npm start -- --kubeconfig FILE",
  );
}

const servedWithinMs = 30 * secondMs;

async function waitUntilServed(session: Session, definitions: readonly KubeObject[]): Promise<void> {
  const kube = await session.kube();
  const startedAt = session.clock.monotonic();
  for (;;) {
    const missing = await missingKinds(
      kube,
      definitions.map(({ metadata }) => metadata.name),
    );
    if (missing.length === 0) return;
    if (session.clock.monotonic() - startedAt > servedWithinMs) {
      throw new CommandError(
        exitCodes.timedOut,
        `The API server does not serve ${missing.join(", ")} yet.`,
        "poolkeeper doctor",
      );
    }
    await sleep(session.clock, secondMs / 4);
  }
}

/** Definitions that are absent or not established yet. */
export async function missingKinds(kube: Kube, names: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(names.map((name) => definitionOrNull(kube, name)));
  return names.filter((_, index) => !isEstablished(found[index] ?? null));
}

async function definitionOrNull(kube: Kube, name: string): Promise<KubeObject | null> {
  try {
    return await kube.get("CustomResourceDefinition", { name });
  } catch (error) {
    if (isPortError(error, "NotFound")) return null;
    throw error;
  }
}

function isEstablished(definition: (KubeObject & { readonly status?: unknown }) | null): boolean {
  const conditions: unknown = Reflect.get(Object(definition?.status), "conditions");
  if (!Array.isArray(conditions)) return false;
  return conditions.some((condition: unknown) => {
    const { type, status } = { type: null, status: null, ...Object(condition) };
    return type === "Established" && status === "True";
  });
}
