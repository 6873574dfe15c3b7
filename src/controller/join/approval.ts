/**
 * May this request of a kubelet be approved? Pure: only what a machine's record, its token and its instance prove is. Everything
 * else is left alone and never denied, as another approver may know better.
 */
import { BlockList, isIP } from "node:net";
import { isLeaving } from "../../core/member.ts";
import type { Instance, Instant } from "../../core/model.ts";
import type { CertificateSigningRequestObject } from "../../schema/kubernetes.ts";
import { bootstrapGroup } from "../../schema/manifests.ts";
import type { ManagedMachineObject } from "../../schema/machine.ts";
import { attemptOf } from "./attempt.ts";
import { parseRequest, type Wanted } from "./request.ts";
import { isFor, type Token } from "./token.ts";

export type Verdict =
  | { readonly kind: "Approve"; readonly member: Member }
  /** It names one of our machines, or comes with its token, and is not as it should be. */
  | { readonly kind: "Refuse"; readonly member: Member; readonly why: string }
  /** Not enough is known yet. */
  | { readonly kind: "Wait" }
  /** Not about a machine of ours, not for a kubelet, or judged already. */
  | { readonly kind: "Ignore" };

/** A machine whose provider has it join with a token. */
export interface Member {
  readonly record: ManagedMachineObject;
  /** Null while it has no instance. */
  readonly nodeName: string | null;
  readonly instance: Instance | null;
  readonly isListComplete: boolean;
}

export interface Facts {
  readonly byNodeName: (nodeName: string) => Member | null;
  readonly byUid: (machineUid: string) => Member | null;
  /** Of the requestor, where it is one of ours. */
  readonly token: Token | null;
  readonly now: Instant;
}

export const signers = {
  client: "kubernetes.io/kube-apiserver-client-kubelet",
  serving: "kubernetes.io/kubelet-serving",
} as const;

/** Whether it is worth looking at: from a kubelet, and without a verdict. */
export function isPending({ spec, status }: CertificateSigningRequestObject): boolean {
  const isKubelets = spec.signerName === signers.client || spec.signerName === signers.serving;
  return isKubelets && (status?.conditions ?? []).length === 0 && status?.certificate === undefined;
}

/** The id of the bootstrap token that the requestor came with; null for every other user. */
export function tokenIdOfUser(username: string | undefined): string | null {
  return /^system:bootstrap:([a-z0-9]{6})$/.exec(username ?? "")?.[1] ?? null;
}

export function judge(request: CertificateSigningRequestObject, facts: Facts): Verdict {
  if (!isPending(request)) return ignore;
  const wanted = parseRequest(request.spec.request);
  const nodeName = nodeNameOf(wanted);
  const named = nodeName === null ? null : facts.byNodeName(nodeName);
  const holder = facts.token === null ? null : facts.byUid(facts.token.machineUid);
  const member = named ?? holder;
  if (member === null) return ignore;
  if (wanted === null) return { kind: "Refuse", member, why: "it is no request that can be read" };
  // The machine asks before we have heard of its instance.
  if (named === null && member.nodeName === null) return { kind: "Wait" };
  const found: Case = { request, wanted, member, token: facts.token, now: facts.now };
  const rules = request.spec.signerName === signers.client ? clientRules : servingRules;
  for (const rule of rules) {
    const why = rule(found);
    if (why !== null) return { kind: "Refuse", member, why };
  }
  return isInstanceKnown(member) ? { kind: "Approve", member } : { kind: "Wait" };
}

interface Case {
  readonly request: CertificateSigningRequestObject;
  readonly wanted: Wanted;
  readonly member: Member;
  readonly token: Token | null;
  readonly now: Instant;
}

/** What is wrong, in words; null where the rule is kept. */
type Rule = (found: Case) => string | null;

const subjectRules: readonly Rule[] = [
  ({ wanted }) => (wanted.others.length === 0 ? null : `it contains ${wanted.others.join(", ")}`),
  ({ wanted, member }) =>
    member.nodeName !== null && wanted.commonName === userOf(member.nodeName)
      ? null
      : `it is for ${quoted(wanted.commonName)}, and the machine's node is ${member.nodeName ?? "not known yet"}`,
  ({ wanted }) =>
    isSameSet(wanted.organizations, [nodesGroup])
      ? null
      : `its organization is ${listed(wanted.organizations)} instead of ${nodesGroup} alone`,
];

