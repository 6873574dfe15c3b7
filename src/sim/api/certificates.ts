/** Requests for certificates: who asked is the server's word, what was asked stays, approval is an endpoint of its own. Nobody signs here. */
import {
  type JsonObject,
  listAt,
  objectAt,
  objectsAt,
  type Stored,
  stringAt,
  textOf,
  timestamp,
} from "./json.ts";
import { type FieldError, forbiddenValue, invalidValue, requiredValue } from "./status.ts";
import type { Part, Strategy } from "./strategy.ts";

export const requestStrategy: Strategy = {
  isFixed: true,
  create: (object, _nowMs, user) => {
    const spec = { ...objectAt(object, "spec"), username: user.name, groups: user.groups };
    return { ...object, spec, status: {} };
  },
  parts: { approval },
  validate: (object) => [...requestErrors(object), ...verdictErrors(object)],
  validateUpdate: verdictsStay,
};

/** Only conditions are taken over; when each was set is the server's word where the client says nothing. */
function approval(...[live, draft, nowMs]: Parameters<Part>): Stored {
  const now = timestamp(nowMs);
  const conditions = objectsAt(draft, "status", "conditions").map(
    (condition): JsonObject => ({ lastUpdateTime: now, lastTransitionTime: now, ...condition }),
  );
  const { conditions: _, ...status } = objectAt(live, "status");
  return { ...live, status: { ...status, ...(conditions.length === 0 ? {} : { conditions }) } };
}

function requestErrors(object: Stored): readonly FieldError[] {
  const request = stringAt(object, "spec", "request") ?? "";
  const isPem = Buffer.from(request, "base64").toString("utf8").includes("CERTIFICATE REQUEST");
  return [
    ...(isPem ? [] : [invalidValue("spec.request", request, "PEM block type must be CERTIFICATE REQUEST")]),
    ...(listAt(object, "spec", "usages").length === 0 ? [requiredValue("spec.usages")] : []),
    ...(stringAt(object, "spec", "signerName") === undefined ? [requiredValue("spec.signerName")] : []),
  ];
}

function verdictsOf(object: Stored): ReadonlySet<string> {
  return new Set(objectsAt(object, "status", "conditions").map((condition) => textOf(condition["type"])));
}

function verdictErrors(object: Stored): readonly FieldError[] {
  const verdicts = verdictsOf(object);
  if (!verdicts.has("Approved") || !verdicts.has("Denied")) return [];
  return [
    invalidValue("status.conditions", "Denied", "Approved and Denied conditions are mutually exclusive"),
  ];
}

function verdictsStay(object: Stored, before: Stored): readonly FieldError[] {
  const verdicts = verdictsOf(object);
  return ["Approved", "Denied", "Failed"]
    .filter((type) => verdictsOf(before).has(type) && !verdicts.has(type))
    .map((type) =>
      forbiddenValue("status.conditions", `updates may not remove a condition of type "${type}"`),
    );
}
