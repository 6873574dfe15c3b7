/**
 * How machines become nodes where no cloud looks after that: tokens that end, certificates that are approved, nodes that are
 * told where they are. One key of the queue per machine, per request, and one for all tokens.
 */
import { poolLabel } from "../../core/attributes.ts";
import { isLeaving } from "../../core/member.ts";
import type { Instant } from "../../core/model.ts";
import { secondMs } from "../../core/time.ts";
import type { Change } from "../../ports/kube.ts";
import type { NodeObject } from "../../schema/kubernetes.ts";
import type { Providers } from "../providers.ts";
import { patchNode, tellJoined } from "./act.ts";
import { hasRegistered } from "./attempt.ts";
import { createMembers, isNews, type Members } from "./members.ts";
import { nextNodePatch } from "./node.ts";
import { createRequests, type Requests, type RequestsDeps } from "./requests.ts";
import { sweepTokens } from "./sweep.ts";

export interface JoinDeps extends RequestsDeps {
  readonly namespace: string;
  readonly providers: Providers;
}

export interface Join {
  start(): void;
  stop(): Promise<void>;
  /** Keys that this change concerns. */
  concernedKeys(change: Change): readonly string[];
  /** A provider was opened, looked at or closed. */
  lookAtProviders(): Promise<void>;
  run(key: string): Promise<Instant | null>;
}

const allTokens = "tokens all";
/** Until the provider's list has caught up with a machine that is faster. */
const againMs = secondMs;

export function createJoin(deps: JoinDeps): Join {
  const { cache, providers, wake } = deps;
  const members = createMembers(cache, providers);
  const requests = createRequests(deps, members);
  const joined = new Map<string, string>();
  /** Where no provider wants anything of this, changes cost nothing. */
  let isNeeded = false;
  const wakeMachines = (): void => {
    for (const { metadata } of cache.list("ManagedMachine"))
      wake(`join ${metadata.namespace ?? ""}/${metadata.name}`);
    wake(allTokens);
  };
  return {
    start: members.fill,
    stop: requests.close,
    concernedKeys: (change) => {
      if (change.kind === "ManagedMachine") members.note(change);
      if (!isNeeded) return [];
      if (change.kind === "ManagedMachine") return ofMachine(change, requests);
      return change.kind === "Node" ? ofNode(change, members) : [];
    },
    lookAtProviders: async () => {
      const open = providers.all().map(({ provider }) => provider.capabilities);
      if (open.some(({ joinsWithToken }) => joinsWithToken)) requests.open();
      else await requests.close();
      isNeeded = open.some((can) => can.joinsWithToken || can.initializesNodes);
      if (isNeeded) wakeMachines();
    },
    run: async (key) => {
      const [kind, name = ""] = key.split(" ");
      if (kind === "request") return requests.judge(name);
      if (kind === "join") return joinMachine(name, { deps, members, joined });
      return requests.isOpen() ? sweepTokens(deps) : null;
    },
  };
}

function ofMachine(change: Change, requests: Requests): readonly string[] {
  if (!isNews(change)) return [];
  return [`join ${change.key}`, allTokens, ...requests.pendingKeys()];
}

function ofNode({ before, after }: Change, members: Members): readonly string[] {
  const key = after === undefined ? null : members.keyOfNode(after.metadata.name);
  return key === null || looksOf(before) === looksOf(after) ? [] : [`join ${key}`];
}

/** Kubelets write their nodes often; only this part of it is any business of ours. */
function looksOf(object: Change["after"]): string {
  if (object === undefined) return "";
  const { metadata, spec, status } = object as NodeObject;
  const { uid, labels } = metadata;
  return JSON.stringify([uid, labels?.[poolLabel], spec, status?.addresses, status?.nodeInfo?.bootID]);
}

interface Machines {
  readonly deps: JoinDeps;
  readonly members: Members;
  /** Instance and system disk of the machines whose providers have been told, by key. Lost on restart: they are told again. */
  readonly joined: Map<string, string>;
}

async function joinMachine(key: string, { deps, members, joined }: Machines): Promise<Instant | null> {
  const { cache, clock, kube, wake } = deps;
  const member = members.ofKey(key);
  if (member === null) joined.delete(key);
  if (member === null || isLeaving(member)) return null;
  const { record, instance, open, region, nodeName } = member;
  const { capabilities } = open.provider;
  let node = nodeName === null ? undefined : cache.get("Node", nodeName);
  if (node === undefined || !(capabilities.initializesNodes || capabilities.joinsWithToken)) return null;
  if (instance === null) return clock.now() + againMs;
  if (capabilities.initializesNodes) {
    for (let patch = nextNodePatch(node, instance, region); patch !== null; ) {
      node = await patchNode(kube, node, patch);
      patch = nextNodePatch(node, instance, region);
    }
  }
  const disk = `${instance.id} ${instance.systemDiskId}`;
  if (!capabilities.joinsWithToken || joined.get(key) === disk || !hasRegistered(record, node)) return null;
  await tellJoined(open.provider, instance.id);
  joined.set(key, disk);
  wake(allTokens);
  return null;
}
