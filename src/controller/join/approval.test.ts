/** Which requests for certificates are approved, and every way in which one is not. */
import assert from "node:assert/strict";
import test from "node:test";
import { aMachine, anInstance, noon } from "../../core/testing.ts";
import { minuteMs } from "../../core/time.ts";
import type { CertificateSigningRequestObject } from "../../schema/kubernetes.ts";
import type { OperationInHand } from "../../schema/machine.ts";
import { bootstrapGroup } from "../../schema/manifests.ts";
import { type Facts, judge, type Member, signers, type Verdict } from "./approval.ts";
import { aCsr, commonName, type CsrWishes, kubeletCsr, organization } from "./testing.ts";
import { newToken, parseToken, type Token } from "./token.ts";

const joins = inHand({ kind: "Create", plan: "Create", step: "Join" });
const one = aMember("web-1", joins);
const other = aMember("batch-1", joins, "batch");
const node = one.nodeName ?? "";
const serves = { names: [{ dNSName: node }, { iPAddress: "127.64.0.1" }] };

function inHand(wishes: Pick<OperationInHand, "kind" | "plan" | "step"> & { readonly epoch?: number }) {
  return {
    epoch: 1,
    stepSince: "2026-07-01T11:59:00Z",
    startedTime: "2026-07-01T11:59:00Z",
    options: { drain: false, release: false },
    ...wishes,
  };
}

function aMember(name: string, operation?: OperationInHand, pool = "web"): Member {
  const { record } = aMachine({ name });
  const { operation: _, ...status } = record.status ?? {};
  const instance = anInstance({ id: `i-${name}`, addresses: ["127.64.0.1", "fd00::1"] });
  return {
    record: {
      ...record,
      spec: { ...record.spec, poolName: pool },
      status: { ...status, ...(operation === undefined ? {} : { operation }) },
    },
    nodeName: `local.i-${name}`,
    instance,
    isListComplete: true,
  };
}

function tokenFor({ record }: Member, epoch = 1, madeAt = noon - minuteMs): Token {
  const { stringData = {}, ...secret } = newToken({ machine: record, epoch }, madeAt);
  const data = Object.fromEntries(
    Object.entries(stringData).map(([key, text]) => [key, Buffer.from(text).toString("base64")]),
  );
  const token = parseToken({ ...secret, data });
  assert.ok(token !== null);
  return token;
}

const bootstrapUser = `system:bootstrap:${tokenFor(one).id}`;

type Spec = Partial<CertificateSigningRequestObject["spec"]>;

function aRequest(spec: Spec): CertificateSigningRequestObject {
  const client = {
    request: kubeletCsr(node),
    signerName: signers.client,
    usages: ["digital signature", "client auth"],
    username: bootstrapUser,
    groups: ["system:bootstrappers", bootstrapGroup, "system:authenticated"],
  };
  return {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name: "csr-1", uid: "csr-1" },
    spec: { ...client, ...spec },
  };
}

const asItself: Spec = { username: `system:node:${node}`, groups: ["system:nodes", "system:authenticated"] };

const served = (wishes: CsrWishes = serves, spec: Spec = {}): CertificateSigningRequestObject =>
  aRequest({
    ...asItself,
    request: kubeletCsr(node, wishes),
    signerName: signers.serving,
    usages: ["digital signature", "server auth"],
    ...spec,
  });

interface Around {
  readonly members?: readonly Member[];
  readonly token?: Token | null;
  readonly now?: number;
}

function verdict(request: CertificateSigningRequestObject, around: Around = {}): Verdict {
  const { members = [one, other], token = tokenFor(one), now = noon } = around;
  const facts: Facts = {
    byNodeName: (name) => members.find(({ nodeName }) => nodeName === name) ?? null,
    byUid: (uid) => members.find(({ record }) => record.metadata.uid === uid) ?? null,
    token,
    now,
  };
  return judge(request, facts);
}

const good: readonly (readonly [string, CertificateSigningRequestObject, Around?])[] = [
  ["the first request of a machine, with its own token", aRequest({})],
  ["one with an RSA key", aRequest({ usages: ["key encipherment", "digital signature", "client auth"] })],
  ["a renewal by the node itself", aRequest(asItself), { token: null, members: [aMember("web-1")] }],
  [
    "the first request after the system disk was replaced",
    aRequest({}),
    {
      members: [
        aMember(
          "web-1",
          inHand({ kind: "Upgrade", plan: "ReplaceSystemDisk", step: "AwaitReady", epoch: 4 }),
        ),
      ],
      token: tokenFor(one, 4),
    },
  ],
  ["a server's certificate for the node's name and address", served(), { token: null }],
  [
    "one for the name alone, before addresses are known",
    served({ names: [{ dNSName: node }] }),
    { token: null },
  ],
  [
    "one for an address that is written in another way",
    served({ names: [{ iPAddress: "fd00:0:0::1" }] }),
    { token: null },
  ],
];

for (const [name, request, around] of good) {
  test(`approved: ${name}`, () => {
    const { kind, ...rest } = verdict(request, around);
    assert.equal(kind, "Approve", JSON.stringify(rest));
  });
}

const removing = inHand({ kind: "Remove", plan: "Release", step: "Drain" });
const subject = (name: string, ...groups: readonly string[]) =>
  aCsr({ subject: [...groups.map((group) => [organization, group] as const), [commonName, name]] });

