/** Who did what: operations as they are kept, templates as they were recorded, and what came through this API since it runs. */
import { poolLabel } from "../core/attributes.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import { sentence, isReason } from "../text/sentence.ts";
import { auditWord, type Language, operationWord, stateWord } from "../text/words.ts";
import { type AuditEntry, auditEntry, pageOf } from "./answers.ts";
import { latestFirst, pageOfItems } from "./page.ts";
import { permissionFor } from "./permissions.ts";
import { momentOf } from "./read.ts";
import { eventQuery } from "./requests.ts";
import { ok, reading, type Route } from "./route.ts";
import type { AuditLine } from "./world.ts";

export interface AuditBook {
  write(line: AuditLine): void;
  lines(): readonly AuditLine[];
}

const maxLines = 5000;

export function createAuditBook(): AuditBook {
  const lines: AuditLine[] = [];
  return {
    write: (line) => {
      lines.push(line);
      if (lines.length > maxLines) lines.splice(0, lines.length - maxLines);
    },
    lines: () => lines,
  };
}

export function auditRoutes(book: AuditBook): readonly Route[] {
  return [
    reading({
      path: "/audit",
      tag: "Audit",
      summary: "Who did what, through which surface, and how it ended; the latest first",
      query: eventQuery,
      answer: pageOf(auditEntry),
      run: async ({ query, world, person, language, now }) => {
        const { namespace, cache } = world;
        await person.mustBeAllowed(permissionFor("list", "ManagedNodePool", namespace));
        await person.mustBeAllowed(permissionFor("list", "NodeOperation", namespace));
        const entries = [
          ...cache.list("NodeOperation").map((operation) => operationEntry(operation, language)),
          ...cache.list("ManagedNodePool").flatMap((pool) => revisionEntries(pool, language)),
          ...book.lines().map((line) => lineEntry(line, language)),
        ].filter(({ pool }) => query.pool === undefined || query.pool === pool);
        const show = (entry: AuditEntry): AuditEntry => entry;
        return ok(pageOfItems(entries, sorting, query, { show, moment: momentOf(world, now) }));
      },
    }),
  ];
}

const sorting = latestFirst<AuditEntry>("audit", {
  timeOf: ({ time }) => time,
  textOf: ({ object, verb, request }) => `${object.kind} ${object.name} ${verb} ${request ?? ""}`,
  keyOf: ({ time, object, verb, request }) => {
    const rest = { who: "", surface: "", pool: null, detail: "", result: "" };
    return { ...rest, time, object, verb, request };
  },
});

function operationEntry({ metadata, spec, status }: NodeOperationObject, language: Language): AuditEntry {
  const nodes = spec.targets.map(({ node, machine }) => node ?? machine);
  const why = spec.reason === undefined || !isReason(spec.reason) ? "" : sentence(spec.reason, {}, language);
  return {
    time: metadata.creationTimestamp ?? "",
    who: spec.requestedBy ?? "",
    surface: spec.requestedBy === "Controller" ? "controller" : "",
    verb: operationWord(spec.kind, language),
    object: { kind: "NodeOperation", name: metadata.name },
    pool: metadata.labels?.[poolLabel] ?? spec.poolName,
    detail: [why, nodes.slice(0, 20).join(", ")].filter((part) => part !== "").join(" "),
    result: stateWord(status?.phase ?? "Pending", language),
    request: null,
  };
}

/** Who wrote a template only the API server's own audit log knows. */
function revisionEntries(
  { metadata, status }: ManagedNodePoolObject,
  language: Language,
): readonly AuditEntry[] {
  return (status?.revisions ?? []).map(({ number, recordedTime }) => ({
    time: recordedTime,
    who: "",
    surface: "",
    verb: auditWord("template", language),
    object: { kind: "ManagedNodePool", name: metadata.name },
    pool: metadata.name,
    detail: `${auditWord("revision", language)} ${number}`,
    result: auditWord("Recorded", language),
    request: null,
  }));
}

function lineEntry(line: AuditLine, language: Language): AuditEntry {
  const { time, who, verb, kind, name, pool, detail, result, request } = line;
  return {
    time,
    who,
    surface: "poolkeeper-api",
    verb: auditWord(verb, language),
    object: { kind, name },
    pool,
    detail,
    result: auditWord(result, language),
    request,
  };
}
