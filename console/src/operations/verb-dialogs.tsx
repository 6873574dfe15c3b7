/** The dialogs behind the buttons of an operation. */
import type { FunctionComponent, ReactNode } from "react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useTell } from "../app/notices.tsx";
import { useAsker } from "../ask/context.ts";
import { operationQuery } from "../ask/queries.ts";
import { Reading } from "../dialogs/reading.tsx";
import type { DialogProps } from "../dialogs/use-dialog.ts";
import { WishDialog } from "../wish/dialog.tsx";
import { type Verb, verbWish } from "./verbs.ts";

interface VerbDialogProps extends DialogProps {
  readonly verb: Verb;
}

function VerbDialog({ verb, name, nodes, onClose }: VerbDialogProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "operations" });
  const tell = useTell();
  const query = useQuery(operationQuery(useAsker(), name));
  const title = t("verbTitle", { verb: t(`verbs.${verb}`), operation: name });
  return (
    <Reading title={title} query={query} onClose={onClose}>
      {(operation) => (
        <WishDialog
          title={title}
          wish={verbWish(operation, verb, nodes)}
          submitText={t(`verbs.${verb}`)}
          fields={null}
          onClose={onClose}
          onDone={(outcome) => {
            tell({
              kind: "success",
              title: outcome.effects[0]?.sentence ?? outcome.sentence,
              link: { text: t("see"), href: `/operations/${name}` },
            });
            onClose();
          }}
        />
      )}
    </Reading>
  );
}

const of = (verb: Verb): FunctionComponent<DialogProps> =>
  function OperationVerbDialog(props) {
    return <VerbDialog verb={verb} {...props} />;
  };

export const verbDialogs: Readonly<Record<`operation-${Verb}`, FunctionComponent<DialogProps>>> = {
  "operation-approve": of("approve"),
  "operation-deny": of("deny"),
  "operation-pause": of("pause"),
  "operation-resume": of("resume"),
  "operation-retry": of("retry"),
  "operation-skip": of("skip"),
  "operation-cancel": of("cancel"),
};
