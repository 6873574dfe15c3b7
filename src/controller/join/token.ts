/** Bootstrap tokens: one per machine and attempt, for minutes. What they look like as Secrets, and whose each is; nothing is sent from here. */
import { createHash, randomBytes } from "node:crypto";
import { poolLabel } from "../../core/attributes.ts";
import type { Instant } from "../../core/model.ts";
import { instantOf, minuteMs, secondMs, timeOf } from "../../core/time.ts";
import { ownershipTags } from "../../ports/provider.ts";
import type { SecretObject } from "../../schema/kubernetes.ts";
import { bootstrapGroup } from "../../schema/manifests.ts";
import type { ManagedMachineObject } from "../../schema/machine.ts";

/** Kubernetes looks for tokens in this namespace only. */
export const tokenNamespace = "kube-system";
/** Selects the Secrets that are ours. */
export const tokenLabel: string = ownershipTags.machine;

export interface Token {
  readonly id: string;
  readonly machineUid: string;
  /** Namespace and name of the machine's record. */
  readonly machineKey: string;
  readonly epoch: number;
  readonly expiresAt: Instant;
  /** What the machine is given: id and secret. */
  readonly text: string;
}

/** Whom a token is for: one try of one machine to become a node. */
export interface Attempt {
  readonly machine: ManagedMachineObject;
  readonly epoch: number;
}

const lifeMs = 15 * minuteMs;
/** With less left than this, a token is no good for a machine that has yet to boot. */
const leastLeftMs = 10 * minuteMs;

export function tokenName(id: string): string {
  return `bootstrap-token-${id}`;
}

/** Of every two billion pairs of attempts, one has the same: then the later waits until the earlier token has ended. */
export function tokenId({ machine, epoch }: Attempt): string {
  const digest = createHash("sha256")
    .update(`${machine.metadata.uid ?? ""}/${epoch}`)
    .digest();
  return (digest.readUIntBE(0, 6) % 36 ** 6).toString(36).padStart(6, "0");
}

export function newToken(attempt: Attempt, now: Instant): SecretObject {
  const { namespace = "", name, uid = "" } = attempt.machine.metadata;
  const { poolName } = attempt.machine.spec;
  const id = tokenId(attempt);
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: tokenName(id),
      namespace: tokenNamespace,
      labels: { [tokenLabel]: uid, [poolLabel]: poolName },
      annotations: { [machineAnnotation]: `${namespace}/${name}`, [epochAnnotation]: String(attempt.epoch) },
    },
    type: tokenType,
    stringData: {
      "token-id": id,
      "token-secret": newSecret(),
      description: `Machine ${name} of pool ${poolName} joins with this. Made and deleted by Poolkeeper.`,
      expiration: timeOf(now + lifeMs - ((now + lifeMs) % secondMs)),
      "usage-bootstrap-authentication": "true",
      "auth-extra-groups": bootstrapGroup,
    },
  };
}

/** Null where the Secret is no token of ours. */
export function parseToken({ metadata, type, data = {} }: SecretObject): Token | null {
  const read = (key: string): string => Buffer.from(data[key] ?? "", "base64").toString("utf8");
  const machineUid = metadata.labels?.[tokenLabel];
  const machineKey = metadata.annotations?.[machineAnnotation];
  const epoch = Number(metadata.annotations?.[epochAnnotation]);
  const [id, secret] = [read("token-id"), read("token-secret")];
  const expiresAt = instantOf(read("expiration"));
  const isWhole = metadata.name === tokenName(id) && secret !== "" && !Number.isNaN(expiresAt);
  if (type !== tokenType || machineUid === undefined || machineKey === undefined) return null;
  if (Number.isNaN(epoch) || !isWhole) return null;
  return { id, machineUid, machineKey, epoch, expiresAt, text: `${id}.${secret}` };
}

export function isFor(token: Token, { machine, epoch }: Attempt): boolean {
  return token.machineUid === machine.metadata.uid && token.epoch === epoch;
}

/** Good for a machine that is only about to boot. */
export function isFresh(token: Token, now: Instant): boolean {
  return token.expiresAt - now >= leastLeftMs;
}

const tokenType = "bootstrap.kubernetes.io/token";
const machineAnnotation = "poolkeeper.dev/machine";
const epochAnnotation = "poolkeeper.dev/epoch";

const letters = "0123456789abcdefghijklmnopqrstuvwxyz";

/** 16 letters and digits, as the format asks: 82 bits. Bytes that would favour some letters are left out. */
function newSecret(): string {
  const fair = [...randomBytes(64)].filter((byte) => byte < 252).map((byte) => letters[byte % 36] ?? "");
  return fair.length < 16 ? newSecret() : fair.slice(0, 16).join("");
}
