/** One value behind the question mark of the address, read and written on whatever page it stands. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

export function useSearchField(
  field: string,
): readonly [string | undefined, (value: string | undefined) => void] {
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const navigate = useNavigate();
  const value = search[field];
  const set = useCallback(
    (next: string | undefined) => {
      void navigate({
        to: ".",
        search: (before: Readonly<Record<string, unknown>>) => ({ ...before, [field]: next }),
        resetScroll: false,
      });
    },
    [navigate, field],
  );
  return [typeof value === "string" ? value : undefined, set];
}
