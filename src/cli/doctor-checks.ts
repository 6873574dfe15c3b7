/** The checks of `doctor` but for permissions: server, versions, kinds, controller, clocks, providers, windows, pools. */
import { isSkewAllowed } from "../core/target.ts";
import { dayMs, durationText, instantOf, minuteMs, secondMs } from "../core/time.ts";
import { compareVersions } from "../core/version.ts";
import { windowProblem, windowState } from "../core/window.ts";
import { isPortError } from "../ports/errors.ts";
import { resources } from "../ports/kube.ts";
import type { LeaseObject } from "../schema/kubernetes.ts";
import { sentence } from "../text/sentence.ts";
import { brakedOf, readInstallation } from "./braked.ts";
import { type Check, fail, type Finding, ok, warn } from "./doctor-finding.ts";
import { missingKinds } from "./install.ts";
import { kindNames } from "./kind.ts";
import { listOf } from "./read.ts";
import type { Session } from "./session.ts";

export const checkServer: Check = async (session) => {
  const cluster = await session.cluster();
  const version = await cluster.serverVersion();
  return [
    ok(
      `API server ${version} at ${cluster.server} (context ${cluster.contextName}, user ${cluster.userName})`,
    ),
  ];
};

export const checkVersions: Check = async (session) => {
  const cluster = await session.cluster();
  const server = await cluster.serverVersion();
  const { items } = await cluster.kube.list("Node");
  const versions = items
    .map(({ status }) => status?.nodeInfo?.kubeletVersion ?? "")
    .filter((version) => version !== "");
  if (versions.length === 0) return [ok("No nodes yet, so no version skew")];
  const sorted = versions.toSorted(compareVersions);
  const [oldest = "", newest = ""] = [sorted[0], sorted.at(-1)];
  const range = oldest === newest ? oldest : `${oldest} to ${newest}`;
  const bad = items.filter(
    ({ status }) => !isSkewAllowed(status?.nodeInfo?.kubeletVersion ?? server, server),
  );
  if (bad.length === 0)
    return [ok(`${versions.length} nodes with kubelets ${range}, which fit the API server`)];
  const names = bad.slice(0, 5).map(({ metadata }) => metadata.name);
  return [
    fail(
      `Kubelets ${range}: those of ${names.join(", ")} do not fit API server ${server} (not newer, at most three minors older)`,
      "poolkeeper upgrade plan POOL, or upgrade the control plane",
    ),
  ];
};

export const checkDefinitions: Check = async (session) => {
  const kube = await session.kube();
  const names = kindNames.map(({ kind }) => `${resources[kind].plural}.poolkeeper.dev`);
  const missing = await missingKinds(kube, names);
  if (missing.length === 0) return [ok(`All ${names.length} kinds are served`)];
  return [fail(`The cluster does not serve ${missing.join(", ")}`, "poolkeeper install")];
};

const leaseName = "poolkeeper";
/** A leader renews every few seconds and loses the lease after 15. */
const leaseLimitMs = 20 * secondMs;

export const checkController: Check = async (session) => {
  const lease = await leaseOrNull(session);
  const start = "npm start, or look at the controller's log";
  const holder = lease?.spec?.holderIdentity ?? "";
  if (lease === null || holder === "")
    return [fail(`No controller leads in namespace ${session.namespace}`, start)];
  const agoMs = session.now() - instantOf(lease.spec?.renewTime);
  if (agoMs > leaseLimitMs) {
    return [
      fail(`The controller ${holder} renewed its lease ${durationText(agoMs)} ago: it does not run`, start),
    ];
  }
  return [ok(`Controller ${holder} leads, renewed ${durationText(agoMs)} ago`)];
};

async function leaseOrNull(session: Session): Promise<LeaseObject | null> {
  const kube = await session.kube();
  try {
    return await kube.get("Lease", { name: leaseName, namespace: session.namespace });
  } catch (error) {
    if (isPortError(error, "NotFound")) return null;
    throw error;
  }
}

