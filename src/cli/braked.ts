/** Which brakes lie on the pools, as far as the API tells: marks on providers, failures in a row, and the file that pools speak of. */
import { brakeWords, liftedAt, tallyOf, tripFacts, tripOf } from "../core/trip.ts";
import type { Trip } from "../core/model.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import type { InfrastructureProviderObject } from "../schema/provider.ts";
import { sentence } from "../text/sentence.ts";
import { listOf } from "./read.ts";
import type { Session } from "./session.ts";

export interface Brake {
  readonly text: string;
  readonly fix: string;
}

/** Of the whole installation. */
export interface Installation {
  readonly providers: readonly InfrastructureProviderObject[];
  readonly operations: readonly NodeOperationObject[];
  readonly pools: readonly ManagedNodePoolObject[];
}

export interface Braked {
  /** Null: no provider's pools are tripped. */
  readonly trip: Trip | null;
  readonly brakes: readonly Brake[];
}

export async function readInstallation(session: Session): Promise<Installation> {
  const [providers, operations, pools] = await Promise.all([
    listOf(session, "InfrastructureProvider"),
    listOf(session, "NodeOperation"),
    listOf(session, "ManagedNodePool"),
  ]);
  return { providers, operations, pools };
}

export function brakedOf({ providers, operations, pools }: Installation, now: number): Braked {
  const trip = tripAmong(providers, operations, now);
  const marks = providers.flatMap((provider): Brake[] => {
    const words = brakeWords(provider);
    const text = `The brake is on for the pools of provider ${provider.metadata.name}: ${words ?? ""}`;
    return words === null ? [] : [{ text, fix: "poolkeeper brake off" }];
  });
  const tripped =
    trip === null ? [] : [{ text: sentence("BrakeTripped", tripFacts(trip)), fix: "poolkeeper brake off" }];
  return { trip, brakes: [...marks, ...tripped, ...fileBrake(pools, marks)] };
}

function tripAmong(
  providers: readonly InfrastructureProviderObject[],
  operations: readonly NodeOperationObject[],
  now: number,
): Trip | null {
  const tallies = operations.flatMap((operation) => tallyOf(operation) ?? []);
  const trips = providers.map((provider) => tripOf(tallies, liftedAt(provider), now));
  return trips.find((trip) => trip !== null) ?? null;
}

/** A pool that waits for a brake which is nowhere in the API waits for the file of its controller. */
function fileBrake(pools: readonly ManagedNodePoolObject[], marks: readonly Brake[]): readonly Brake[] {
  const waits = pools.flatMap(({ status }) => status?.blockers ?? []);
  const held = waits.find(({ reason }) => reason === "BrakeOn");
  if (held === undefined || marks.length > 0) return [];
  return [{ text: held.message, fix: "rm DATA-DIR/brake, where the controller runs" }];
}
