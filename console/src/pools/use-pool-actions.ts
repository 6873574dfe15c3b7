/** What can be done to a pool besides looking at it, and why not, for every menu that offers it. */
import type { ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import { useTranslation } from "react-i18next";
import type { AccessVerb } from "../../../src/api/answers.ts";
import type { PoolView } from "../../../src/api/types.ts";
import { type Off, useOff } from "../ask/use-access.ts";
import { type DialogName, useDialog } from "../dialogs/use-dialog.ts";

export interface PoolActions {
  readonly offIn: (verb: AccessVerb) => Off;
  readonly more: readonly ButtonDropdownProps.Item[];
  readonly act: (id: string) => void;
}

export function usePoolActions(pool: PoolView): PoolActions {
  const { t } = useTranslation("translation", { keyPrefix: "pools" });
  const off = useOff();
  const { open } = useDialog();
  const { name } = pool;
  const offIn = (verb: AccessVerb): Off =>
    pool.deletingSince === null ? off(verb) : { disabled: true, disabledReason: t("off.deleting") };
  const dialog = (id: DialogName, text: string, verb: AccessVerb): ButtonDropdownProps.Item => ({
    id,
    text,
    ...offIn(verb),
  });
  const isPaused = pool.spec.paused;
  return {
    offIn,
    more: [
      { id: "modify", text: t("actions.modify"), href: `/pools/${name}/settings`, ...offIn("modify") },
      { id: "upgrade", text: t("actions.upgrade"), href: `/pools/${name}?tab=upgrade`, ...offIn("upgrade") },
      dialog("set-count", t("actions.setCount"), "scale"),
      dialog("sync", t("actions.sync"), "sync"),
      isPaused
        ? dialog("resume", t("actions.resume"), "modify")
        : dialog("pause", t("actions.pause"), "modify"),
    ],
    act: (id) => {
      if (id !== "modify" && id !== "upgrade") open(id as DialogName, name);
    },
  };
}
