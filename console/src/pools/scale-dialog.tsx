/** Scale Out: "Nodes to Add", as the user's page has it, with the way to the settings. */
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { usePreferences } from "../app/look.ts";
import { useTell } from "../app/notices.tsx";
import type { DialogProps } from "../dialogs/use-dialog.ts";
import { AppLink } from "../parts/app-link.tsx";
import { refusalText } from "../parts/problem.tsx";
import { WishDialog } from "../wish/dialog.tsx";
import type { WishState } from "../wish/use-wish.ts";
import { readCount } from "./count.ts";
import { scaleWish } from "./wishes.ts";
import { useFirstFocus } from "../parts/use-first-focus.ts";

const suggestions = [1, 2, 5, 10];

export function ScaleDialog({ name, onClose }: DialogProps): ReactNode {
  const first = useFirstFocus<InputProps.Ref>();
  const { t } = useTranslation("translation", { keyPrefix: "pools" });
  const { t: tw } = useTranslation("translation", { keyPrefix: "wish" });
  const tell = useTell();
  const [text, setText] = useState("1");
  const add = readCount(text, usePreferences().current.language);
  const fields = (state: WishState): ReactNode => (
    <SpaceBetween size="m">
      <FormField
        label={t("scale.add")}
        description={t("scale.addHow")}
        errorText={add.problem ?? refusalText(state.refusal)}
      >
        <SpaceBetween direction="horizontal" size="xs">
          <Input
            value={text}
            onChange={({ detail }) => setText(detail.value)}
            inputMode="numeric"
            ref={first}
            nativeInputAttributes={{ style: { inlineSize: "6em" } }}
          />
          {suggestions.map((count) => (
            <Button key={count} formAction="none" onClick={() => setText(String(count))}>
              {t("scale.quick", { count })}
            </Button>
          ))}
        </SpaceBetween>
      </FormField>
      <AppLink href={`/pools/${name}/settings`}>{t("scale.modify")}</AppLink>
    </SpaceBetween>
  );
  return (
    <WishDialog
      title={t("scale.title", { pool: name })}
      wish={add.ok ? scaleWish(name, { add: add.value }) : null}
      submitText={tw("submit")}
      fields={fields}
      isRefusalShown
      onClose={onClose}
      onDone={(outcome) => {
        tell({
          kind: "success",
          title: t("scale.done", { pool: name }),
          text: outcome.effects.map(({ sentence }) => sentence).join(" ") || outcome.sentence,
          link: { text: t("see"), href: `/pools/${name}` },
        });
        onClose();
      }}
    />
  );
}
