/** Shows the dialog that the address names, over whatever page it stands on. */
import type { FunctionComponent, ReactNode } from "react";
import { RepairDialog } from "../nodes/repair-dialog.tsx";
import { RemoveDialog } from "../nodes/remove-dialog.tsx";
import { verbDialogs } from "../operations/verb-dialogs.tsx";
import { DeletePoolDialog } from "../pools/delete-dialog.tsx";
import { RollbackDialog } from "../pools/rollback-dialog.tsx";
import { ScaleDialog } from "../pools/scale-dialog.tsx";
import { SetCountDialog } from "../pools/set-count-dialog.tsx";
import { PauseDialog, ResumeDialog, SyncDialog } from "../pools/simple-dialogs.tsx";
import { UpgradeDialog } from "../pools/upgrade-dialog.tsx";
import { CreateProviderDialog, DeleteProviderDialog } from "../providers/dialogs.tsx";
import {
  CreateWindowDialog,
  DeleteWindowDialog,
  EditWindowDialog,
  ToggleWindowDialog,
} from "../windows/dialogs.tsx";
import { ExcludeDialog } from "../windows/exclude-dialog.tsx";
import { type DialogName, type DialogProps, useDialog } from "./use-dialog.ts";

const dialogs: Readonly<Record<DialogName, FunctionComponent<DialogProps>>> = {
  scale: ScaleDialog,
  "set-count": SetCountDialog,
  "delete-pool": DeletePoolDialog,
  pause: PauseDialog,
  resume: ResumeDialog,
  sync: SyncDialog,
  remove: RemoveDialog,
  rollback: RollbackDialog,
  upgrade: UpgradeDialog,
  repair: RepairDialog,
  "create-window": CreateWindowDialog,
  "edit-window": EditWindowDialog,
  "toggle-window": ToggleWindowDialog,
  "delete-window": DeleteWindowDialog,
  exclude: ExcludeDialog,
  "create-provider": CreateProviderDialog,
  "delete-provider": DeleteProviderDialog,
  ...verbDialogs,
};

export function DialogHost(): ReactNode {
  const { place, close } = useDialog();
  const { do: wanted, of, nodes = "", to } = place;
  if (wanted === undefined || of === undefined || !Object.hasOwn(dialogs, wanted)) return null;
  const Dialog = dialogs[wanted as DialogName];
  const names = nodes.split(",").filter((name) => name !== "");
  return <Dialog key={`${wanted} ${of}`} name={of} nodes={names} to={to} onClose={close} />;
}