const bad: readonly (readonly [string, CertificateSigningRequestObject, RegExp, Around?])[] = [
  [
    "the name of another node of the pool",
    aRequest({ request: kubeletCsr("local.i-batch-1") }),
    /token is that of poolkeeper-system\/web-1/,
  ],
  [
    "a name that is no node of ours",
    aRequest({ request: kubeletCsr("local.i-9") }),
    /is for "system:node:local.i-9"/,
  ],
  [
    "a name that is no node's",
    aRequest({ request: subject("kubernetes-admin", "system:nodes") }),
    /is for "kubernetes-admin"/,
  ],
  [
    "another group",
    aRequest({ request: subject(`system:node:${node}`, "system:masters") }),
    /organization is "system:masters"/,
  ],
  [
    "a group more",
    aRequest({ request: subject(`system:node:${node}`, "system:nodes", "system:masters") }),
    /organization is "system:nodes", "system:masters"/,
  ],
  ["no group", aRequest({ request: subject(`system:node:${node}`) }), /organization is nothing/],
  [
    "a host's name in a client's request",
    aRequest({ request: kubeletCsr(node, serves) }),
    /a client has no such names/,
  ],
  [
    "an e-mail address",
    aRequest({ request: kubeletCsr(node, { names: [{ rfc822Name: "a@b" }] }) }),
    /rfc822Name/,
  ],
  [
    "an extension",
    aRequest({ request: kubeletCsr(node, { extensions: ["2.5.29.19"] }) }),
    /extension 2\.5\.29\.19/,
  ],
  [
    "a usage more",
    aRequest({ usages: ["digital signature", "client auth", "server auth"] }),
    /it is for .*"server auth"/,
  ],
  ["another usage", aRequest({ usages: ["cert sign"] }), /it is for "cert sign"/],
  [
    "the machine of a token of another pool",
    aRequest({}),
    /token is that of poolkeeper-system\/batch-1/,
    { token: tokenFor(other) },
  ],
  ["a token that has expired", aRequest({}), /expired/, { now: noon + 15 * minuteMs }],
  ["a token that is gone", aRequest({}), /none of ours/, { token: null }],
  ["a token of an earlier attempt", aRequest({}), /earlier attempt/, { token: tokenFor(one, 7) }],
  ["a token once the machine has joined", aRequest({}), /earlier attempt/, { members: [aMember("web-1")] }],
  ["a token without our group", aRequest({ groups: ["system:bootstrappers"] }), /not of the group/],
  [
    "somebody else on the machine's behalf",
    aRequest({ username: "ann", groups: ["system:nodes"] }),
    /asked for by "ann"/,
  ],
  [
    "a user of the node's name who is no node",
    aRequest({ ...asItself, groups: ["dev"] }),
    /not by the node itself/,
  ],
  [
    "another node",
    aRequest({ ...asItself, username: "system:node:local.i-batch-1" }),
    /not by the node itself/,
  ],
  [
    "a machine that is being removed",
    aRequest({}),
    /being removed/,
    { members: [aMember("web-1", removing)], token: tokenFor(one) },
  ],
  ["the same at its renewal", aRequest(asItself), /being removed/, { members: [aMember("web-1", removing)] }],
  [
    "an instance that is no more",
    aRequest(asItself),
    /no such instance/,
    { members: [{ ...one, instance: null }] },
  ],
  [
    "an instance on its way out",
    aRequest(asItself),
    /being released/,
    { members: [{ ...one, instance: anInstance({ state: "Releasing" }) }] },
  ],
  [
    "a server's certificate with a bootstrap token",
    served(serves, { username: bootstrapUser }),
    /not by the node itself/,
  ],
  [
    "a server's name that is not the node's",
    served({ names: [{ dNSName: "kubernetes.default" }] }),
    /names "kubernetes\.default"/,
  ],
  [
    "an address of another machine",
    served({ names: [{ iPAddress: "127.64.0.2" }] }),
    /names "127\.64\.0\.2"/,
  ],
  ["a range for an address", served({ names: [{ iPAddress: "0.0.0.0/0" }] }), /has not this address/],
  ["no name at all", served({}), /names no host/],
  [
    "a client's usage for a server",
    served(serves, { usages: ["digital signature", "client auth"] }),
    /it is for/,
  ],
  ["what cannot be read, with a token of ours", aRequest({ request: "aGVsbG8=" }), /can be read/],
];

for (const [name, request, why, around] of bad) {
  test(`not approved: ${name}`, () => {
    const found = verdict(request, around);
    assert.equal(found.kind, "Refuse");
    assert.match(found.kind === "Refuse" ? found.why : "", why);
  });
}

test("requests that are about no machine of ours are nobody's business here", () => {
  const ignored = [
    aRequest({ request: kubeletCsr("elsewhere"), username: "system:bootstrap:abcdef" }),
    aRequest({ signerName: "kubernetes.io/kube-apiserver-client" }),
    { ...aRequest({}), status: { certificate: "it is there" } },
    { ...aRequest({}), status: { conditions: [{ type: "Denied", status: "True" as const }] } },
    aRequest({ request: "aGVsbG8=", username: "ann" }),
  ];
  for (const request of ignored) assert.equal(verdict(request, { token: null }).kind, "Ignore");
});

test("a machine that is faster than its provider's list is waited for", () => {
  const unlisted = { ...one, instance: null, isListComplete: false };
  assert.equal(verdict(aRequest({}), { members: [unlisted] }).kind, "Wait");
  assert.equal(verdict(aRequest({}), { members: [{ ...unlisted, nodeName: null }] }).kind, "Wait");
  const stopped = { ...one, instance: anInstance({ state: "Stopped" }) };
  assert.equal(verdict(aRequest({}), { members: [stopped] }).kind, "Wait");
});

test("what a stranger wrote is shown short, and cannot act on a terminal", () => {
  const found = verdict(aRequest({ request: subject(`\u001b[2J${"x".repeat(500)}`, "system:nodes") }));
  assert.equal(found.kind, "Refuse");
  assert.ok(found.kind === "Refuse" && !found.why.includes("\u001b") && found.why.length < 300);
});
