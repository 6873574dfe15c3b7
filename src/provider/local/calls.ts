/** What each call of the port demands of an instance and what it begins. How it is done is in work.ts. */
import type { Instance } from "../../core/model.ts";
import { type DiskReplacement, ownershipTags, type Provider } from "../../ports/provider.ts";
import { admit, newSystemDisk, type Order } from "./admit.ts";
import type { LocalContext } from "./context.ts";
import { AgentSilence } from "./guest-agent.ts";
import { systemctl } from "./guest.ts";
import { availableMiB } from "./host-memory.ts";
import { typeNamed } from "./instance-types.ts";
import { refusal, toPortError } from "./map.ts";
import { bodyHashOf, instanceIdOf, type InstanceRecord, recordToInstance, stateOf } from "./record.ts";
import type { Works } from "./work.ts";

/** What is asked of one instance, as the port has it. */
export type Calls = Omit<
  Provider,
  "capabilities" | "catalogue" | "list" | "diagnosis" | "onChange" | "close"
>;

interface Scene {
  readonly context: LocalContext;
  readonly works: Works;
}

export function createCalls(context: LocalContext, works: Works): Calls {
  const scene = { context, works };
  const inTurn = createTurns();
  /** A call on one instance that must exist; what goes wrong is told in the port's words. */
  const on = async (call: string, id: string, effect: (record: InstanceRecord) => unknown): Promise<void> => {
    const what = `${call} ${id}`;
    try {
      const record = context.records.get(id);
      if (record === undefined) throw refusal("NotFound", `${what}: no such instance on this host`);
      await effect(record);
    } catch (error) {
      throw toPortError(what, error);
    }
  };
  return {
    create: (clientToken, request, bootstrap) =>
      inTurn(() => create(scene, { clientToken, request: plain(request), bootstrap: plain(bootstrap) })),
    start: (id) => on("start", id, (record) => start(scene, record)),
    stop: (id) => on("stop", id, (record) => stop(scene, record)),
    reboot: (id) => on("reboot", id, (record) => reboot(scene, record)),
    restartService: (id, service) =>
      on("restartService", id, (record) => restartService(context, record, service)),
    replaceSystemDisk: (id, replacement) =>
      on("replaceSystemDisk", id, (record) => replaceSystemDisk(scene, record, plain(replacement))),
    release: (id) => on("release", id, (record) => release(scene, record)),
    leave: (id) => on("leave", id, (record) => leave(scene, record)),
    tag: (id, set, remove) =>
      on("tag", id, ({ tags }) => context.records.patch(id, { tags: { ...without(tags, remove), ...set } })),
    joined: (id) => on("joined", id, (record) => joined(context, record)),
  };
}

async function create({ context, works }: Scene, order: Order): Promise<Instance> {
  const { clientToken, request, bootstrap } = order;
  const { records, naming } = context;
  const what = `create of ${bootstrap.machineName}`;
  const id = instanceIdOf(clientToken);
  try {
    const known = records.get(id);
    if (known !== undefined && known.bodyHash !== bodyHashOf(request)) {
      throw refusal(
        "Invalid",
        `${what}: its client token was used before with another request, which made ${id}`,
      );
    }
    if (known !== undefined) return recordToInstance(known, naming);
    if (records.wasReleased(clientToken)) {
      throw refusal("Invalid", `${what}: its client token has made ${id}, which was released since`);
    }
    const record = await admit(context, order);
    await make({ context, works }, record);
    return recordToInstance(records.get(id) ?? record, naming);
  } catch (error) {
    throw toPortError(what, error);
  }
}

/** Where it fails nothing was answered yet, and nothing stays: the same token may be tried again. */
async function make({ context, works }: Scene, record: InstanceRecord): Promise<void> {
  const { records, host, layout } = context;
  const { folder } = layout.instance(record.id);
  try {
    await host.makeFolder(folder);
    records.put(record);
    await works.begin(record.id, { kind: "Provision" });
  } catch (error) {
    await host.remove(folder);
    records.drop(record.id);
    throw error;
  }
}

async function start({ context, works }: Scene, record: InstanceRecord): Promise<void> {
  if (["Pending", "Starting", "Running"].includes(stateOf(record))) return;
  demand(record, "start", "Stopped");
  const { memoryMiB } = typeNamed(record.request.instanceType);
  const free = availableMiB();
  if (free < memoryMiB) {
    const why = `it needs ${memoryMiB} MiB of memory, and this host has ${free} MiB free`;
    throw refusal("QuotaExceeded", `start ${record.id}: ${why}; it stays stopped, with its disks`);
  }
  // Where others boot, the answer would come too late for whoever asks.
  const mayWait = !context.slots.isFree();
  const booted = works.begin(record.id, { kind: "Boot" });
  if (!mayWait) await booted;
}

