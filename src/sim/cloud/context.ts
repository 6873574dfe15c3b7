/** What all parts of one simulated cloud share. */
import type { Clock } from "../../ports/clock.ts";
import type { CatalogueFields, SimulatorSettings } from "../../schema/provider.ts";
import type { Stream } from "../stream.ts";
import type { Timers } from "../timers.ts";
import type { FaultPlan } from "./fault-plan.ts";
import type { Listing } from "./listing.ts";
import type { InstanceRecord } from "./model.ts";
import type { Records } from "./records.ts";
import type { Journal } from "./store.ts";
import type { Traits } from "./traits.ts";

export interface CloudContext {
  readonly clock: Clock;
  readonly region: string;
  readonly catalogue: CatalogueFields;
  readonly settings: () => SimulatorSettings;
  readonly traits: Traits;
  readonly records: Records;
  readonly listing: Listing;
  readonly journal: Journal;
  readonly plan: FaultPlan;
  readonly streams: Streams;
  readonly timers: Timers;
  /** Cancels the end of an instance's work, or its announced host event, by instance id. */
  readonly workTimers: Map<string, () => void>;
  readonly eventTimers: Map<string, () => void>;
}

interface Streams {
  readonly names: Stream;
  readonly times: Stream;
  readonly lists: Stream;
  readonly calls: Stream;
  readonly weather: Stream;
}

/** Every instance that exists. */
export function present(cloud: CloudContext): readonly InstanceRecord[] {
  return cloud.records.all().filter((record) => record.gone === null);
}
