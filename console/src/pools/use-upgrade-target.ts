/** What an upgrade is planned to, kept in the address. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { UpgradeTarget } from "./wishes.ts";

interface TargetSearch {
  readonly family?: string;
  readonly image?: string;
  readonly kubernetes?: string;
  readonly when?: string;
}

export function useUpgradeTarget(): UpgradeTarget & {
  readonly change: (change: Partial<Record<keyof TargetSearch, string | undefined>>) => void;
} {
  const { family, image, kubernetes, when }: TargetSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  return {
    family,
    image,
    kubernetes,
    when: when === "Now" ? "Now" : "InWindow",
    change: (change) => {
      void navigate({
        to: ".",
        search: (before: object) => ({ ...before, ...change }),
        replace: true,
        resetScroll: false,
      });
    },
  };
}
