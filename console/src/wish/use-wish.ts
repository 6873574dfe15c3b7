/** One wish from its preview to its answer, for dialogs and pages alike. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Outcome } from "../../../src/api/answers.ts";
import { AnswerError } from "../ask/asker.ts";
import { useAsker } from "../ask/context.ts";
import { carryOut, previewQuery, tryOut, type Wish } from "./wish.ts";

export interface WishState {
  /** Null until it is known, or when it is refused. */
  readonly preview: Outcome | null;
  /** What is shown is of an earlier wording. */
  readonly isOld: boolean;
  readonly refusal: unknown;
  readonly isSending: boolean;
  /** Something else would happen by now than what was shown. */
  readonly isOutdated: boolean;
  readonly failure: unknown;
  /** Looks at the preview first. Does nothing while the name that has to be typed is not. */
  readonly send: (confirm: string) => void;
  readonly isNameMissing: boolean;
}

/** Nobody types faster than this for long. */
const settleMs = 250;

export function useWish(wish: Wish | null, onDone: (outcome: Outcome) => void): WishState {
  const asker = useAsker();
  const client = useQueryClient();
  const settled = useSettled(wish);
  const [key, setKey] = useState(() => crypto.randomUUID());
  const [isNameMissing, setNameMissing] = useState(false);
  const preview = useQuery(previewQuery(asker, settled));
  const sending = useMutation({
    mutationFn: async ({ wanted, confirm }: { readonly wanted: Wish; readonly confirm: string }) => {
      // When it is refused, that is what the preview shows.
      const shown = await client.fetchQuery(tryOut(asker, wanted)).catch(() => null);
      if (shown === null) return null;
      if (shown.outcome === "Satisfied") return shown;
      const isSure = shown.friction.kind !== "TypeName" || shown.friction.name === confirm;
      setNameMissing(!isSure);
      return isSure ? await carryOut(asker, wanted, { seen: shown.seen, confirm, key }) : null;
    },
    onSuccess: (outcome) => {
      if (outcome !== null) onDone(outcome);
    },
    onError: (error) => {
      // An answer was given, so that the next attempt is another request. Without an answer it is the same one.
      if (error instanceof AnswerError && error.problem !== null) setKey(crypto.randomUUID());
      if (isReason(error, "PreviewOutdated")) void client.invalidateQueries({ queryKey: ["preview"] });
    },
  });
  const isSettled = JSON.stringify(settled) === JSON.stringify(wish);
  return {
    preview: wish === null || preview.isError ? null : (preview.data ?? null),
    isOld: !isSettled || preview.isPlaceholderData,
    refusal: isSettled && wish !== null ? preview.error : null,
    isSending: sending.isPending,
    isOutdated: isReason(sending.error, "PreviewOutdated"),
    failure: isReason(sending.error, "PreviewOutdated") ? null : sending.error,
    send: (confirm) => {
      if (wish !== null && !sending.isPending) sending.mutate({ wanted: wish, confirm });
    },
    isNameMissing,
  };
}

function isReason(error: unknown, reason: string): boolean {
  return error instanceof AnswerError && error.problem?.reason === reason;
}

/** The wish once nobody has changed it for a moment. */
function useSettled(wish: Wish | null): Wish | null {
  const [settled, setSettled] = useState(wish);
  const text = JSON.stringify(wish);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(JSON.parse(text) as Wish | null), settleMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
