/** Back to an earlier template. */
import Box from "@cloudscape-design/components/box";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useTell } from "../app/notices.tsx";
import type { DialogProps } from "../dialogs/use-dialog.ts";
import { WishDialog } from "../wish/dialog.tsx";
import { rollbackWish } from "./wishes.ts";

export function RollbackDialog({ name, to, onClose }: DialogProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "pool.rollback" });
  const tell = useTell();
  const number = Number(to);
  return (
    <WishDialog
      title={t("title", { pool: name, number })}
      wish={rollbackWish(name, number)}
      submitText={t("submit")}
      onClose={onClose}
      fields={<Box>{t("how")}</Box>}
      onDone={() => {
        tell({ kind: "success", title: t("done", { pool: name, number }) });
        onClose();
      }}
    />
  );
}
