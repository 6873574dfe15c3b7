/** Labels, taints and tags: what a node and its instance should carry, what they do carry, and the next thing to set. */
import type { Taint } from "../schema/kubernetes.ts";
import type { AttributeFields } from "../schema/machine.ts";
import type { Template } from "../schema/pool.ts";
import type { Action, Sent } from "./action.ts";
import { canonical } from "./hash.ts";
import type { Instance, Machine, Node } from "./model.ts";

export const poolLabel = "poolkeeper.dev/pool";
/** On a node that we have cordoned. A cordon without it is a person's, and stays. */
export const cordonAnnotation = "poolkeeper.dev/cordoned-by";

export function isCordonedByUs(node: Node): boolean {
  return node.annotations[cordonAnnotation] !== undefined;
}

/** What the pool's template gives each of its machines. */
export function templateAttributes(template: Template): AttributeFields {
  return {
    ...(template.nodeLabels === undefined ? {} : { nodeLabels: template.nodeLabels }),
    ...(template.taints === undefined ? {} : { taints: template.taints }),
    ...(template.instanceTags === undefined ? {} : { instanceTags: template.instanceTags }),
  };
}

export function isSame(a: AttributeFields, b: AttributeFields): boolean {
  return a === b || textOf(a) === textOf(b);
}

/** Only saves time: an object is never changed, and each machine is asked in every pass. */
const texts = new WeakMap<AttributeFields, string>();

function textOf(attributes: AttributeFields): string {
  const known = texts.get(attributes);
  if (known !== undefined) return known;
  const { nodeLabels = {}, taints = [], instanceTags = {} } = attributes;
  const sorted = taints.toSorted((a, b) => (taintKey(a) < taintKey(b) ? -1 : 1));
  const text = canonical({ nodeLabels, instanceTags, taints: sorted });
  texts.set(attributes, text);
  return text;
}

const noAttributes: AttributeFields = {};

/** True once what the record asks for was set. A person's later edits on the node are theirs: we set once and never fight. */
export function hasApplied(machine: Machine): boolean {
  return isSame(machine.record.spec.attributes, appliedOn(machine));
}

/** What was set on this very node: nothing yet where the object was deleted and the kubelet has made it anew. */
function appliedOn({ record, node }: Machine): AttributeFields {
  const { applied = noAttributes, nodeUid } = record.status ?? {};
  const isAnother = node !== null && nodeUid !== undefined && node.uid !== nodeUid;
  return isAnother ? noAttributes : applied;
}

/** The next thing to do until node and instance carry the record's attributes; null when all is set and recorded. */
export function nextAttributeAction(machine: Machine, sent: Sent): Action | null {
  const { record, node, instance } = machine;
  const wanted = record.spec.attributes;
  const applied = appliedOn(machine);
  if (node === null || instance === null) return null;
  if (node.labels[poolLabel] !== record.spec.poolName || !carriesLabels(node, wanted, applied))
    return { ...sent, kind: "LabelNode", node, attributes: wanted, applied };
  if (hasApplied(machine)) return null;
  const tags = tagChange(instance, wanted, applied);
  if (tags !== null) return { ...sent, kind: "TagInstance", instanceId: instance.id, ...tags };
  const { machine: name, because } = sent;
  const status = { ...record.status, applied: wanted, nodeUid: node.uid };
  return { kind: "AdvanceMachine", machine: name, status, because };
}

/** Looked at until it was applied once. The pool's own label is the system's, and always kept. */
function carriesLabels(node: Node, wanted: AttributeFields, applied: AttributeFields): boolean {
  if (isSame(wanted, applied)) return true;
  const labels = Object.entries(wanted.nodeLabels ?? {});
  const stale = Object.keys(applied.nodeLabels ?? {}).filter((key) => wanted.nodeLabels?.[key] === undefined);
  const keys = new Set((wanted.taints ?? []).map(taintKey));
  const staleTaints = (applied.taints ?? []).filter((taint) => !keys.has(taintKey(taint)));
  const present = new Map(node.taints.map((taint) => [taintKey(taint), taint.value ?? ""]));
  return (
    labels.every(([key, value]) => node.labels[key] === value) &&
    stale.every((key) => node.labels[key] === undefined) &&
    (wanted.taints ?? []).every((taint) => present.get(taintKey(taint)) === (taint.value ?? "")) &&
    staleTaints.every((taint) => !present.has(taintKey(taint)))
  );
}

interface TagChange {
  readonly set: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
}

function tagChange(instance: Instance, wanted: AttributeFields, applied: AttributeFields): TagChange | null {
  const set = Object.fromEntries(
    Object.entries(wanted.instanceTags ?? {}).filter(([key, value]) => instance.tags[key] !== value),
  );
  const remove = Object.keys(applied.instanceTags ?? {}).filter(
    (key) => wanted.instanceTags?.[key] === undefined && instance.tags[key] !== undefined,
  );
  return Object.keys(set).length + remove.length === 0 ? null : { set, remove };
}

/** The node's taints after ours are set: stale ones of ours gone, everybody else's kept. */
export function mergedTaints(
  node: Node,
  wanted: AttributeFields,
  applied: AttributeFields,
): readonly Taint[] {
  const ours = new Set([...(wanted.taints ?? []), ...(applied.taints ?? [])].map(taintKey));
  const others = node.taints.filter((taint) => !ours.has(taintKey(taint)));
  const mine = (wanted.taints ?? []).map(({ key, value, effect }) => ({
    key,
    effect,
    ...(value === undefined ? {} : { value }),
  }));
  return [...others, ...mine];
}

function taintKey(taint: { readonly key: string; readonly effect: string }): string {
  return `${taint.key}:${taint.effect}`;
}
