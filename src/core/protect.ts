/** Nodes that a person has protected: nothing takes them away, whoever asks, until the mark is taken off (S5). */
import { nameOf } from "./member.ts";
import type { Machine } from "./model.ts";
import type { Facts } from "./reason.ts";

/** On a node, with the value true. */
const protectedAnnotation = "poolkeeper.dev/protected";

export function isProtected({ node }: Machine): boolean {
  return isMarked(node?.annotations);
}

/** By the annotations of a node. */
export function isMarked(annotations: Readonly<Record<string, string>> = {}): boolean {
  return annotations[protectedAnnotation] === "true";
}

interface ProtectedHold {
  readonly reason: "Protected";
  readonly facts: Facts;
}

export function protectedHold(machine: Machine): ProtectedHold | null {
  if (!isProtected(machine)) return null;
  const node = machine.node === null ? {} : { node: machine.node.name };
  return { reason: "Protected", facts: { machine: nameOf(machine), ...node } };
}
