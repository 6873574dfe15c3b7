/** The cloud's API: what each call demands of an instance and what it does to it. */
import { isDeepStrictEqual } from "node:util";
import type { CatalogueFields } from "../../schema/provider.ts";
import type { InstanceRequest } from "../../schema/machine.ts";
import { PortError, type PortErrorKind } from "../../ports/errors.ts";
import { type Bootstrap, type DiskReplacement, ownershipTags } from "../../ports/provider.ts";
import { createAdmission } from "./admission.ts";
import { diskNotOffered, notOffered } from "./catalogue.ts";
import { type CloudContext, present } from "./context.ts";
import { begin, beginDiskReplacement, newDisk, newDiskId, restartKubelet } from "./lifecycle.ts";
import { faultsAfter, type InstanceRecord } from "./model.ts";
import type { Call } from "./traits.ts";

export interface Calls {
  catalogue(): Promise<CatalogueFields>;
  list(clusterUid: string): Promise<readonly InstanceRecord[]>;
  create(clientToken: string, request: InstanceRequest, bootstrap: Bootstrap): Promise<InstanceRecord>;
  start(id: string): Promise<void>;
  stop(id: string): Promise<void>;
  reboot(id: string): Promise<void>;
  restartService(id: string, service: string): Promise<void>;
  replaceSystemDisk(id: string, replacement: DiskReplacement): Promise<void>;
  release(id: string): Promise<void>;
  leave(id: string): Promise<void>;
  tag(id: string, set: Readonly<Record<string, string>>, remove: readonly string[]): Promise<void>;
}

export function createCalls(cloud: CloudContext): Calls {
  const { admit } = createAdmission(cloud);
  /** A call on one instance that must exist. */
  const on = (call: Call, id: string, effect: (record: InstanceRecord) => void | Promise<void>) =>
    admit(call, id, () => effect(existing(cloud, call, id)));

  return {
    catalogue: () => admit("catalogue", cloud.region, () => cloud.catalogue),
    list: (clusterUid) => admit("list", cloud.region, () => cloud.listing.of(clusterUid)),
    create: (clientToken, request, bootstrap) =>
      admit("create", `of ${bootstrap.machineName}`, () => create(cloud, clientToken, request, bootstrap)),
    start: (id) => on("start", id, (record) => start(cloud, record)),
    stop: (id) => on("stop", id, (record) => stop(cloud, record)),
    reboot: (id) => on("reboot", id, (record) => reboot(cloud, record)),
    restartService: (id, service) =>
      on("restartService", id, (record) => restartService(cloud, record, service)),
    replaceSystemDisk: (id, replacement) =>
      on("replaceSystemDisk", id, (record) => replaceSystemDisk(cloud, record, replacement)),
    release: (id) => on("release", id, (record) => release(cloud, record)),
    leave: (id) => on("leave", id, (record) => leave(cloud, record)),
    tag: (id, set, remove) =>
      on("tag", id, (record) => {
        cloud.records.put({ ...record, tags: { ...without(record.tags, remove), ...set } });
      }),
  };
}

async function create(
  cloud: CloudContext,
  clientToken: string,
  request: InstanceRequest,
  bootstrap: Bootstrap,
): Promise<InstanceRecord> {
  const wanted = plain(request);
  const known = cloud.records.byToken(clientToken);
  if (known !== undefined && !isDeepStrictEqual(known.request, wanted)) {
    throw answer(
      "Invalid",
      `create of ${bootstrap.machineName}: IdempotentParameterMismatch: its client token was used before with another request, which made ${known.id}`,
    );
  }
  const record = known ?? makeInstance(cloud, clientToken, wanted, bootstrap);
  await kept(cloud, "create", record.id);
  return record;
}

function makeInstance(
  cloud: CloudContext,
  clientToken: string,
  request: InstanceRequest,
  bootstrap: Bootstrap,
): InstanceRecord {
  refuseCreation(cloud, request, `create of ${bootstrap.machineName}`);
  const { names, lists } = cloud.streams;
  const now = cloud.clock.now();
  const systemDisk = newDisk(cloud, request);
  const record: InstanceRecord = {
    id: newInstanceId(cloud),
    clientToken,
    request,
    state: "Pending",
    tags: request.tags,
    createdAt: now,
    address: cloud.records.freeAddress(),
    systemDisk,
    diskToken: clientToken,
    dataDisks: request.dataDisks.map(({ name, sizeGiB, onRelease }) => {
      return { id: newDiskId(cloud), name, sizeGiB, onRelease, content: "" };
    }),
    work: null,
    hostEvent: null,
    visibleAt: now + Math.round(lists.next() * cloud.traits.visibilityMs),
    gone: null,
    guest: {
      bootstrap: plain(bootstrap),
      isEnabled: true,
      machineId: names.uid(),
      bootId: "",
      joinAt: 0,
      registered: "",
      faults: cloud.plan.takeDiskFaults(systemDisk),
    },
  };
  return begin(cloud, record, "Provision");
}

