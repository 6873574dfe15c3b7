/** Links of ours change the page without loading it anew; with a modifier key the browser does what it always does. */
import { useRouter } from "@tanstack/react-router";
import { useCallback } from "react";

interface FollowEvent {
  readonly detail?: { readonly href?: string | undefined; readonly external?: boolean | undefined } | null;
  preventDefault(): void;
}

/** `fallback` is where an event leads that does not say it itself. */
export function useFollow(fallback?: string): (event: FollowEvent) => void {
  const router = useRouter();
  return useCallback(
    (event) => {
      const { href = fallback, external = false } = event.detail ?? {};
      if (href === undefined || external || !href.startsWith("/") || href.startsWith("/api/")) return;
      event.preventDefault();
      router.history.push(href);
    },
    [router, fallback],
  );
}
