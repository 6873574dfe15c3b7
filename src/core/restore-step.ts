/** The step that gives a node back to the scheduler: our cordon taken off, after the labels and taints of an upgrade are on. */
import type { Action, Wishes } from "./action.ts";
import { hasApplied, isCordonedByUs, isSame, nextAttributeAction, templateAttributes } from "./attributes.ts";
import { send } from "./send.ts";
import { because, sent, type StepView, waitFor } from "./step-view.ts";
import { secondMs } from "./time.ts";

export function isRestored(view: StepView): boolean {
  const { node } = view.machine;
  if (node === null) return true; // A node that comes back is made anew, and is not cordoned.
  return !isCordonedByUs(node) && (!bringsAttributes(view) || carriesTemplate(view));
}

/** Labels and taints first, so that no pod lands on a node that does not carry them yet. */
export function restoreWishes(view: StepView): Wishes {
  const { node } = view.machine;
  if (bringsAttributes(view) && !carriesTemplate(view)) return attributeWishes(view);
  // Without our mark the cordon is a person's, and stays.
  if (node === null || !isCordonedByUs(node)) return waitFor(view, "AwaitingNode", 30 * secondMs);
  return send(view, { ...sent(view), kind: "UncordonNode", node });
}

/** An upgraded machine takes the template's labels, taints and tags along with its new disk. */
function bringsAttributes({ operation }: StepView): boolean {
  return operation.plan === "ReplaceSystemDisk" && operation.kind === "Upgrade";
}

function carriesTemplate({ machine, snapshot }: StepView): boolean {
  const wanted = templateAttributes(snapshot.pool.spec.template);
  return isSame(machine.record.spec.attributes, wanted) && hasApplied(machine);
}

function attributeWishes(view: StepView): Wishes {
  const { machine, snapshot } = view;
  const attributes = templateAttributes(snapshot.pool.spec.template);
  if (!isSame(machine.record.spec.attributes, attributes)) {
    const { name } = machine.record.metadata;
    const action: Action = { kind: "SetAttributes", machine: name, attributes, because: because(view) };
    return { actions: [action], held: [] };
  }
  const action = nextAttributeAction(machine, sent(view));
  return action === null ? waitFor(view, "AwaitingInstance", 5 * secondMs) : send(view, action);
}
