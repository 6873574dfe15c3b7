/** The scale subresource: one number of an object, under a name all tools know. */
import { at, type JsonObject, numberAt, type Stored, stringAt, withValue } from "./json.ts";
import { bodyObject } from "./draft.ts";
import { managerOf } from "./create.ts";
import { trackUpdate } from "./manage.ts";
import { shapeOf } from "./shape.ts";
import { patchedBody } from "./patch.ts";
import type { Call, Context } from "./request.ts";
import { selectorText } from "./selector.ts";
import type { ScalePaths } from "./resources.ts";
import { badRequest, conflict, invalid, invalidValue, noSuchPath, staleVersion } from "./status.ts";
import { requireLive, writeOver } from "./update.ts";

const scaleSubject = { group: "autoscaling", plural: "scales", kind: "Scale" };

export function readScale(context: Context, call: Call): JsonObject {
  return scaleOf(requireLive(context, call), pathsOf(call));
}

function pathsOf(call: Call): ScalePaths {
  if (call.type.scale === null) throw noSuchPath();
  return call.type.scale;
}

function scaleOf(object: Stored, paths: ScalePaths): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = paths.selector === null ? "" : selectorText(at(object, ...paths.selector));
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid,
      resourceVersion,
      creationTimestamp,
    },
    spec: { replicas: numberAt(object, ...paths.spec) ?? 0 },
    status: {
      replicas: numberAt(object, ...paths.status) ?? 0,
      ...(selector === "" ? {} : { selector }),
    },
  };
}

export function writeScale(context: Context, call: Call): JsonObject {
  const paths = pathsOf(call);
  const live = requireLive(context, call);
  const current = scaleOf(live, paths);
  const wanted =
    call.request.verb === "patch"
      ? patchedBody({ ...call, type: { ...call.type, schema: null } }, current)
      : bodyObject(call.request.body);
  requireSame(live, wanted);
  const replicas = at(wanted, "spec", "replicas") ?? 0;
  if (typeof replicas !== "number") throw badRequest("spec.replicas of a Scale must be a number");
  if (replicas < 0 && call.type.schema === null) {
    const error = invalidValue("spec.replicas", replicas, "must be greater than or equal to 0");
    throw invalid(scaleSubject, live.metadata.name, [error]);
  }
  const draft = withValue(live, paths.spec, replicas) as Stored;
  // The whole object is written, not only its scale, so that generation and checks are those of any change.
  const whole = { ...call, request: { ...call.request, subresource: "" } };
  const manager = managerOf(context, call);
  const own = (stored: Stored) => trackUpdate(live, stored, manager, shapeOf(call.type.schema));
  const written = writeOver(context, whole, { live, draft, own });
  return scaleOf(written, paths);
}

function requireSame(live: Stored, wanted: JsonObject): void {
  const version = stringAt(wanted, "metadata", "resourceVersion") ?? "";
  if (version !== "" && version !== live.metadata.resourceVersion) {
    throw conflict(scaleSubject, live.metadata.name, staleVersion);
  }
}
