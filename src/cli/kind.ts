/** The names by which people call our kinds, and how each is called in a sentence. */
import { type Kind, resources } from "../ports/kube.ts";

export type ShownKind =
  | "ManagedNodePool"
  | "ManagedMachine"
  | "NodeOperation"
  | "MaintenanceWindow"
  | "InfrastructureProvider";

interface KindNames {
  readonly kind: ShownKind;
  readonly noun: string;
  readonly nouns: string;
  readonly aliases: readonly string[];
}

export const kindNames: readonly KindNames[] = [
  {
    kind: "ManagedNodePool",
    noun: "pool",
    nouns: "pools",
    aliases: ["mnp", "managednodepool", "managednodepools"],
  },
  {
    kind: "ManagedMachine",
    noun: "machine",
    nouns: "machines",
    aliases: ["mm", "managedmachine", "managedmachines", "node", "nodes"],
  },
  {
    kind: "NodeOperation",
    noun: "operation",
    nouns: "operations",
    aliases: ["nop", "nodeoperation", "nodeoperations"],
  },
  {
    kind: "MaintenanceWindow",
    noun: "window",
    nouns: "windows",
    aliases: ["mw", "maintenancewindow", "maintenancewindows"],
  },
  {
    kind: "InfrastructureProvider",
    noun: "provider",
    nouns: "providers",
    aliases: ["infra", "infrastructureprovider", "infrastructureproviders"],
  },
];

/** The kind that this word means, or null. */
export function kindOfWord(word: string): ShownKind | null {
  const bare = word.toLowerCase().replace(/\.poolkeeper\.dev$/, "");
  const found = kindNames.find(({ noun, nouns, aliases }) => [noun, nouns, ...aliases].includes(bare));
  return found?.kind ?? null;
}

export function nounOf(kind: ShownKind): string {
  return kindNames.find((names) => names.kind === kind)?.noun ?? kind;
}

/** Such as managednodepool.poolkeeper.dev; kinds of the core group stand alone. */
export function kindOfName(kind: string): string {
  const group = kind in resources ? resources[kind as Kind].group : "";
  return group === "" ? kind.toLowerCase() : `${kind.toLowerCase()}.${group}`;
}
