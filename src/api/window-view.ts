/** A maintenance window as the API shows it, with its openings computed now. */
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import { nextOpenings, windowState } from "../core/window.ts";
import { timeOf } from "../core/time.ts";
import type { MaintenanceWindowObject, WindowSpec } from "../schema/window.ts";
import type { Viewer } from "./pool-view.ts";
import type { WindowView } from "./types.ts";
import { metaOf } from "./words.ts";

export interface WindowAround {
  readonly pools: readonly ManagedNodePoolObject[];
  readonly openings: number;
}

export function windowView(
  window: MaintenanceWindowObject,
  { pools, openings }: WindowAround,
  { now }: Pick<Viewer, "now">,
): WindowView {
  const { name } = window.metadata;
  return {
    ...metaOf(window),
    spec: window.spec,
    isOpen: windowState(window.spec, now).isOpen,
    openings: openingList(window.spec, now, openings),
    pools: pools
      .filter(({ spec }) => spec.management.maintenanceWindowRef?.name === name)
      .map(({ metadata }) => metadata.name),
  };
}

export function openingList(spec: WindowSpec, now: number, count: number): WindowView["openings"] {
  return nextOpenings(spec, now, count).map(({ opens, closes, offset, clockChangedOn }) => ({
    opens: timeOf(opens),
    closes: timeOf(closes),
    offset,
    clockChangedOn,
  }));
}
