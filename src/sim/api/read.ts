/** GET of one object and of lists, with selectors and pages at one version. */
import { type JsonObject, keyOf, type Stored } from "./json.ts";
import { present } from "./draft.ts";
import type { Call, Context } from "./request.ts";
import { apiVersionOf } from "./resources.ts";
import { parseFieldSelector, parseLabelSelector, type Predicate } from "./selector.ts";
import { ApiFailure, badRequest, expired } from "./status.ts";

/** The objects a list or a watch is about: namespace and both selectors. */
export function matcherOf(call: Call): Predicate<Stored> {
  const { type, request, options } = call;
  const byLabel = parseLabelSelector(options.labelSelector);
  const byField = parseFieldSelector(options.fieldSelector, fieldsOf(call));
  const namespace = type.isNamespaced ? request.namespace : undefined;
  const name = request.name;
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    byLabel(object.metadata.labels ?? {}) &&
    (options.fieldSelector === "" || byField(present(call, object) as Stored));
}

function fieldsOf(call: Call): readonly string[] {
  const { selectableFields, fromStored } = call.type;
  if (fromStored === null) return selectableFields;
  return selectableFields.map((field) =>
    field.replace(/^involvedObject\./, "regarding.").replace(/^reportingComponent$/, "reportingController"),
  );
}

export function list(context: Context, call: Call): JsonObject {
  const { type, options } = call;
  const page = parseContinue(options.continueToken);
  const revision = page?.revision ?? exactRevision(call) ?? context.store.revision();
  refuseFuture(context, options.resourceVersion);
  const matches = matcherOf(call);
  const all = candidates(context, call, revision, page !== null);
  const found = all.filter(
    (object) => matches(object) && (page === null || keyOf(object.metadata) > page.after),
  );
  const items = options.limit > 0 ? found.slice(0, options.limit) : found;
  const last = items.at(-1);
  const isMore = last !== undefined && items.length < found.length;
  const isCounted = options.labelSelector === "" && options.fieldSelector === "";
  return {
    kind: `${type.kind}List`,
    apiVersion: apiVersionOf(type),
    metadata: {
      resourceVersion: String(revision),
      ...(isMore ? { continue: continueToken(revision, keyOf(last.metadata)) } : {}),
      ...(isMore && isCounted ? { remainingItemCount: found.length - items.length } : {}),
    },
    items: items.map((object) => present(call, object)),
  };
}

function candidates(context: Context, call: Call, revision: number, isPage: boolean): readonly Stored[] {
  const { type, request } = call;
  if (revision === context.store.revision()) {
    return context.store.list(type.store, type.isNamespaced ? request.namespace : undefined);
  }
  try {
    return context.store.listAt(type.store, revision);
  } catch (error) {
    if (!isPage || !(error instanceof ApiFailure)) throw error;
    throw expired(
      "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.",
    );
  }
}

function exactRevision(call: Call): number | null {
  const { resourceVersion, resourceVersionMatch } = call.options;
  if (resourceVersionMatch === "") return null;
  if (resourceVersion === "") {
    const why = "resourceVersionMatch is forbidden unless resourceVersion is provided";
    throw listOptionsError(`resourceVersionMatch: Forbidden: ${why}`);
  }
  return resourceVersionMatch === "Exact" ? Number(resourceVersion) : null;
}

export function listOptionsError(text: string): ApiFailure {
  const [field = "", ...rest] = text.split(": ");
  return new ApiFailure(422, "Invalid", `ListOptions.meta.k8s.io "" is invalid: ${text}`, {
    group: "meta.k8s.io",
    kind: "ListOptions",
    causes: [{ reason: "FieldValueForbidden", message: rest.join(": "), field }],
  });
}

export function parseRevision(text: string): number {
  if (text === "") return 0;
  if (!/^[0-9]+$/.test(text)) {
    throw badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
  return Number(text);
}

/** Nobody can read what has not happened yet. */
export function refuseFuture(context: Context, text: string): void {
  const wanted = parseRevision(text);
  const current = context.store.revision();
  if (wanted <= current) return;
  throw new ApiFailure(
    504,
    "Timeout",
    `Timeout: Too large resource version: ${wanted}, current: ${current}`,
    {
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
      retryAfterSeconds: 1,
    },
  );
}

interface Page {
  readonly revision: number;
  readonly after: string;
}

function continueToken(revision: number, after: string): string {
  return Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", rv: revision, start: after })).toString(
    "base64url",
  );
}

function parseContinue(token: string): Page | null {
  if (token === "") return null;
  try {
    const parsed = JSON.parse(Buffer.from(token, "base64url").toString()) as { rv: number; start: string };
    if (typeof parsed.rv === "number" && typeof parsed.start === "string") {
      return { revision: parsed.rv, after: parsed.start };
    }
  } catch {
    // Falls through to the refusal: a token that is no JSON is no token of ours.
  }
  throw badRequest(
    "invalid continue token: continue key is not valid: the token was not made by this server",
  );
}
