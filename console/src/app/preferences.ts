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
  const kept = <K extends keyof Preferences>(key: K, fallback: Preferences[K]): Preferences[K] => {
    const parsed = preferences.shape[key].safeParse(storage.getItem(nameOf(key)));
    return parsed.success ? (parsed.data as Preferences[K]) : fallback;
  };
  const isChinese = spoken.find((tag) => /^(en|zh)\b/.test(tag))?.startsWith("zh") === true;
  let current: Preferences = {
    language: kept("language", isChinese ? "zh" : "en"),
    mode: kept("mode", "System"),
    density: kept("density", "Comfortable"),
  };
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
