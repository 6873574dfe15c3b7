/** Puts the cursor where one writes first. A dialog puts it on its button to close, so this comes after that. */
import { type RefObject, useEffect, useRef } from "react";

interface Focusable {
  focus(): void;
}

export function useFirstFocus<T extends Focusable>(): RefObject<T | null> {
  const field = useRef<T>(null);
  useEffect(() => {
    const frame = requestAnimationFrame(() => field.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  return field;
}
