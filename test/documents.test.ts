/** Documents do not rot: their lists agree with the code, their links, paths and commands lead somewhere. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import test from "node:test";
import { run } from "../src/cli/program.ts";
import type { Outside } from "../src/cli/session.ts";
import { realClock } from "../src/ports/clock.ts";
import { commands } from "../src/text/commands.ts";
import { isReason } from "../src/text/sentence.ts";
import { documents, found, inTexts, none, root, sources, textOf } from "./text.ts";

const decisions = documents.filter((file) => file.startsWith("docs/decisions/"));

test("documents keep their length", () => {
  const caps = { "README.md": 300, "ARCHITECTURE.md": 250, "AGENTS.md": 40, "CONTRIBUTING.md": 100 };
  const length = (file: string): number => textOf(file).split("\n").length - 1;
  none(Object.entries(caps).flatMap(([file, cap]) => (length(file) > cap ? [`${file} > ${cap}`] : [])));
  none(decisions.filter((file) => length(file) > 60).map((file) => `${file} > 60`));
});

test("decisions are numbered one after the other, and say their number, title and status", () => {
  const wanted = decisions.map((_, index) => String(index + 1).padStart(4, "0"));
  assert.deepEqual(
    decisions.map((file) => basename(file).slice(0, 4)),
    wanted,
  );
  inTexts(decisions, (text, file) => [
    ...(text.startsWith(`# ${basename(file).slice(0, 4)} `)
      ? []
      : ["the title does not begin with the number"]),
    ...(/^\*\*Status:\*\* \w/m.test(text) ? [] : ["no status"]),
  ]);
});

test("the changelog has a place for what comes next", () => {
  assert.match(textOf("CHANGELOG.md"), /^## \[Unreleased\]$/m);
});

const unions = ["Cause", "HoldReason", "FailureReason", "RefusalReason"] as const;

function reasonsOf(union: (typeof unions)[number]): readonly string[] {
  const [, part = ""] = new RegExp(`export type ${union} =([^;]*);`).exec(textOf("src/core/reason.ts")) ?? [];
  return found(part, /"(\w+)"/g);
}

/** The command of a reason as documents write it: places for facts in capitals. */
function commandOf(reason: string): string | null {
  const pattern = isReason(reason) ? commands[reason] : undefined;
  return pattern?.replaceAll(/\{(\w+)[^}]*\}/g, (_, name: string) => name.toUpperCase()) ?? null;
}

test("every reason has its place in docs/troubleshooting.md, with the command that the product names", () => {
  const page = textOf("docs/troubleshooting.md");
  const sections = new Map(
    page
      .split(/^### /m)
      .slice(1)
      .map((part) => [/^\w+/.exec(part)?.[0] ?? "", part.split(/^## /m)[0] ?? ""]),
  );
  const rows = found(page, /^(\| `\w+` \|.*)$/gm);
  const complain = (reason: string, place: string | undefined): readonly string[] => {
    const command = commandOf(reason);
    if (place === undefined) return [`${reason} is missing`];
    const said = found(place, /(?:^Try: |\| )`((?:poolkeeper|kubectl) [^`]*)`/gm);
    return JSON.stringify(said) === JSON.stringify(command === null ? [] : [command])
      ? []
      : [`${reason} should end with: ${command === null ? "no command" : `Try: \`${command}\``}`];
  };
  const holds = reasonsOf("HoldReason");
  const others = unions.filter((union) => union !== "HoldReason").flatMap(reasonsOf);
  none(holds.flatMap((reason) => complain(reason, sections.get(reason))));
  none(
    others.flatMap((reason) =>
      complain(
        reason,
        rows.find((row) => row.startsWith(`| \`${reason}\` |`)),
      ),
    ),
  );
  none(
    [...sections.keys()]
      .filter((name) => !holds.includes(name))
      .map((name) => `${name} is no reason to wait`),
  );
});

test("every reason to wait is given by somebody", () => {
  const given = sources
    .filter((file) => /^src\/(core|controller)\/(?!reason|testing)[a-z/-]+\.ts$/.test(file))
    .map(textOf)
    .join("\n");
  none(reasonsOf("HoldReason").filter((reason) => !given.includes(`"${reason}"`)));
});

test("every invariant that the code names is in docs/invariants.md, and none is left out there", () => {
  const listed = found(textOf("docs/invariants.md"), /^\| ([SL]\d+) \|/gm);
  const numbered = (letter: string, length: number): readonly string[] =>
    Array.from({ length }, (_, index) => `${letter}${index + 1}`);
  assert.deepEqual(listed, [...numbered("S", 40), ...numbered("L", 8)]);
  inTexts(sources, (text) => found(text, /\(([SL]\d+)\b/g).filter((name) => !listed.includes(name)));
});

test("links between documents lead somewhere", () => {
  inTexts(documents, (text, file) => {
    const links = found(text.replaceAll(/^```[^]*?^```/gm, ""), /\]\(([^)\s]+)\)/g);
    return links.filter((link) => !link.startsWith("http") && !leadsSomewhere(link, file));
  });
});

