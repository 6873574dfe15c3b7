/** What the caller may do here and why not, for buttons that say so. Asked of the API server, one permission after the other. */
import { problemWords } from "../text/problem.ts";
import type { Language } from "../text/words.ts";
import { type Access, access, type AccessVerb, accessVerb, type Grant } from "./answers.ts";
import { permissionsOf } from "./permissions.ts";
import { permissionFacts, type Person } from "./person.ts";
import { ok, reading, type Route } from "./route.ts";
import type { World } from "./world.ts";

export const accessRoutes: readonly Route[] = [
  reading({
    path: "/access",
    tag: "Session",
    summary: "What you may do, and which permission is missing for the rest",
    query: null,
    answer: access,
    run: async ({ world, person, language }) => ok(await accessOf(person, world, language)),
  }),
];

async function accessOf(person: Person, world: World, language: Language): Promise<Access> {
  const verbs = accessVerb.options;
  const grants = await Promise.all(verbs.map((verb) => grantOf(verb, { person, world, language })));
  const can = Object.fromEntries(verbs.map((verb, index) => [verb, grants[index]])) as Access["can"];
  return { user: person.name, groups: [...person.groups], namespace: world.namespace, can };
}

interface Asker {
  readonly person: Person;
  readonly world: World;
  readonly language: Language;
}

async function grantOf(verb: AccessVerb, { person, world, language }: Asker): Promise<Grant> {
  const needed = permissionsOf(verb, world.namespace);
  const answers = await Promise.all(needed.map((permission) => person.may(permission)));
  const missing = needed.filter((_, index) => answers[index] !== true);
  const [first] = missing;
  const sentence =
    first === undefined ? "" : problemWords("NotPermitted", permissionFacts(first), language).detail;
  return { isAllowed: first === undefined, missing, sentence };
}
