/** Field builders shared by the five kinds: bounded, described, and with the CEL rules the API server enforces. */
import { z } from "zod";

/** A rule the API server checks by itself. The message names the field and the fix. */
export interface CelRule {
  readonly rule: string;
  readonly message?: string;
  /** A CEL expression that gives the message, for when the bad value itself must be shown. */
  readonly messageExpression?: string;
  readonly fieldPath?: string;
  readonly reason?:
    | "FieldValueInvalid"
    | "FieldValueForbidden"
    | "FieldValueRequired"
    | "FieldValueDuplicate";
}

export function rules(...list: readonly CelRule[]): { "x-kubernetes-validations": readonly CelRule[] } {
  return { "x-kubernetes-validations": list };
}

/** A list whose items are told apart by `keys`, so that server-side apply can merge it. */
export function listMap(...keys: readonly string[]): Readonly<Record<string, unknown>> {
  return { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys };
}

export const text = (maxLength: number) => z.string().max(maxLength);
export const name = () => z.string().min(1).max(253);
export const time = () => z.string().max(64).meta({ format: "date-time" });
export const int = (minimum: number, maximum: number) => z.int().min(minimum).max(maximum);

const labelKeyRule: CelRule = {
  rule: "self.all(k, size(k) <= 317 && k.matches('^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$'))",
  message: "every key must be a Kubernetes label key, such as team or example.com/team",
};

const ownPrefixRule: CelRule = {
  rule: "self.all(k, !k.startsWith('poolkeeper.dev/') && !k.contains('.kubernetes.io/') && !k.startsWith('kubernetes.io/') || k.startsWith('node-restriction.kubernetes.io/') || k.startsWith('node-role.kubernetes.io/'))",
  message:
    "keys under poolkeeper.dev/ and kubernetes.io/ are set by the system; use a prefix of your own, or node-restriction.kubernetes.io/",
};

export const nodeLabels = () =>
  z
    .record(
      z.string(),
      z
        .string()
        .max(63)
        .regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/),
    )
    .meta({ maxProperties: 64, ...rules(labelKeyRule, ownPrefixRule) });

export const instanceTags = () =>
  z.record(z.string(), text(256)).meta({
    maxProperties: 20,
    ...rules({
      rule: "self.all(k, size(k) >= 1 && size(k) <= 128 && !k.startsWith('aliyun') && !k.startsWith('acs:') && !k.startsWith('poolkeeper.dev/'))",
      message: "tag keys have 1 to 128 characters and do not begin with aliyun, acs: or poolkeeper.dev/",
    }),
  });

const taint = z.object({
  key: z
    .string()
    .min(1)
    .max(317)
    .regex(/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/),
  value: text(63).optional(),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).default("NoSchedule"),
});

export const taints = () => z.array(taint).max(20).meta(listMap("key", "effect"));

export const image = z.object({
  family: text(128)
    .min(1)
    .describe("Operating system family of the provider's catalogue, such as AlibabaCloudLinux."),
  version: text(128)
    .min(1)
    .describe(
      "Version of the image. Absent: the newest of the family, which makes new images count as upgrades.",
    )
    .optional(),
});

/** An image with its version settled: what a disk is made from. */
export const resolvedImage = z.object({ family: text(128), version: text(128) });

export const kubernetesVersion = () =>
  z
    .string()
    .max(32)
    .regex(/^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$/)
    .describe("Version of the kubelet, such as v1.36.3.");

export const objectName = z.object({ name: name() });

export const condition = z.object({
  type: text(64),
  status: z.enum(["True", "False", "Unknown"]),
  reason: text(128),
  message: text(2048),
  observedGeneration: z.int().optional(),
  lastTransitionTime: time(),
});

export const conditions = () => z.array(condition).max(24).meta(listMap("type")).optional();

/** Somebody or something in the way of one step: the object, since when, and what would help. */
export const blocker = z.object({
  reason: text(64),
  object: text(512).describe("Kind and name of the object in the way, such as Pod shop/cart-0."),
  message: text(1024),
  since: time(),
});
export type BlockerFields = z.infer<typeof blocker>;
