/** How often each guest was reset since we watch it: QEMU tells of every reset, whoever asked for it. */
export interface Resets {
  note(id: string): void;
  of(id: string): number;
}

export function createResets(): Resets {
  const counts = new Map<string, number>();
  return {
    note: (id) => void counts.set(id, (counts.get(id) ?? 0) + 1),
    of: (id) => counts.get(id) ?? 0,
  };
}
