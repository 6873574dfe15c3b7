/** What can be asked of an operation, in the order of its buttons. */
import type { OperationView } from "../../../src/api/types.ts";
import { shellText } from "../wish/equivalent.ts";
import type { Wish } from "../wish/wish.ts";

export type Verb = OperationView["verbs"][number];

export interface VerbTarget {
  readonly name: string;
  readonly pool: string;
  readonly kind: OperationView["kind"];
}

export function verbWish(operation: VerbTarget, verb: Verb, nodes: readonly string[]): Wish {
  const command = commandOf(operation, verb, nodes);
  return {
    method: "POST",
    path: `/operations/${encodeURIComponent(operation.name)}/${verb}`,
    body: nodes.length === 0 ? {} : { nodes },
    cli: command === null ? null : ["bin/poolkeeper", ...command].map(shellText).join(" "),
  };
}

/** The command line pauses and cancels upgrades only. */
function commandOf(
  { name, pool, kind }: VerbTarget,
  verb: Verb,
  nodes: readonly string[],
): readonly string[] | null {
  if (verb === "approve" || verb === "deny") return ["repair", verb, name];
  return kind === "Upgrade" ? ["upgrade", verb, pool, ...nodes] : null;
}
