/** Whether the page is light or dark now, for what is drawn by hand. */
import { useSyncExternalStore } from "react";

const read = (): string => document.documentElement.dataset["mode"] ?? "light";

function subscribe(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-mode"] });
  return () => observer.disconnect();
}

export function usePaintedMode(): string {
  return useSyncExternalStore(subscribe, read);
}
