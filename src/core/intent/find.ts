/** Which machine does a person mean: by the name of its node, its instance or itself. */
import type { Machine } from "../model.ts";

export function findMachine(machines: readonly Machine[], name: string): Machine | null {
  return machines.find((machine) => namesOf(machine).includes(name)) ?? null;
}

/** Every name the machine goes by. */
export function namesOf({ record, node }: Machine): readonly string[] {
  const { nodeName, instanceId } = record.status ?? {};
  const names = [record.metadata.name, node?.name, nodeName, instanceId];
  return names.filter((name) => name !== undefined);
}
