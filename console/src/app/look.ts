/** Puts the chosen language, mode and density on the page. */
import { applyDensity, applyMode, Density, Mode } from "@cloudscape-design/global-styles";
import type { i18n } from "i18next";
import { createContext, useContext, useSyncExternalStore } from "react";
import type { Preferences, PreferenceStore } from "./preferences.ts";

export const PreferencesContext = createContext<PreferenceStore | null>(null);

export function usePreferences(): PreferenceStore & { readonly current: Preferences } {
  const store = useContext(PreferencesContext);
  if (store === null) throw new Error("usePreferences stands outside of the page");
  return { ...store, current: useSyncExternalStore(store.subscribe, store.get) };
}

/** Called once, before anything is drawn; from then on the page follows. */
export function followPreferences(store: PreferenceStore, words: i18n): void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = (): void => {
    const { language, mode, density } = store.get();
    const isDark = mode === "System" ? system.matches : mode === "Dark";
    document.documentElement.dataset["mode"] = isDark ? "dark" : "light";
    applyMode(isDark ? Mode.Dark : Mode.Light);
    applyDensity(density === "Compact" ? Density.Compact : Density.Comfortable);
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    if (words.language !== language) void words.changeLanguage(language);
  };
  store.subscribe(apply);
  system.addEventListener("change", apply);
  apply();
}
