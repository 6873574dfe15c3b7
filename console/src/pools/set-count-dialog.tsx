/** The whole number of nodes, more or fewer. */
import FormField from "@cloudscape-design/components/form-field";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { usePreferences } from "../app/look.ts";
import { useTell } from "../app/notices.tsx";
import { useAsker } from "../ask/context.ts";
import { poolQuery } from "../ask/queries.ts";
import { Reading } from "../dialogs/reading.tsx";
import type { DialogProps } from "../dialogs/use-dialog.ts";
import { refusalText } from "../parts/problem.tsx";
import { WishDialog } from "../wish/dialog.tsx";
import { readCount } from "./count.ts";
import { scaleWish } from "./wishes.ts";
import { useFirstFocus } from "../parts/use-first-focus.ts";

export function SetCountDialog(props: DialogProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "pools" });
  const query = useQuery(poolQuery(useAsker(), props.name));
  return (
    <Reading title={t("count.title", { pool: props.name })} query={query} onClose={props.onClose}>
      {({ nodes }) => <CountForm {...props} from={nodes.desired} />}
    </Reading>
  );
}

/** What was read first stays in the field, whatever comes in meanwhile. */
function CountForm({ name, from, onClose }: DialogProps & { readonly from: number }): ReactNode {
  const first = useFirstFocus<InputProps.Ref>();
  const { t } = useTranslation("translation", { keyPrefix: "pools" });
  const { t: tw } = useTranslation("translation", { keyPrefix: "wish" });
  const tell = useTell();
  const [initial] = useState(String(from));
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? initial;
  const count = readCount(text, usePreferences().current.language);
  return (
    <WishDialog
      title={t("count.title", { pool: name })}
      wish={count.ok ? scaleWish(name, { replicas: count.value }) : null}
      submitText={tw("submit")}
      isRefusalShown
      fields={({ refusal }) => (
        <FormField
          label={t("count.replicas")}
          description={t("count.replicasHow")}
          errorText={typed === null ? undefined : (count.problem ?? refusalText(refusal))}
        >
          <Input
            value={text}
            onChange={({ detail }) => setTyped(detail.value)}
            inputMode="numeric"
            ref={first}
          />
        </FormField>
      )}
      onClose={onClose}
      onDone={(outcome) => {
        const text = outcome.effects.map(({ sentence }) => sentence).join(" ") || outcome.sentence;
        tell({
          kind: "success",
          title: t("count.done", { pool: name }),
          text,
          link: { text: t("see"), href: `/pools/${name}` },
        });
        onClose();
      }}
    />
  );
}