/** The lease is written by the controller's clock; this is the only other clock at hand. */
export const checkClocks: Check = async (session) => {
  const lease = await leaseOrNull(session).catch(() => null);
  const renewedAt = instantOf(lease?.spec?.renewTime);
  const aheadMs = renewedAt - session.now();
  const zones = `time zone data ${process.versions["tz"] ?? "unknown"}`;
  if (aheadMs > 2 * secondMs) {
    return [
      warn(
        `This machine's clock is at least ${durationText(aheadMs)} behind the controller's; ${zones}`,
        "set both by NTP",
      ),
    ];
  }
  return [ok(`Clocks agree as far as can be seen from here; ${zones}`)];
};

export const checkProviders: Check = async (session) => {
  const providers = await listOf(session, "InfrastructureProvider");
  if (providers.length === 0) {
    return [
      warn(
        `No provider in namespace ${session.namespace}, so no pool can be made`,
        "poolkeeper create provider NAME --type simulator --region cn-hangzhou",
      ),
    ];
  }
  return providers.flatMap(({ metadata, spec, status }): readonly Finding[] => {
    const label = `Provider ${metadata.name} (${spec.type}, ${spec.region})`;
    const ready = status?.conditions?.find(({ type }) => type === "Ready");
    const orphans = status?.orphans?.length ?? 0;
    const left =
      orphans === 0
        ? []
        : [
            warn(
              `${label} has ${orphans} instances that belong to no machine and cost money`,
              `poolkeeper describe provider ${metadata.name}`,
            ),
          ];
    if (ready?.status === "True") return [ok(`${label} is ready`), ...left];
    if (ready === undefined && status?.catalogue !== undefined)
      return [ok(`${label} has reported its catalogue`), ...left];
    const why =
      ready === undefined ? "has not been looked at by a controller yet" : `is not ready: ${ready.message}`;
    return [fail(`${label} ${why}`, `poolkeeper describe provider ${metadata.name}`), ...left];
  });
};

export const checkWindows: Check = async (session) => {
  const windows = await listOf(session, "MaintenanceWindow");
  return windows.map(({ metadata, spec }) => {
    const problem = windowProblem(spec);
    const fix = `poolkeeper window explain ${metadata.name}`;
    if (problem !== null)
      return fail(`Window ${metadata.name}: ${sentence(problem.reason, problem.facts)}`, fix);
    const state = windowState(spec, session.now());
    if (state.opens === null) return warn(`Window ${metadata.name} has no opening in the next year`, fix);
    const inMs = state.opens - session.now();
    if (state.isOpen) return ok(`Window ${metadata.name} is open`);
    return inMs > 31 * dayMs
      ? warn(`Window ${metadata.name} opens only in ${durationText(inMs)}`, fix)
      : ok(`Window ${metadata.name} opens in ${durationText(inMs)}`);
  });
};

export const checkBrakes: Check = async (session) => {
  const { brakes } = brakedOf(await readInstallation(session), session.now());
  return brakes.length === 0 ? [ok("No brake is on")] : brakes.map(({ text, fix }) => warn(text, fix));
};

export const checkPools: Check = async (session) => {
  const pools = await listOf(session, "ManagedNodePool");
  if (pools.length === 0) return [ok("No pools yet")];
  const findings = pools.flatMap(({ metadata, status }): readonly Finding[] => {
    const fix = `poolkeeper why ${metadata.name}`;
    const isOld = session.now() - instantOf(metadata.creationTimestamp) > minuteMs;
    if (status?.observedGeneration !== metadata.generation && isOld) {
      return [warn(`Pool ${metadata.name} was changed and its controller has not looked at it since`, fix)];
    }
    const stalled = status?.conditions?.find(({ type }) => type === "Stalled");
    return stalled?.status === "True"
      ? [warn(`Pool ${metadata.name} is stalled: ${stalled.message}`, fix)]
      : [];
  });
  return findings.length === 0
    ? [ok(`${pools.length} ${pools.length === 1 ? "pool" : "pools"}, none stalled`)]
    : findings;
};
