/** Dialogs over a pool that ask nothing but whether to go on: pause, resume, sync. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useTell } from "../app/notices.tsx";
import type { DialogProps } from "../dialogs/use-dialog.ts";
import { WishDialog } from "../wish/dialog.tsx";
import { plainPoolWish } from "./wishes.ts";

export const PauseDialog = (props: DialogProps): ReactNode => <SimpleDialog verb="pause" {...props} />;
export const ResumeDialog = (props: DialogProps): ReactNode => <SimpleDialog verb="resume" {...props} />;
export const SyncDialog = (props: DialogProps): ReactNode => <SimpleDialog verb="sync" {...props} />;

interface SimpleProps extends DialogProps {
  readonly verb: "pause" | "resume" | "sync";
}

function SimpleDialog({ verb, name, onClose }: SimpleProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "pools" });
  const tell = useTell();
  return (
    <WishDialog
      title={t(`simple.${verb}Title`, { pool: name })}
      wish={plainPoolWish(name, verb)}
      submitText={t(`actions.${verb}`)}
      fields={null}
      onClose={onClose}
      onDone={(outcome) => {
        const operation = outcome.objects.find(({ kind }) => kind === "NodeOperation");
        const text = outcome.effects.map(({ sentence }) => sentence).join(" ") || outcome.sentence;
        tell({
          kind: "success",
          title: t(`simple.${verb}Done`, { pool: name }),
          text,
          link:
            operation === undefined
              ? { text: t("see"), href: `/pools/${name}` }
              : { text: t("seeOperation"), href: `/operations/${operation.name}` },
        });
        onClose();
      }}
    />
  );
}
