/** The rules of the house that no linter knows: a whole map, honest names, lists that agree. Documents are in documents.test.ts. */
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { basename, dirname } from "node:path";
import test from "node:test";
import { documents, found, inTexts, none, root, sources, textOf } from "./text.ts";

test("every folder of src, console and test has a line in ARCHITECTURE.md, and every line a folder", () => {
  const mapped = found(textOf("ARCHITECTURE.md"), /^\| `((?:src|test|console)\/[^`]*)`/gm).filter((name) =>
    name.endsWith("/"),
  );
  const holders = new Set(sources.map((file) => `${dirname(file)}/`));
  const folders = globSync(["src/**/", "test/**/", "console/src/**/", "console/"], { cwd: root }).map(
    (name) => `${name}/`,
  );
  none([...holders].filter((name) => !mapped.includes(name)).map((name) => `${name} is not in the code map`));
  none(mapped.filter((name) => !folders.includes(name)).map((name) => `${name} does not exist`));
});

test("no folder or file has a name that collects what nobody has named", () => {
  const banned = /^(utils?|helpers?|common|shared|misc|manager|service|base|index)(\.|$)/;
  const isOdd = (file: string): boolean =>
    file.split("/").some((part) => banned.test(part)) ||
    !/^[a-z0-9-]+(\.property)?(\.test)?\.tsx?$/.test(basename(file));
  none(sources.filter(isOdd));
});

test("no file repeats the name of its folder", () => {
  none(sources.filter((file) => basename(file).startsWith(`${basename(dirname(file))}-`)));
});

test("every source file begins with a sentence that says what it answers", () => {
  const files = sources.filter((file) => !file.endsWith(".test.ts"));
  const header = /^\/\*\*(?:(?!\*\/)[^])*[.?!](?=\s)/;
  inTexts(files, (text) => (header.test(text) ? [] : ["no header sentence"]));
});

test("no text holds work to be done, or words that belittle it", () => {
  const files = [...sources, ...documents].filter((file) => file !== "test/tidy.test.ts");
  const banned = /\b(TODO|FIXME|XXX|HACK|simply|obviously|of course|leverage|seamless(?:ly)?|robust)\b/gi;
  // Folders of machines on which it was written.
  const elsewhere = new RegExp(`(/(?:${["work", "root"].join("|")})/)`, "g");
  inTexts(files, (text) => [...found(text, banned), ...found(text, elsewhere)]);
});

test("every action is carried out, and by the right hand", () => {
  const declared = textOf("src/core/action.ts");
  const kindsOf = (name: string): readonly string[] => {
    const [, part = ""] = new RegExp(`export type ${name} =([^]*?)\\n\\n`).exec(declared) ?? [];
    return found(part, /readonly kind: "(\w+)"/g);
  };
  const listIn = (name: string): readonly string[] => {
    const [, part = ""] =
      new RegExp(`const ${name}[^[]*\\[([^]*?)\\]`).exec(textOf("src/controller/perform.ts")) ?? [];
    return found(part, /"(\w+)"/g);
  };
  const [records, nodes, instances] = ["RecordAction", "NodeAction", "InstanceAction"].map(kindsOf);
  assert.deepEqual(listIn("recordKinds").toSorted(), records?.toSorted());
  assert.deepEqual(listIn("nodeKinds").toSorted(), nodes?.toSorted());
  const handled = found(textOf("src/controller/act.ts"), /case "(\w+)":/g);
  assert.deepEqual(
    handled.toSorted(),
    [...(records ?? []), ...(nodes ?? []), ...(instances ?? [])].toSorted(),
  );
});

test("in the controller only the two files act.ts change the world; others replace nothing but status", () => {
  const files = sources.filter((file) => /^src\/controller\/(?!(?:join\/)?act\.ts)[a-z/-]+\.ts$/.test(file));
  const change =
    /\b(kube\s*\.(?:create|patch|delete|evict)\(|provider\.(?:create|start|stop|reboot|restartService|replaceSystemDisk|release|leave|tag|joined)\()/g;
  inTexts(files, (text) => found(text, change));
  inTexts(files, (text) => {
    const writes = found(text, /\bkube\s*\.replace\(([^;]*?)\)[,;]?\n/g);
    return writes
      .filter((write) => !/"status",?\s*$/.test(write.trimEnd()))
      .map((write) => `replace(${write})`);
  });
});
