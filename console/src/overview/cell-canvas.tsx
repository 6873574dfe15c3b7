/** The cells of one group, drawn on a canvas: pointing at one names it, a click goes to it, and so do the arrow keys with Enter. */
import { useRouter } from "@tanstack/react-router";
import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useRef, useState } from "react";
import type { Tone } from "../../../src/api/types.ts";
import { useElementWidth } from "../parts/use-element-width.ts";
import { usePaintedMode } from "../parts/use-painted-mode.ts";
import { colours } from "../parts/colours.ts";

const byTone: Readonly<Record<Tone, string>> = {
  Good: colours.good,
  Busy: colours.busy,
  Bad: colours.bad,
  Plain: colours.plain,
};

export function colourOfTone(tone: Tone): string {
  return byTone[tone];
}

export interface GridCell {
  readonly machine: string;
  readonly word: string;
  readonly tone: Tone;
}

export interface CellCanvasProps {
  readonly cells: readonly GridCell[];
  readonly label: string;
  readonly size: number;
}

export function CellCanvas({ cells, label, size }: CellCanvasProps): ReactNode {
  const router = useRouter();
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useElementWidth(frame);
  const mode = usePaintedMode();
  const [at, setAt] = useState<number | null>(null);
  const pitch = size + 2;
  const columns = Math.max(1, Math.floor(width / pitch));
  const rows = Math.ceil(cells.length / columns);
  useEffect(() => {
    if (canvas.current !== null) draw(canvas.current, { cells, columns, rows, size, at });
  }, [cells, columns, rows, size, at, mode]);
  const cellAt = (event: MouseEvent<HTMLCanvasElement>): number | null => {
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / pitch);
    const index = Math.floor((event.clientY - box.top) / pitch) * columns + column;
    return column < columns && cells[index] !== undefined ? index : null;
  };
  const go = (index: number | null): void => {
    const cell = index === null ? undefined : cells[index];
    if (cell !== undefined) router.history.push(`/nodes/${cell.machine}`);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((before) => Math.min(cells.length - 1, Math.max(0, before === null ? 0 : before + step)));
    } else if (event.key === "Enter") go(at);
  };
  const chosen = at === null ? undefined : cells[at];
  return (
    <div ref={frame}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={chosen === undefined ? label : `${chosen.machine}: ${chosen.word}`}
        title={chosen === undefined ? undefined : `${chosen.machine}: ${chosen.word}`}
        tabIndex={0}
        style={{
          inlineSize: `${columns * pitch}px`,
          blockSize: `${rows * pitch}px`,
          cursor: "pointer",
          display: "block",
        }}
        onMouseMove={(event) => setAt(cellAt(event))}
        onMouseLeave={() => setAt(null)}
        onBlur={() => setAt(null)}
        onClick={(event) => go(cellAt(event))}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}

interface Drawing {
  readonly cells: readonly GridCell[];
  readonly columns: number;
  readonly rows: number;
  readonly size: number;
  readonly at: number | null;
}

function draw(canvas: HTMLCanvasElement, { cells, columns, rows, size, at }: Drawing): void {
  const pitch = size + 2;
  const scale = window.devicePixelRatio;
  canvas.width = columns * pitch * scale;
  canvas.height = rows * pitch * scale;
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.scale(scale, scale);
  const colour = painted(canvas);
  for (const [index, { tone }] of cells.entries()) {
    context.fillStyle = colour[tone];
    context.fillRect((index % columns) * pitch, Math.floor(index / columns) * pitch, size, size);
  }
  if (at === null) return;
  context.strokeStyle = colour.Focus;
  context.lineWidth = 2;
  context.strokeRect((at % columns) * pitch, Math.floor(at / columns) * pitch, size, size);
}

/** A canvas knows no variables of the style sheet: they are asked for as the colour of its own text. */
function painted(canvas: HTMLCanvasElement): Readonly<Record<Tone | "Focus", string>> {
  const read = (token: string): string => {
    canvas.style.color = token;
    return getComputedStyle(canvas).color;
  };
  return {
    Good: read(byTone.Good),
    Busy: read(byTone.Busy),
    Bad: read(byTone.Bad),
    Plain: read(byTone.Plain),
    Focus: read(colours.focus),
  };
}
