/** Machines by the node that they are, or are about to be. */
import { isDeepStrictEqual } from "node:util";
import { type Change, keyOf, type KubeCache } from "../../ports/kube.ts";
import type { ManagedMachineObject } from "../../schema/machine.ts";
import type { OpenProvider, Providers } from "../providers.ts";
import type { Member } from "./approval.ts";
import { attemptOf } from "./attempt.ts";

export interface Members {
  keyOfNode(nodeName: string): string | null;
  /** Null while the machine's provider is not open, or wants nothing of all this for its nodes. */
  ofNode(nodeName: string): Member | null;
  ofUid(machineUid: string): Member | null;
  ofKey(machineKey: string): (Member & { readonly open: OpenProvider; readonly region: string }) | null;
  note(change: Change): void;
  /** Begins anew with all machines there are. */
  fill(): void;
}

export function createMembers(cache: KubeCache, providers: Providers): Members {
  const keysByNode = new Map<string, string>();
  const keysByUid = new Map<string, string>();
  const enter = (machine: ManagedMachineObject): void => {
    const { nodeName } = machine.status ?? {};
    if (nodeName !== undefined) keysByNode.set(nodeName, keyOf(machine));
    keysByUid.set(machine.metadata.uid ?? "", keyOf(machine));
  };
  const leave = ({ metadata, status }: ManagedMachineObject): void => {
    keysByNode.delete(status?.nodeName ?? "");
    keysByUid.delete(metadata.uid ?? "");
  };
  const ofKey: Members["ofKey"] = (key) => {
    const record = cache.get("ManagedMachine", key);
    if (record === undefined) return null;
    const { namespace = "" } = record.metadata;
    const pool = cache.get("ManagedNodePool", `${namespace}/${record.spec.poolName}`);
    if (pool === undefined || pool.metadata.uid !== record.spec.poolUid) return null;
    const { name } = pool.spec.providerRef;
    const open = providers.find(namespace, name);
    if (open === null) return null;
    const { instances } = open;
    const instance = instances.ofMachine(record.metadata.uid ?? "", record.status?.instanceId);
    const { region } = providers.view(namespace, name);
    const nodeName = record.status?.nodeName ?? (instance === null ? null : `${region}.${instance.id}`);
    return { record, nodeName, instance, isListComplete: instances.isComplete(), open, region };
  };
  const joining = (key: string | undefined): Member | null => {
    const member = key === undefined ? null : ofKey(key);
    return member?.open.provider.capabilities.joinsWithToken === true ? member : null;
  };
  return {
    keyOfNode: (nodeName) => keysByNode.get(nodeName) ?? null,
    ofNode: (nodeName) => joining(keysByNode.get(nodeName)),
    ofUid: (uid) => joining(keysByUid.get(uid)),
    ofKey,
    note: ({ before, after }) => {
      if (before !== undefined) leave(before as ManagedMachineObject);
      if (after !== undefined) enter(after as ManagedMachineObject);
    },
    fill: () => {
      keysByNode.clear();
      keysByUid.clear();
      for (const machine of cache.list("ManagedMachine")) enter(machine);
    },
  };
}

/** Something that a token or a request for a certificate is judged by is another than before. */
export function isNews({ before, after }: Change): boolean {
  return !isDeepStrictEqual(judged(before), judged(after));
}

function judged(object: Change["after"]): unknown {
  if (object === undefined) return null;
  const machine = object as ManagedMachineObject;
  const { nodeName, instanceId, joinedTime, operation } = machine.status ?? {};
  const attempt = attemptOf(machine)?.epoch ?? null;
  return [machine.metadata.uid, nodeName, instanceId, joinedTime, attempt, operation?.kind, operation?.plan];
}
