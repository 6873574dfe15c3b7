/** Start Upgrade, to what the tab has planned. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useTell } from "../app/notices.tsx";
import type { DialogProps } from "../dialogs/use-dialog.ts";
import { WishDialog } from "../wish/dialog.tsx";
import { useUpgradeTarget } from "./use-upgrade-target.ts";
import { upgradeWish } from "./wishes.ts";

export function UpgradeDialog({ name, onClose }: DialogProps): ReactNode {
  const { t } = useTranslation("translation");
  const tell = useTell();
  const { family, image, kubernetes, when } = useUpgradeTarget();
  return (
    <WishDialog
      title={t("pool.upgrade.dialog", { pool: name })}
      wish={upgradeWish(name, { family, image, kubernetes, when })}
      submitText={t("pool.upgrade.start")}
      fields={null}
      onClose={onClose}
      onDone={(outcome) => {
        const operation = outcome.objects.find(({ kind }) => kind === "NodeOperation");
        tell({
          kind: "success",
          title: t("pool.upgrade.begun", { pool: name }),
          link:
            operation === undefined
              ? undefined
              : { text: t("pools.seeOperation"), href: `/operations/${operation.name}` },
        });
        onClose();
      }}
    />
  );
}