function leadsSomewhere(link: string, from: string): boolean {
  const [target = "", anchor] = link.split("#");
  const file = target === "" ? from : join(dirname(from), target);
  if (!existsSync(join(root, file))) return false;
  const slugs = found(textOf(file), /^#+ (.+)$/gm).map((title) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
  return anchor === undefined || slugs.includes(anchor);
}

test("paths that documents and comments name exist", () => {
  const path = /`((?:src|test|docs|bin|deploy|tools)\/[\w./-]*)`/g;
  const isThere = (name: string): boolean => existsSync(join(root, name));
  inTexts([...documents, ...sources], (text) => found(text, path).filter((name) => !isThere(name)));
});

/** What documents tell people to type: lines of code blocks, and commands within sentences. */
const typed = documents.flatMap((file) => {
  const blocks = found(textOf(file), /^```(?:sh|text)\n([^]*?)^```/gm).flatMap((block) => block.split("\n"));
  const spans = found(textOf(file), /`((?:(?:bin\/)?poolkeeper|kubectl) [a-z-][^`]*)`/g);
  return [...blocks, ...spans].map((line) => ({ file, line: line.replace(/^\$ |\s+#.*$/g, "").trim() }));
});

test("kubectl has the verbs that documents use", () => {
  const verbs =
    /\b(apply|get|describe|annotate|scale|delete|rollout|edit|wait|cordon|uncordon|drain|create|auth|logs|exec|port-forward)\b/;
  const lines = typed.filter(
    ({ line }) => line.startsWith("kubectl ") && !line.startsWith("kubectl poolkeeper"),
  );
  none(lines.filter(({ line }) => !verbs.test(line)).map(({ file, line }) => `${file}: ${line}`));
});

test("commands that documents name are understood by the command line", async () => {
  const ours = typed.filter(({ line }) => /^(?:bin\/)?poolkeeper [a-z]/.test(line));
  assert.ok(ours.length > 50, "the documents name hardly any command: is the pattern still right?");
  const complaints = await Promise.all(
    ours.map(async ({ file, line }) =>
      (await complaintOf(line)).map((complaint) => `${file}: ${line}: ${complaint}`),
    ),
  );
  none(complaints.flat());
});

/** The command's own help tells which words and flags it knows. */
async function complaintOf(line: string): Promise<readonly string[]> {
  const parts = line
    .replaceAll(/"[^"]*"/g, "TEXT")
    .split(/\s+/)
    .slice(1);
  const end = parts.findIndex((part) => part.startsWith("-"));
  const words = end < 0 ? parts : parts.slice(0, end);
  const help = await helpOf(words);
  const [, usage = ""] = /^Usage: poolkeeper ([^\n]*)/m.exec(help) ?? [];
  const names = usage.split(" ").filter((word) => /^[a-z-]+$/.test(word));
  const operands = words.slice(names.length);
  const needed = found(usage, /<([^>]+)>/g).length;
  const flags = parts.filter((part) => /^--[a-z]/.test(part)).map((part) => part.split("=")[0] ?? "");
  const isVerb = names.every((name, index) => words[index] === name) && !usage.includes("[command]");
  // A line that names the command only, to speak about it, is no call.
  const isMention = operands.length === 0 && flags.length === 0;
  return [
    ...(isVerb || isMention ? [] : [`unknown command, help says: ${usage}`]),
    ...(isMention || operands.length >= needed || flags.includes("--help") ? [] : [`needs ${usage}`]),
    ...flags.filter((flag) => !hasFlag(help, flag)).map((flag) => `no flag ${flag}`),
  ];
}

/** Flags that help does not show are still flags. */
function hasFlag(help: string, flag: string): boolean {
  return new RegExp(`${flag}(?![\\w-])`).test(help) || commandLine.includes(`"${flag} <`);
}

const commandLine = sources
  .filter((file) => file.startsWith("src/cli/"))
  .map(textOf)
  .join("\n");

async function helpOf(words: readonly string[]): Promise<string> {
  const said: string[] = [];
  const say = (text: string): void => {
    said.push(text);
  };
  const terminal = {
    out: say,
    err: say,
    ask: async () => null,
    readInput: async () => "",
    hasColor: false,
    width: 0,
  };
  const outside: Outside = {
    terminal,
    clock: realClock,
    env: {},
    timeZone: "UTC",
    suffix: () => "aaaaa",
    connect: () => Promise.reject(new Error("help needs no cluster")),
  };
  await run([...words, "--help"], outside);
  return said.join("\n");
}
