/** Everything that must be in a cluster before the controller starts in it: kinds, rights, the provider that was named. */
import { kubeletClientBinding, nodeBindings } from "../schema/manifests.ts";
import { realClock } from "../ports/clock.ts";
import type { Kube } from "../ports/kube.ts";
import type { ProviderSpec } from "../schema/provider.ts";
import { checkAccess } from "./access.ts";
import { kubeletClientUser } from "./certificates.ts";
import { StartError } from "./error.ts";
import { applyBindings, ensureNamespace, ensureProvider, installCrds, missingKinds } from "./install.ts";
import type { StartOptions } from "./options.ts";
import type { Surroundings } from "./program.ts";
import type { Progress } from "./progress.ts";

export async function prepareCluster(kube: Kube, options: StartOptions): Promise<void> {
  const { namespace } = options;
  const isOurs = options.cluster !== "existing";
  if (isOurs || options.installCrds) {
    await ensureNamespace(kube, namespace);
    await installCrds(kube, namespace, realClock);
  } else {
    const missing = await missingKinds(kube, namespace);
    if (missing.length > 0) {
      throw new StartError(
        `The cluster does not know ${missing.join(", ")}. Nothing was begun. Install poolkeeper's kinds: bin/poolkeeper install, or start with --install-crds`,
      );
    }
  }
  if (!isOurs) await checkAccess(kube, { namespace, isJoining: await hasJoiningProvider(kube, options) });
  // On a control plane of our own we are the ones who grant what machines need.
  if (options.cluster === "local") {
    await applyBindings(kube, [...nodeBindings(), kubeletClientBinding(kubeletClientUser)]);
  }
  const provider = providerOf(options);
  if (provider !== null) await ensureProvider(kube, namespace, { name: provider, type: typeNamed(provider) });
}

/** A cluster that we have just made holds nothing to create pools on yet. */
export function providerOf({ provider, cluster }: StartOptions): string | null {
  return provider ?? (cluster === "existing" ? null : "simulator");
}

/** The provider that was named runs virtual machines on this host. */
export function hasRealMachines(options: StartOptions): boolean {
  return typeNamed(providerOf(options) ?? "") === "local";
}

/** Said before anything is begun: kubelets cannot join a world in memory. */
export function refuseUnreal(options: StartOptions): void {
  if (options.cluster !== "embedded" || !hasRealMachines(options)) return;
  throw new StartError(
    "Real machines need a real Kubernetes, and the world in memory is none. Nothing was begun. Try: " +
      "npm start -- --cluster local --provider local, or name a cluster with --kubeconfig FILE",
  );
}

/** Before anything is begun: without QEMU there would be a pool that waits, and nothing to see. */
export async function prepareHost(
  options: StartOptions,
  surroundings: Surroundings,
  progress: Progress,
): Promise<void> {
  if (!hasRealMachines(options)) return;
  const [{ ensureQemu }, { preflight }, { realHost }] = await Promise.all([
    import("./qemu.ts"),
    import("../provider/local/preflight.ts"),
    import("../provider/local/host.ts"),
  ]);
  await ensureQemu(surroundings, progress);
  try {
    await preflight(realHost, process.cwd());
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError(`There can be no machines on this host. Nothing was begun. ${why}`);
  }
}

/** Of a provider that is made at start: its name is that of its type, every other name is a simulator's. */
export function typeNamed(name: string): ProviderSpec["type"] {
  return name === "local" || name === "ecs" ? name : "simulator";
}

async function hasJoiningProvider(kube: Kube, options: StartOptions): Promise<boolean> {
  if (hasRealMachines(options)) return true;
  const { namespace } = options;
  const { items } = await kube.list("InfrastructureProvider", { namespace });
  return items.some(({ spec }) => spec.type === "local");
}
