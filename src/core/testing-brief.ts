/** What policies answer, as short lines for the tables of tests. Not for the product. */
import type { Action, Held, Wishes } from "./action.ts";

export interface Brief {
  readonly do: readonly string[];
  readonly wait: readonly string[];
}

/** Such as {do: ["EvictPod web-1 cart-0"], wait: ["web-1 Soaking"]}. */
export function brief({ actions, held }: Wishes): Brief {
  return { do: actions.map(actionLine), wait: held.map(heldLine) };
}

export const nothingToDo: Brief = { do: [], wait: [] };

export function doing(...lines: readonly string[]): Brief {
  return { do: lines, wait: [] };
}

export function waiting(...lines: readonly string[]): Brief {
  return { do: [], wait: lines };
}

export function heldLine({ machine, reason }: Held): string {
  return machine === "" ? reason : `${machine} ${reason}`;
}

export function actionLine(action: Action): string {
  switch (action.kind) {
    case "AdvanceMachine":
      return `${action.machine}: ${statusText(action.status)}`;
    case "RecordMachine":
      return `RecordMachine ${action.name}`;
    case "RecordOperation": {
      const { kind, targets, options, approval } = action.spec;
      const rung = options.rung === undefined ? "" : ` ${options.rung}`;
      const asking = approval === "Waiting" ? " (asks)" : "";
      return `Record ${kind}${rung} of ${targets.map(({ machine }) => machine).join(" ")}${asking}`;
    }
    case "ForgetOperation":
      return `ForgetOperation ${action.operation}`;
    case "AdjustReplicas":
      return `AdjustReplicas ${action.replicas} ${action.removals}`;
    case "EvictPod":
    case "DeletePod":
      return `${action.kind} ${action.machine} ${action.pod.name}`;
    default:
      return "machine" in action ? `${action.kind} ${action.machine}` : action.kind;
  }
}

/** The step in hand, or how the last operation ended. */
function statusText({
  operation,
  lastOperation,
}: Extract<Action, { kind: "AdvanceMachine" }>["status"]): string {
  if (operation === undefined) {
    if (lastOperation === undefined) return "applied";
    const { kind, outcome, reason } = lastOperation;
    return reason === outcome ? `${kind} ${outcome}` : `${kind} ${outcome} ${reason}`;
  }
  const { kind, plan, step, failure } = operation;
  return `${kind} ${plan} ${step}${failure === undefined ? "" : ` (${failure.outcome} ${failure.reason})`}`;
}
