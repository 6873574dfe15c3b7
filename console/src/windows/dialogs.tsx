/** Dialogs over maintenance windows: create, change, turn on and off, exclude days, delete. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { WindowView } from "../../../src/api/types.ts";
import { usePreferences } from "../app/look.ts";
import { useTell } from "../app/notices.tsx";
import { useAsker } from "../ask/context.ts";
import { windowQuery } from "../ask/queries.ts";
import { Reading } from "../dialogs/reading.tsx";
import type { DialogProps } from "../dialogs/use-dialog.ts";
import { WishDialog } from "../wish/dialog.tsx";
import { WindowFields } from "./fields.tsx";
import { checkWindow, formOfWindow, freshWindow, type WindowForm } from "./form.ts";
import { changeWindowWish, createWindowWish, deleteWindowWish } from "./wishes.ts";

export function CreateWindowDialog({ onClose }: DialogProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "windows" });
  const tell = useTell();
  const [form, setForm] = useState(() => freshWindow(Intl.DateTimeFormat().resolvedOptions().timeZone));
  const [isTried, setTried] = useState(false);
  const checked = checkWindow(form, usePreferences().current.language);
  return (
    <WishDialog
      title={t("create")}
      wish={checked.ok ? createWindowWish(checked.name, checked.spec) : null}
      onIncomplete={() => setTried(true)}
      submitText={t("create")}
      onClose={onClose}
      fields={
        <WindowFields
          form={form}
          onChange={(change) => setForm({ ...form, ...change })}
          problems={checked.ok || !isTried ? {} : checked.problems}
          isNew
        />
      }
      onDone={() => {
        const name = form.name.trim();
        tell({
          kind: "success",
          title: t("created", { window: name }),
          link: { text: t("see"), href: `/maintenance/${name}` },
        });
        onClose();
      }}
    />
  );
}

export function EditWindowDialog(props: DialogProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "windows" });
  const query = useQuery(windowQuery(useAsker(), props.name));
  return (
    <Reading title={t("modifyTitle", { window: props.name })} query={query} onClose={props.onClose}>
      {(window) => <EditForm {...props} window={window} />}
    </Reading>
  );
}

function EditForm({ window, name, onClose }: DialogProps & { readonly window: WindowView }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "windows" });
  const tell = useTell();
  // What was read first is what is changed, whatever comes in meanwhile.
  const [before] = useState(window.spec);
  const [form, setForm] = useState<WindowForm>(() => formOfWindow(name, window.spec));
  const checked = checkWindow(form, usePreferences().current.language);
  return (
    <WishDialog
      title={t("modifyTitle", { window: name })}
      wish={checked.ok ? changeWindowWish(name, before, checked.spec) : null}
      submitText={t("save")}
      onClose={onClose}
      fields={
        <WindowFields
          form={form}
          onChange={(change) => setForm({ ...form, ...change })}
          problems={checked.ok ? {} : checked.problems}
          isNew={false}
        />
      }
      onDone={() => {
        tell({ kind: "success", title: t("changed", { window: name }) });
        onClose();
      }}
    />
  );
}

/** `to` says whether it is to be on. */
export function ToggleWindowDialog({ name, to, onClose }: DialogProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "windows" });
  const tell = useTell();
  const query = useQuery(windowQuery(useAsker(), name));
  const isOn = to === "on";
  const title = t(isOn ? "onTitle" : "offTitle", { window: name });
  return (
    <Reading title={title} query={query} onClose={onClose}>
      {({ spec }) => (
        <WishDialog
          title={title}
          wish={changeWindowWish(name, spec, { ...spec, enabled: isOn })}
          submitText={t(isOn ? "on" : "off")}
          onClose={onClose}
          fields={null}
          onDone={() => {
            tell({ kind: "success", title: t("changed", { window: name }) });
            onClose();
          }}
        />
      )}
    </Reading>
  );
}

export function DeleteWindowDialog({ name, onClose }: DialogProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "windows" });
  const tell = useTell();
  return (
    <WishDialog
      title={t("deleteTitle", { window: name })}
      wish={deleteWindowWish(name)}
      submitText={t("delete")}
      onClose={onClose}
      fields={null}
      onDone={() => {
        tell({ kind: "success", title: t("deleted", { window: name }) });
        onClose();
      }}
    />
  );
}
