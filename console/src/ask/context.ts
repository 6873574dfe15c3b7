/** Hands the one asker of the page, built in main.tsx, to whatever has to ask. */
import { createContext, useContext } from "react";
import type { Asker } from "./asker.ts";

export type { Asker } from "./asker.ts";

export const AskerContext = createContext<Asker | null>(null);

export function useAsker(): Asker {
  const asker = useContext(AskerContext);
  if (asker === null) throw new Error("useAsker stands outside of the page");
  return asker;
}
