/** What one person likes, kept in their browser and nowhere else: language, light or dark, how much air between the rows. */
import { z } from "zod";

const preferences = z.object({
  language: z.enum(["en", "zh"]),
  mode: z.enum(["System", "Light", "Dark"]),
  density: z.enum(["Comfortable", "Compact"]),
});
export type Preferences = z.infer<typeof preferences>;

export interface PreferenceStore {
  get(): Preferences;
  set(change: Partial<Preferences>): void;
  subscribe(listener: () => void): () => void;
}

/** `public/first-paint.js` reads the mode under the same name. */
const nameOf = (key: keyof Preferences): string => `poolkeeper.${key}`;

export function createPreferences(storage: Storage, spoken: readonly string[]): PreferenceStore {
  const stored = (key: keyof Preferences): unknown => storage.getItem(nameOf(key)) ?? undefined;
  const own = preferences.partial().safeParse({
    language: stored("language"),
    mode: stored("mode"),
    density: stored("density"),
  });
  const fallback: Preferences = {
    language: spoken.find((tag) => /^(en|zh)\b/.test(tag))?.startsWith("zh") === true ? "zh" : "en",
    mode: "System",
    density: "Comfortable",
  };
  let current: Preferences = { ...fallback, ...(own.success ? own.data : {}) };
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set: (change) => {
      current = { ...current, ...change };
      for (const [key, value] of Object.entries(change)) storage.setItem(`poolkeeper.${key}`, value);
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
