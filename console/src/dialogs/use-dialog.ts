/** Which dialog is open stands in the address: it can be sent to somebody, and the browser's way back closes it. */
import { type HistoryState, useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import type { OperationView } from "../../../src/api/types.ts";

export type DialogName =
  | "scale"
  | "set-count"
  | "delete-pool"
  | "pause"
  | "resume"
  | "sync"
  | "remove"
  | "rollback"
  | "upgrade"
  | "repair"
  | "create-window"
  | "edit-window"
  | "toggle-window"
  | "delete-window"
  | "exclude"
  | "create-provider"
  | "delete-provider"
  | `operation-${OperationView["verbs"][number]}`;

export interface DialogPlace {
  readonly do?: string | undefined;
  readonly of?: string | undefined;
  readonly nodes?: string | undefined;
  readonly to?: string | undefined;
}

/** What a dialog is handed when it opens. */
export interface DialogProps {
  /** What it is about. */
  readonly name: string;
  readonly nodes: readonly string[];
  /** A revision, or whatever else the dialog begins with. */
  readonly to: string | undefined;
  readonly onClose: () => void;
}

const closed: DialogPlace = { do: undefined, of: undefined, nodes: undefined, to: undefined };

declare module "@tanstack/react-router" {
  /** Says of an entry of the browser's history that the dialog on it was opened from the one before. */
  interface HistoryState {
    readonly isOpenedHere?: true;
  }
}

export function useDialog(): {
  readonly place: DialogPlace;
  readonly open: (name: DialogName, of: string, more?: Pick<DialogPlace, "nodes" | "to">) => void;
  readonly close: () => void;
} {
  const { do: name, of, nodes, to }: DialogPlace = useSearch({ strict: false });
  const navigate = useNavigate();
  const router = useRouter();
  const change = useCallback(
    (place: DialogPlace, how: { readonly state: HistoryState; readonly replace: boolean }) => {
      void navigate({
        to: ".",
        search: (before: object) => ({ ...before, ...place }),
        resetScroll: false,
        ...how,
      });
    },
    [navigate],
  );
  return {
    place: { do: name, of, nodes, to },
    open: (wanted, what, more) => {
      const place = { ...closed, do: wanted, of: what, ...more };
      change(place, { state: { isOpenedHere: true }, replace: false });
    },
    close: () => {
      // Back to where it was opened, so that nobody has to go back twice; a dialog that was sent as a link has no such place.
      if (router.state.location.state.isOpenedHere === true) router.history.back();
      else change(closed, { state: {}, replace: true });
    },
  };
}
