/** Puts the brake on providers, or lifts it, together with what failures in a row have tripped. */
import type { InfrastructureProviderObject } from "../../schema/provider.ts";
import type { Instant, Trip } from "../model.ts";
import { timeOf } from "../time.ts";
import { brakeAnnotation, brakeWords, liftedAnnotation } from "../trip.ts";
import { type Answer, type Change, effect, effectOn, grant, listed, placeOf, refuse } from "./answer.ts";

export function putBrakeOn(providers: readonly InfrastructureProviderObject[], words: string): Answer {
  const message = words.trim();
  if (message === "") {
    return refuse("InvalidValue", {
      field: "the reason",
      value: words,
      message: "say why, people will read it",
    });
  }
  if (providers.length === 0)
    return refuse("NothingToDo", { message: "there is no provider, so nothing moves" });
  const free = providers.filter((provider) => brakeWords(provider) !== message);
  if (free.length === 0)
    return refuse("NothingToDo", { object: namesOf(providers), message: "the brake is on with these words" });
  return grant(
    free.map((provider) => annotate(provider, { [brakeAnnotation]: message })),
    [effect("PutsBrakeOn", { object: namesOf(free), message })],
  );
}

/** `trip`: what failures in a row have stopped; null where they have not. */
export function liftBrake(
  providers: readonly InfrastructureProviderObject[],
  trip: Trip | null,
  now: Instant,
): Answer {
  const braked = providers.filter((provider) => brakeWords(provider) !== null);
  const touched = trip === null ? braked : providers;
  if (touched.length === 0) return refuse("NothingToDo", { message: "no brake is on in the API" });
  // The clock of whoever lifts it may be behind: what they have seen is forgiven all the same (S28).
  const lifted = trip === null ? {} : { [liftedAnnotation]: timeOf(Math.max(now, trip.at)) };
  return grant(
    touched.map((provider) => annotate(provider, { [brakeAnnotation]: null, ...lifted })),
    [
      ...(braked.length === 0 ? [] : [effect("LiftsBrake", { object: namesOf(braked) })]),
      ...effectOn("ForgetsFailures", trip?.machines ?? []),
    ],
  );
}

function annotate(
  provider: InfrastructureProviderObject,
  annotations: Readonly<Record<string, string | null>>,
): Change {
  const place = placeOf("InfrastructureProvider", provider);
  return { kind: "Patch", ...place, body: { metadata: { annotations } }, isRelative: false };
}

function namesOf(providers: readonly InfrastructureProviderObject[]): string {
  return listed(providers.map(({ metadata }) => metadata.name));
}