function stop({ works }: Scene, record: InstanceRecord): void {
  if (["Stopping", "Stopped"].includes(stateOf(record))) return;
  demand(record, "stop", "Running");
  void works.begin(record.id, { kind: "Stop" });
}

function reboot({ works }: Scene, record: InstanceRecord): void {
  if (record.work?.kind === "Reboot") return;
  demand(record, "reboot", "Running");
  void works.begin(record.id, { kind: "Reboot" });
}

const services: readonly string[] = ["kubelet", "containerd"];

async function restartService(context: LocalContext, record: InstanceRecord, service: string): Promise<void> {
  if (!services.includes(service)) {
    const what = `restartService ${record.id}`;
    throw refusal("Invalid", `${what}: no service ${service}; services are ${services.join(" and ")}`);
  }
  demand(record, "restartService", "Running");
  await systemctl(context, record.id, ["restart", service]);
}

async function replaceSystemDisk(
  { context, works }: Scene,
  record: InstanceRecord,
  { clientToken: token, disk, bootstrap }: DiskReplacement,
): Promise<void> {
  const { work } = record;
  // The same token again: the disk is being made, or was made, and the instance may have gone on since.
  if (record.diskToken === token || (work?.kind === "ReplaceDisk" && work.token === token)) return;
  demandReplaceable(record);
  const systemDisk = await newSystemDisk(context, record, { ...disk, token, bootstrap });
  // Somebody may have started or released it while the image was looked up.
  demandReplaceable(context.records.get(record.id) ?? record);
  await works.begin(record.id, { kind: "ReplaceDisk", token, systemDisk, bootstrap });
}

function demandReplaceable(record: InstanceRecord): void {
  const state = stateOf(record);
  if (state !== "Stopped") {
    throw refusal("Invalid", `replaceSystemDisk ${record.id}: it is ${state} and must be Stopped`);
  }
  demandIdle(record, "replaceSystemDisk");
}

function release({ works }: Scene, record: InstanceRecord): void {
  if (record.work?.kind === "Release") return;
  demandIdle(record, "release");
  void works.begin(record.id, { kind: "Release" });
}

/** A guest that does not listen is switched off: either way its kubelet does not come back. */
async function leave({ context, works }: Scene, record: InstanceRecord): Promise<void> {
  const { id } = record;
  const isSilent = stateOf(record) === "Running" && !(await hasLetKubeletGo(context, id));
  const now = context.records.get(id);
  if (now === undefined) return;
  context.records.patch(id, { tags: without(now.tags, Object.values(ownershipTags)) });
  if (!isSilent || stateOf(now) !== "Running") return;
  context.log(`${id} leaves without an answer of its guest: it is stopped`);
  void works.begin(id, { kind: "Stop" });
}

/** False where the guest does not listen. */
async function hasLetKubeletGo(context: LocalContext, id: string): Promise<boolean> {
  try {
    await systemctl(context, id, ["disable", "--now", "kubelet"]);
    return true;
  } catch (error) {
    if (error instanceof AgentSilence) return false;
    throw error;
  }
}

/** Written down first: a crash before the seed is wiped is made good at the next start. */
function joined({ records, host, layout }: LocalContext, { id, isJoined, bootstrap }: InstanceRecord): void {
  if (isJoined) return;
  records.patch(id, { isJoined: true, bootstrap: { ...bootstrap, join: null, userData: null } });
  host.wipe(layout.instance(id).seed);
}

/** Another state, or a disk being written, passes by itself: the same call may succeed later. */
function demand(record: InstanceRecord, call: string, state: Instance["state"]): void {
  demandIdle(record, call);
  const found = stateOf(record);
  if (found === state) return;
  throw refusal("Conflict", `${call} ${record.id}: it is ${found}, not ${state}; nothing was done`);
}

function demandIdle(record: InstanceRecord, call: string): void {
  if (record.work?.kind !== "ReplaceDisk") return;
  throw refusal("Conflict", `${call} ${record.id}: its system disk is being replaced; nothing was done`);
}

function without(
  tags: Readonly<Record<string, string>>,
  keys: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
}

/** A copy as it would arrive over the wire: absent fields are absent, and nobody's later change reaches it. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** One after the other: two that are made at once must not count on the same memory, or get the same number. */
function createTurns(): <T>(run: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (run) => {
    const turn = last.then(run, run);
    last = turn.catch(() => {});
    return turn;
  };
}