function refuseCreation(cloud: CloudContext, request: InstanceRequest, what: string): void {
  const flaw = notOffered(cloud.catalogue, request);
  if (flaw !== null) throw answer("Invalid", `${what}: ${flaw}; nothing was created`);
  const { zone, instanceType } = request;
  if (isOutOfStock(cloud, zone, instanceType)) {
    throw answer("OutOfStock", `${what}: no ${instanceType} is left in ${zone}; nothing was created`);
  }
  const { quotaInstances } = cloud.settings();
  if (quotaInstances !== undefined && present(cloud).length >= quotaInstances) {
    throw answer(
      "QuotaExceeded",
      `${what}: the account may have ${quotaInstances} instances in ${cloud.region} and has them all; nothing was created`,
    );
  }
}

function isOutOfStock(cloud: CloudContext, zone: string, instanceType: string): boolean {
  const lasting = (cloud.settings().outOfStock ?? []).some(
    (gap) => gap.zone === zone && (gap.instanceType ?? instanceType) === instanceType,
  );
  return lasting || cloud.plan.isOutOfStock(zone, instanceType);
}

function start(cloud: CloudContext, record: InstanceRecord): void {
  if (["Pending", "Starting", "Running"].includes(record.state)) return;
  demand(record, "start", "Stopped");
  if (record.systemDisk.id === "") {
    throw answer("Invalid", `start ${record.id}: it has no system disk; replace the system disk first`);
  }
  begin(cloud, record, "Boot");
}

function stop(cloud: CloudContext, record: InstanceRecord): void {
  if (record.state === "Stopping" || record.state === "Stopped") return;
  demand(record, "stop", "Running");
  begin(cloud, record, "Stop");
}

function reboot(cloud: CloudContext, record: InstanceRecord): void {
  if (record.work?.kind === "Reboot") return;
  demand(record, "reboot", "Running");
  begin(cloud, record, "Reboot");
}

function restartService(cloud: CloudContext, record: InstanceRecord, service: string): void {
  demand(record, "restartService", "Running");
  if (!services.includes(service)) {
    throw answer(
      "Invalid",
      `restartService ${record.id}: no service ${service}; services are ${services.join(" and ")}`,
    );
  }
  restartKubelet(cloud, record, faultsAfter("Restart", record.guest.faults));
}

const services: readonly string[] = ["kubelet", "containerd"];

function replaceSystemDisk(cloud: CloudContext, record: InstanceRecord, replacement: DiskReplacement): void {
  // The same token again: it is being made, or was made, and the instance may have gone on since.
  if (record.diskToken === replacement.clientToken) return;
  if (record.state !== "Stopped") {
    throw answer("Invalid", `replaceSystemDisk ${record.id}: it is ${record.state} and must be Stopped`);
  }
  demandIdle(record, "replaceSystemDisk");
  const flaw = diskNotOffered(cloud.catalogue, replacement.disk);
  if (flaw !== null) throw answer("Invalid", `replaceSystemDisk ${record.id}: ${flaw}; the disk was kept`);
  beginDiskReplacement(cloud, record, plain(replacement));
}

async function release(cloud: CloudContext, record: InstanceRecord): Promise<void> {
  if (record.request.chargeType === "Subscription") {
    throw answer(
      "Denied",
      `release ${record.id}: a subscription is paid in advance and ends by itself; the instance was kept`,
    );
  }
  if (record.state !== "Releasing") {
    demandIdle(record, "release");
    begin(cloud, record, "Release");
  }
  await kept(cloud, "release", record.id);
}

function leave(cloud: CloudContext, record: InstanceRecord): void {
  const tags = without(record.tags, Object.values(ownershipTags));
  cloud.records.put({ ...record, tags, guest: { ...record.guest, isEnabled: false } });
}

function existing(cloud: CloudContext, call: Call, id: string): InstanceRecord {
  const record = cloud.records.get(id);
  if (record !== undefined && record.gone === null) return record;
  throw answer("NotFound", `${call} ${id}: no such instance in ${cloud.region}`);
}

/** Another state, or a disk being written, passes by itself: the same call may succeed later. */
function demand(record: InstanceRecord, call: Call, state: InstanceRecord["state"]): void {
  demandIdle(record, call);
  if (record.state === state) return;
  throw answer("Conflict", `${call} ${record.id}: it is ${record.state}, not ${state}; nothing was done`);
}

function demandIdle(record: InstanceRecord, call: Call): void {
  if (record.work?.kind !== "ReplaceDisk") return;
  throw answer("Conflict", `${call} ${record.id}: its system disk is being replaced; nothing was done`);
}

/** Waits until what was done would survive the end of the process: only then may it be answered. */
async function kept(cloud: CloudContext, call: Call, id: string): Promise<void> {
  try {
    await cloud.journal.settle();
  } catch (error) {
    const message = `${call} ${id}: done, but the simulator's file could not be written: ${String(error)}`;
    throw new PortError({ kind: "Unknown", message, cause: error });
  }
}

function newInstanceId(cloud: CloudContext): string {
  for (;;) {
    const id = `i-${cloud.streams.names.word(10)}`;
    if (cloud.records.get(id) === undefined) return id;
  }
}

function without(
  tags: Readonly<Record<string, string>>,
  keys: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
}

/** A copy as it would arrive over the wire: nobody's later change reaches it, and absent fields are absent. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function answer(kind: PortErrorKind, message: string): PortError {
  return new PortError({ kind, message });
}
