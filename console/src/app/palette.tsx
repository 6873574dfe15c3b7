/** Everything that has a name, one key away: pages, actions, pools, nodes, operations. */
import Box from "@cloudscape-design/components/box";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import { useRouter } from "@tanstack/react-router";
import { type KeyboardEvent, type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Found, useFound } from "./use-found.ts";
import { colours } from "../parts/colours.ts";
import { useFirstFocus } from "../parts/use-first-focus.ts";

export function Palette({ onClose }: { readonly onClose: () => void }): ReactNode {
  const first = useFirstFocus<InputProps.Ref>();
  const { t } = useTranslation("translation", { keyPrefix: "shell.palette" });
  const router = useRouter();
  const list = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const found = useFound(text);
  const chosen = Math.min(at, found.length - 1);
  const go = (item: Found | undefined): void => {
    if (item === undefined) return;
    onClose();
    router.history.push(item.href);
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((chosen + step + found.length) % Math.max(1, found.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      go(found[chosen]);
    }
  };
  return (
    <Modal visible onDismiss={onClose} header={t("title")} footer={<Box variant="small">{t("hint")}</Box>}>
      {/* Keys go up from the field; the frame itself is nothing to be operated. */}
      <div onKeyDown={onKey} role="presentation">
        <Input
          value={text}
          type="search"
          placeholder={t("placeholder")}
          ariaLabel={t("placeholder")}
          ref={first}
          onChange={({ detail }) => {
            setText(detail.value);
            setAt(0);
          }}
          nativeInputAttributes={{
            role: "combobox",
            "aria-expanded": true,
            "aria-controls": list,
            "aria-activedescendant": found.length === 0 ? undefined : `${list}-${chosen}`,
          }}
        />
      </div>
      <Options id={list} label={t("title")} found={found} chosen={chosen} onPoint={setAt} onGo={go} />
      {found.length === 0 && <Box color="text-body-secondary">{t("none")}</Box>}
    </Modal>
  );
}

interface OptionsProps {
  readonly id: string;
  readonly label: string;
  readonly found: readonly Found[];
  readonly chosen: number;
  readonly onPoint: (index: number) => void;
  readonly onGo: (item: Found) => void;
}

/** Keys are heard by the field above, which keeps the focus. */
function Options({ id, label, found, chosen, onPoint, onGo }: OptionsProps): ReactNode {
  return (
    <ul id={id} role="listbox" aria-label={label} className="palette">
      {found.map((item, index) => (
        <li
          key={`${item.kind} ${item.href}`}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === chosen}
          style={{ background: index === chosen ? colours.hover : undefined }}
          onMouseMove={() => onPoint(index)}
          onClick={() => onGo(item)}
        >
          <span style={{ color: colours.link }}>{item.text}</span>
          <span style={{ color: colours.quietText }}>{item.kind}</span>
        </li>
      ))}
    </ul>
  );
}
