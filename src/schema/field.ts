/** Field builders shared by the five kinds: bounded, described, and with the rules that refuse bad values. Not the kinds. */
import { z } from "zod";
import { celText, distinct, keyed, keyRule, ruled } from "./rule.ts";

export const text = (maxLength: number) => z.string().max(maxLength);
export const name = () => z.string().min(1).max(253);
export const time = () => z.string().max(64).meta({ format: "date-time" });
export const int = (minimum: number, maximum: number) => z.int().min(minimum).max(maximum);

/**
 * A string of one shape. The rule stands in CEL and not as an OpenAPI pattern, because the API server answers a broken
 * pattern with the bare expression, which helps nobody.
 */
export const shaped = (maxLength: number, shape: string, says: string) => {
  const expression = new RegExp(shape);
  return ruled(text(maxLength), {
    cel: `self.matches(${celText(shape)})`,
    holds: (self) => expression.test(self),
    says,
  });
};

/** A map from text to `value`, with a limit on its size. */
export const mapOf = <V extends z.ZodType>(value: V, maxProperties: number) =>
  z
    .record(z.string(), value)
    .superRefine((map, context) => {
      const size = Object.keys(map).length;
      if (size <= maxProperties) return;
      context.addIssue({ code: "custom", message: `${size} keys are too many: at most ${maxProperties}` });
    })
    .meta({ maxProperties });

const labelKey = "^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$";
const labelValue = "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$";
const isLabelKey = new RegExp(labelKey);

const labelKeyRule = keyRule({
  cel: `size(k) <= 317 && k.matches(${celText(labelKey)})`,
  holds: (key) => key.length <= 317 && isLabelKey.test(key),
  says: "key '{found}' is no Kubernetes label key: write one such as team or example.com/team",
});

const ownPrefixRule = keyRule({
  cel: "!(k.startsWith('poolkeeper.dev/') || k.startsWith('kubernetes.io/') || k.contains('.kubernetes.io/')) || k.startsWith('node-restriction.kubernetes.io/') || k.startsWith('node-role.kubernetes.io/')",
  holds: (key) =>
    !/^poolkeeper\.dev\/|(^|\.)kubernetes\.io\//.test(key) ||
    /^node-(restriction|role)\.kubernetes\.io\//.test(key),
  says: "key '{found}' is set by the system: use a prefix of your own, or node-restriction.kubernetes.io/",
});

const labelText = () =>
  shaped(
    63,
    labelValue,
    "must be a label value: at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit",
  );

export const nodeLabels = () =>
  ruled(mapOf(labelText(), 64), labelKeyRule, ownPrefixRule).describe("Labels of the pool's Node objects.");

export const instanceTags = () =>
  ruled(
    mapOf(text(256), 20),
    keyRule({
      cel: "size(k) >= 1 && size(k) <= 128 && !k.startsWith('aliyun') && !k.startsWith('acs:') && !k.startsWith('poolkeeper.dev/')",
      holds: (key) => key.length >= 1 && key.length <= 128 && !/^(aliyun|acs:|poolkeeper\.dev\/)/.test(key),
      says: "tag key '{found}' is not possible: use 1 to 128 characters, not beginning with aliyun, acs: or poolkeeper.dev/",
    }),
  ).describe("Tags of the instances at the provider.");

const taintKey = ruled(
  shaped(317, labelKey, "must be a taint key such as dedicated or example.com/dedicated"),
  {
    cel: "!self.startsWith('node.kubernetes.io/') && !self.startsWith('poolkeeper.dev/')",
    holds: (self) => !/^(node\.kubernetes\.io|poolkeeper\.dev)\//.test(self),
    says: "must be a key of your own: taints under node.kubernetes.io/ and poolkeeper.dev/ are set and lifted by the system",
  },
);

const taint = z.object({
  key: taintKey.describe("Key of the taint, such as dedicated."),
  value: labelText().optional().describe("Value that a toleration must match."),
  effect: z
    .enum(["NoSchedule", "PreferNoSchedule", "NoExecute"])
    .default("NoSchedule")
    .describe("What happens to pods that do not tolerate the taint."),
});

export const taints = () =>
  keyed(z.array(taint).max(20), "key", "effect").describe("Taints of the pool's Node objects.");

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
export const resolvedImage = z.object({
  family: text(128).describe("Operating system family of the provider's catalogue."),
  version: text(128).describe("Version of the image."),
});

export const kubernetesVersion = () =>
  shaped(
    32,
    "^v[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.-]+)?$",
    "must be a version with all three numbers, such as v1.36.3",
  ).describe("Version of the kubelet, such as v1.36.3.");

/** The name of an object in the same namespace. Its shape keeps a reference from reaching anywhere else. */
export const objectName = z.object({
  name: shaped(
    253,
    "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
    "must be the name of an object in this namespace: lower-case letters, digits, '-' and '.'",
  ).describe("Name of the object, in the same namespace."),
});

/** Names of something the provider offers, each once, in order of preference. */
export const choices = (maxItems: number) =>
  ruled(z.array(text(64).min(1)).max(maxItems), {
    cel: "self.all(a, self.exists_one(b, a == b))",
    holds: (self) => new Set(self).size === self.length,
    says: "'{found}' is in the list twice: remove one",
    found: {
      cel: "self.filter(a, !self.exists_one(b, a == b))[0]",
      of: (self) => self.find((choice, index) => self.indexOf(choice) !== index),
    },
  });

export const setOf = <V extends string>(item: z.ZodType<V>, minItems: number, maxItems: number) =>
  distinct(z.array(item).min(minItems).max(maxItems));

export const condition = z.object({
  type: text(64),
  status: z.enum(["True", "False", "Unknown"]),
  reason: text(128),
  message: text(2048),
  observedGeneration: z.int().optional(),
  lastTransitionTime: time(),
});

export const conditions = () =>
  keyed(z.array(condition).max(24), "type")
    .describe("What is true of the object now, why and since when.")
    .optional();

/** What the sentence of a reason names: objects, numbers, times. The sentence itself is worded from them for whoever reads. */
export const facts = () => mapOf(text(1024), 16);

/** Somebody or something in the way of one step: the object, since when, and what would help. */
export const blocker = z.object({
  reason: text(64),
  object: text(512).describe("Kind and name of the object in the way, such as Pod shop/cart-0."),
  message: text(1024),
  facts: facts().optional().describe("What the message says, for those who word it in another language."),
  since: time(),
});
export type BlockerFields = z.infer<typeof blocker>;