const stateRules: readonly Rule[] = [
  ({ member }) => (isLeaving(member) ? "the machine is being removed" : null),
  ({ member }) => (member.instance?.state === "Releasing" ? "its instance is being released" : null),
  ({ member }) =>
    member.instance === null && member.isListComplete ? "its provider has no such instance" : null,
];

const clientRules: readonly Rule[] = [
  ...subjectRules,
  ...stateRules,
  usagesRule("client auth"),
  ({ wanted: { dnsNames, addresses } }) => {
    const names = [...dnsNames, ...addresses];
    return names.length === 0 ? null : `it names ${listed(names)}, and a client has no such names`;
  },
  clientRequestor,
];

const servingRules: readonly Rule[] = [
  ...subjectRules,
  ...stateRules,
  usagesRule("server auth"),
  itself,
  ({ wanted, member }) => {
    const strange = wanted.dnsNames.filter((name) => name !== member.nodeName);
    return strange.length === 0
      ? null
      : `it names ${listed(strange)}, and the node is ${member.nodeName ?? ""}`;
  },
  ({ wanted, member: { instance } }) => {
    const strange = instance === null ? [] : strangers(wanted.addresses, instance.addresses);
    return strange.length === 0 ? null : `it names ${listed(strange)}, and its instance has not this address`;
  },
  ({ wanted }) => (wanted.dnsNames.length + wanted.addresses.length > 0 ? null : "it names no host"),
];

const nodesGroup = "system:nodes";

/** Either usage of an ECDSA key, or of an RSA key. */
function usagesRule(purpose: string): Rule {
  return ({ request }) => {
    const usages = request.spec.usages ?? [];
    const wanted = [purpose, "digital signature"];
    const isFine = isSameSet(usages, wanted) || isSameSet(usages, [...wanted, "key encipherment"]);
    return isFine ? null : `it is for ${listed(usages)} instead of ${wanted.join(" and ")}`;
  };
}

/** The first certificate is asked for with the machine's own token, every later one with the one before. */
function clientRequestor(found: Case): string | null {
  const { username, groups = [] } = found.request.spec;
  if (tokenIdOfUser(username) === null) return itself(found);
  const { token, member, now } = found;
  if (token === null || now >= token.expiresAt) return "its bootstrap token has expired or is none of ours";
  const attempt = attemptOf(member.record);
  if (token.machineUid !== member.record.metadata.uid)
    return `its bootstrap token is that of ${token.machineKey}`;
  if (attempt === null || !isFor(token, attempt)) return "its bootstrap token is of an earlier attempt";
  return groups.includes(bootstrapGroup) ? null : `its bootstrap token is not of the group ${bootstrapGroup}`;
}

function itself({ request, wanted }: Case): string | null {
  const { username = "", groups = [] } = request.spec;
  const isNode = username === wanted.commonName && groups.includes(nodesGroup);
  return isNode ? null : `it was asked for by ${quoted(username)}, not by the node itself`;
}

/** Instances of whose provider nothing is heard, or that do not run yet by its last list, are waited for. */
function isInstanceKnown({ instance }: Member): boolean {
  return instance !== null && ["Pending", "Starting", "Running"].includes(instance.state);
}

function nodeNameOf(wanted: Wanted | null): string | null {
  const prefix = userOf("");
  return wanted?.commonName.startsWith(prefix) === true ? wanted.commonName.slice(prefix.length) : null;
}

function userOf(nodeName: string): string {
  return `system:node:${nodeName}`;
}

function isSameSet(found: readonly string[], wanted: readonly string[]): boolean {
  return found.length === wanted.length && wanted.every((item) => found.includes(item));
}

/** Compared as addresses: one address can be written in several ways. */
function strangers(addresses: readonly string[], known: readonly string[]): readonly string[] {
  const list = new BlockList();
  for (const address of known) if (isIP(address) !== 0) list.addAddress(address, familyOf(address));
  return addresses.filter((address) => isIP(address) === 0 || !list.check(address, familyOf(address)));
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

function listed(items: readonly string[]): string {
  return items.length === 0 ? "nothing" : items.map(quoted).join(", ");
}

/** From a stranger: kept short, and to letters that no terminal acts on. */
function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

const ignore: Verdict = { kind: "Ignore" };
