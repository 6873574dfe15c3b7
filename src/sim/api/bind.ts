/** The binding subresource: gives a pod its node, once. */
import { bodyObject } from "./draft.ts";
import { objectsAt, type Stored, stringAt, timestamp } from "./json.ts";
import { requirePreconditions } from "./remove.ts";
import type { Call, Context } from "./request.ts";
import { conflict, invalid, requiredValue } from "./status.ts";
import { requireLive } from "./update.ts";

export function bind(context: Context, call: Call): void {
  const binding = bodyObject(call.request.body);
  const node = stringAt(binding, "target", "name") ?? "";
  const pod = requireLive(context, call);
  const name = pod.metadata.name;
  if (node === "") {
    throw invalid({ group: "", plural: "bindings", kind: "Binding" }, name, [requiredValue("target.name")]);
  }
  const subject = { group: "", plural: "pods/binding", kind: "Binding" };
  requirePreconditions(subject, pod, { uid: stringAt(binding, "metadata", "uid") });
  if (pod.metadata.deletionTimestamp !== undefined) {
    throw conflict(subject, name, `pod ${name} is being deleted, cannot be assigned to a host`);
  }
  const current = stringAt(pod, "spec", "nodeName") ?? "";
  if (current !== "") {
    throw conflict(subject, name, `pod ${name} is already assigned to node ${JSON.stringify(current)}`);
  }
  if (!call.options.dryRun) context.store.put("pods", bound(pod, node, context.clock.now()));
}

function bound(pod: Stored, node: string, nowMs: number): Stored {
  const others = objectsAt(pod, "status", "conditions").filter((one) => one["type"] !== "PodScheduled");
  const condition = {
    type: "PodScheduled",
    status: "True",
    lastProbeTime: null,
    lastTransitionTime: timestamp(nowMs),
  };
  return {
    ...pod,
    spec: { ...pod.spec, nodeName: node },
    status: { ...pod.status, conditions: [...others, condition] },
  };
}
