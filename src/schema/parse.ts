/** Unknown input to objects of the five kinds, or to what is wrong with it. Says what the API server would say, without it. */
import { z } from "zod";
import { apiGroup, apiVersion, kinds, type OwnKind } from "./kind.ts";
import type { KubeObject, ObjectMeta } from "./kubernetes.ts";
import type { ManagedMachineObject } from "./machine.ts";
import type { NodeOperationObject } from "./operation.ts";
import type { ManagedNodePoolObject } from "./pool.ts";
import type { InfrastructureProviderObject } from "./provider.ts";
import { lookUp, ruled } from "./rule.ts";
import type { MaintenanceWindowObject } from "./window.ts";

/** One thing that is wrong: where, what stands there, and what should. */
export interface Problem {
  readonly path: string;
  readonly value: unknown;
  readonly message: string;
}

/** The value has its defaults filled in and unknown fields left out: it is for decisions, not for writing back. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function parsePool(object: unknown): Parsed<ManagedNodePoolObject> {
  return parse(schemas.ManagedNodePool, object);
}

export function parseMachine(object: unknown): Parsed<ManagedMachineObject> {
  return parse(schemas.ManagedMachine, object);
}

export function parseWindow(object: unknown): Parsed<MaintenanceWindowObject> {
  return parse(schemas.MaintenanceWindow, object);
}

export function parseOperation(object: unknown): Parsed<NodeOperationObject> {
  return parse(schemas.NodeOperation, object);
}

export function parseProvider(object: unknown): Parsed<InfrastructureProviderObject> {
  return parse(schemas.InfrastructureProvider, object);
}

export function parseObject(kind: OwnKind, object: unknown): Parsed<KubeObject> {
  return parse<KubeObject>(schemas[kind], object);
}

/** A problem as one sentence. A value that is no plain one is left out: it would fill the screen. */
export function problemText({ path, value, message }: Problem): string {
  const isPlain = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  return isPlain ? `${path} is ${JSON.stringify(value)}: ${message}` : `${path}: ${message}`;
}

/** Any other schema, with problems in the same words. */
export function parse<T>(schema: z.ZodType<T>, object: unknown): Parsed<T> {
  const result = schema.safeParse(object, { error: sentence });
  if (result.success) return { ok: true, value: result.data };
  const problems = result.error.issues.map((issue) => ({
    path: pathText(issue.path),
    value: lookUp(object, issue.path),
    message: issue.message,
  }));
  return { ok: false, problems };
}

/** Paths of what was given and is in no schema: the parser leaves it out in silence. */
export function unknownFields(given: unknown, parsed: unknown, path: string): readonly string[] {
  if (Array.isArray(given)) {
    return given.flatMap((item, index) =>
      unknownFields(item, Array.isArray(parsed) ? parsed[index] : undefined, `${path}[${index}]`),
    );
  }
  if (!isRecord(given)) return [];
  return Object.entries(given).flatMap(([key, value]) => {
    if (value === null || value === undefined) return [];
    const inner = isRecord(parsed) ? parsed[key] : undefined;
    const place = path === "" ? key : `${path}.${key}`;
    return inner === undefined ? [place] : unknownFields(value, inner, place);
  });
}

const metadata = z.custom<ObjectMeta>(isRecord, "must be given, with a name").superRefine((meta, context) => {
  if (typeof meta.name === "string" && meta.name !== "") return;
  context.addIssue({ code: "custom", path: ["name"], message: "must be given" });
});

function whole<K extends OwnKind, S extends z.ZodType, T extends z.ZodType>(kind: K, spec: S, status: T) {
  return z.object({
    apiVersion: z.literal(`${apiGroup}/${apiVersion}`),
    kind: z.literal(kind),
    metadata,
    spec,
    status: z.exactOptional(status),
  });
}

const schemas = {
  ManagedNodePool: ruled(
    whole("ManagedNodePool", kinds.ManagedNodePool.spec, kinds.ManagedNodePool.status),
    ...kinds.ManagedNodePool.rules,
  ),
  ManagedMachine: whole("ManagedMachine", kinds.ManagedMachine.spec, kinds.ManagedMachine.status),
  MaintenanceWindow: whole("MaintenanceWindow", kinds.MaintenanceWindow.spec, kinds.MaintenanceWindow.status),
  NodeOperation: whole("NodeOperation", kinds.NodeOperation.spec, kinds.NodeOperation.status),
  InfrastructureProvider: whole(
    "InfrastructureProvider",
    kinds.InfrastructureProvider.spec,
    kinds.InfrastructureProvider.status,
  ),
};

const typeWords: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a group of fields",
  record: "a map of text to text",
};

/** The parser's own findings in our words. Rules bring theirs along. */
function sentence(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? "must be given"
        : `must be ${typeWords[issue.expected] ?? issue.expected}`;
    case "too_small":
      return `must ${amount("at least", Number(issue.minimum), issue.origin)}`;
    case "too_big":
      return `must ${amount("at most", Number(issue.maximum), issue.origin)}`;
    case "invalid_value":
      return `must be ${issue.values.map(String).join(" or ")}`;
    default:
      return undefined;
  }
}

function amount(bound: string, limit: number, origin: string): string {
  if (origin === "string") return `have ${bound} ${limit} characters`;
  if (origin === "array") return `have ${bound} ${limit} entries`;
  return `be ${bound} ${limit}`;
}

/** `spec.template.taints[1].key`, as the API server writes it. Keys of maps stand in brackets as well. */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) =>
      typeof part === "string" && /^[A-Za-z]\w*$/.test(part) ? `.${part}` : `[${String(part)}]`,
    )
    .join("")
    .replace(/^\./, "")
    .replace(/^$/, "object");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
