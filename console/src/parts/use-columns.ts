/** Which columns of a table are shown and in which order, as each person likes it, kept in their browser. */
import { useState } from "react";

export interface ShownColumn {
  readonly id: string;
  readonly visible: boolean;
}

export interface ShownColumns {
  readonly display: readonly ShownColumn[];
  readonly set: (display: readonly ShownColumn[]) => void;
}

interface Choosable {
  readonly id: string;
  readonly isExtra?: boolean;
}

export function useColumns(table: string, columns: readonly Choosable[]): ShownColumns {
  const key = `poolkeeper.columns.${table}`;
  const [stored, setStored] = useState(() => readStored(localStorage.getItem(key)));
  const known = stored.filter(({ id }) => columns.some((column) => column.id === id));
  const fresh = columns
    .filter(({ id }) => !known.some((column) => column.id === id))
    .map(({ id, isExtra }) => ({ id, visible: isExtra !== true }));
  return {
    // A column that came with a newer version stands where it is declared, unless the person has ordered them.
    display: known.length === 0 ? fresh : [...known, ...fresh],
    set: (display) => {
      localStorage.setItem(key, JSON.stringify(display));
      setStored(display);
    },
  };
}

function readStored(text: string | null): readonly ShownColumn[] {
  try {
    const read: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(read) ? read.filter(isShownColumn) : [];
  } catch {
    return [];
  }
}

function isShownColumn(value: unknown): value is ShownColumn {
  const { id, visible } = { id: undefined, visible: undefined, ...Object(value) };
  return typeof id === "string" && typeof visible === "boolean";
}
