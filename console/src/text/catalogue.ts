/** The console's own words in both languages. Sentences about pools and nodes come from the API, worded in the repository's src/text. */
import type { Resource } from "i18next";
import { audit } from "./audit.ts";
import { clusters } from "./clusters.ts";
import { events } from "./events.ts";
import { form } from "./form.ts";
import { node } from "./node.ts";
import { nodes } from "./nodes.ts";
import { operations } from "./operations.ts";
import { overview } from "./overview.ts";
import { pool } from "./pool.ts";
import { pools } from "./pools.ts";
import { providers } from "./providers.ts";
import { repairs } from "./repairs.ts";
import { settings } from "./settings.ts";
import { everywhere } from "./everywhere.ts";
import { shell } from "./shell.ts";
import { table } from "./table.ts";
import { waits } from "./waits.ts";
import { windows } from "./windows.ts";
import { wish } from "./wish.ts";
import { wizard } from "./wizard.ts";

const pairs = {
  audit,
  clusters,
  events,
  form,
  node,
  nodes,
  operations,
  overview,
  pool,
  pools,
  providers,
  repairs,
  settings,
  everywhere,
  shell,
  table,
  waits,
  windows,
  wish,
  wizard,
} as const;

interface Pairs {
  readonly [key: string]: readonly [en: string, zh: string] | Pairs;
}

type OneLanguage<T> = {
  readonly [K in keyof T]: T[K] extends readonly [string, string] ? string : OneLanguage<T[K]>;
};

type Words = OneLanguage<typeof pairs>;

/** A key that no text has is a type error. */
declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { readonly translation: Words };
  }
}

export const resources: Resource = {
  en: { translation: oneLanguage(pairs, 0) },
  zh: { translation: oneLanguage(pairs, 1) },
};

interface Texts {
  [key: string]: string | Texts;
}

function oneLanguage(from: Pairs, index: 0 | 1): Texts {
  return Object.fromEntries(
    Object.entries(from).map(([key, value]) => [
      key,
      Array.isArray(value) ? String(value[index]) : oneLanguage(value as Pairs, index),
    ]),
  );
}
