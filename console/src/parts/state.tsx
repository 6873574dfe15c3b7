/** A state with its colour and symbol. Which colour a word has is said by the API, so that all surfaces agree. */
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import type { State, Tone } from "../../../src/api/types.ts";

export const indicatorOfTone: Readonly<Record<Tone, StatusIndicatorProps.Type>> = {
  Good: "success",
  Busy: "in-progress",
  Bad: "error",
  Plain: "stopped",
};

export function StateWord({ state }: { readonly state: State }): ReactNode {
  return <StatusIndicator type={indicatorOfTone[state.tone]}>{state.word}</StatusIndicator>;
}
