/** The frame of every dialog that changes something: its fields, what will happen, the name where it must be typed, and the button. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Outcome } from "../../../src/api/answers.ts";
import { ProblemAlert, refusalText } from "../parts/problem.tsx";
import { Waiting } from "../parts/waiting.tsx";
import { CopyAs } from "./copy-as.tsx";
import { Effects } from "./effects.tsx";
import { useWish, type WishState } from "./use-wish.ts";
import type { Wish } from "./wish.ts";

export interface WishDialogProps {
  readonly title: string;
  /** Null while the fields do not make one. */
  readonly wish: Wish | null;
  /** Called when somebody submits although there is no wish yet: the fields then say what is missing. */
  readonly onIncomplete?: () => void;
  readonly submitText: string;
  readonly onClose: () => void;
  readonly onDone: (outcome: Outcome) => void;
  /** Shows a refusal itself, beside the field that it is about. */
  readonly fields: ReactNode | ((state: WishState) => ReactNode);
  readonly isRefusalShown?: boolean;
  readonly size?: "medium" | "large";
}

export function WishDialog(props: WishDialogProps): ReactNode {
  const { title, wish, submitText, onClose, fields, isRefusalShown = false, size = "medium" } = props;
  const { t } = useTranslation();
  const [confirm, setConfirm] = useState("");
  const state = useWish(wish, props.onDone);
  const submit = (): void => {
    if (wish === null) props.onIncomplete?.();
    else state.send(confirm);
  };
  return (
    <Modal
      visible
      size={size}
      header={title}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <CopyAs wish={wish} outcome={state.preview} />
            <Button variant="link" onClick={onClose}>
              {t("everywhere.cancel")}
            </Button>
            <Button variant="primary" onClick={submit} loading={state.isSending}>
              {submitText}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <SpaceBetween size="l">
          {typeof fields === "function" ? fields(state) : fields}
          <Foreseen state={state} isWished={wish !== null} isRefusalShown={isRefusalShown} />
          <TypedName state={state} value={confirm} onChange={setConfirm} />
          <Failure state={state} />
        </SpaceBetween>
        <button type="submit" hidden />
      </form>
    </Modal>
  );
}

export interface ForeseenProps {
  readonly state: WishState;
  readonly isWished: boolean;
  readonly isRefusalShown: boolean;
  readonly level?: "h2" | "h3";
}

export function Foreseen({ state, isWished, isRefusalShown, level }: ForeseenProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "wish" });
  const { preview, refusal, isOutdated, isOld } = state;
  if (refusal !== null) {
    return isRefusalShown && refusalText(refusal) !== undefined ? null : <ProblemAlert error={refusal} />;
  }
  return (
    <>
      {isOutdated && <Alert type="warning">{t("outdated")}</Alert>}
      {preview !== null && <Effects outcome={preview} isOld={isOld} level={level} />}
      {preview === null && isWished && <Waiting />}
    </>
  );
}

/** What became of sending it, where that is no success. */
export function Failure({ state: { failure } }: { readonly state: Pick<WishState, "failure"> }): ReactNode {
  return failure === null ? null : <ProblemAlert error={failure} isUnsure />;
}

interface TypedNameProps {
  readonly state: Pick<WishState, "preview" | "isNameMissing">;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Only where something is lost for good. */
export function TypedName({ state, value, onChange }: TypedNameProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "wish" });
  const friction = state.preview?.friction;
  if (friction?.kind !== "TypeName") return null;
  const { name } = friction;
  return (
    <FormField
      label={t("typeName", { name })}
      errorText={state.isNameMissing && value !== name ? t("nameMissing", { name }) : undefined}
    >
      <Input
        value={value}
        onChange={({ detail }) => onChange(detail.value)}
        placeholder={name}
        autoComplete={false}
        spellcheck={false}
      />
    </FormField>
  );
}
