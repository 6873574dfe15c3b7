/** Keys that work on every page, and the list of them. Keys of one page stand with that page. */
import Box from "@cloudscape-design/components/box";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Modal from "@cloudscape-design/components/modal";
import { useRouter } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { places } from "./places.ts";

export interface KeyHandlers {
  readonly onFind: () => void;
  readonly onHelp: () => void;
}

/** The second key of "g p" has to come soon. */
const pairMs = 1200;

export function useKeys(handlers: KeyHandlers): void {
  const router = useRouter();
  const current = useRef(handlers);
  current.current = handlers;
  useEffect(() => {
    const plain: Readonly<Record<string, (event: KeyboardEvent) => void>> = {
      "?": () => current.current.onHelp(),
      "/": focusFilter,
      c: () => router.history.push("/new/pool"),
    };
    let goSince = Number.NEGATIVE_INFINITY;
    const onKey = (event: KeyboardEvent): void => {
      const isChord = event.metaKey || event.ctrlKey;
      if (isChord && event.key.toLowerCase() === "k") {
        event.preventDefault();
        current.current.onFind();
      }
      if (isChord || event.altKey || isTyping(event.target)) return;
      const place = places.find(({ key }) => key === event.key);
      const isPair = event.timeStamp - goSince < pairMs;
      goSince = event.key === "g" && !isPair ? event.timeStamp : Number.NEGATIVE_INFINITY;
      if (isPair && place !== undefined) router.history.push(place.href);
      else plain[event.key]?.(event);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [router]);
}

/** Letters belong to whoever is writing, or choosing in an open dialog. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="menu"]') !== null
  );
}

function focusFilter(event: KeyboardEvent): void {
  const filter = document.querySelector<HTMLInputElement>("[data-filter] input");
  if (filter === null) return;
  event.preventDefault();
  filter.focus();
}

export function KeyList({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "shell" });
  const keys: readonly (readonly [keys: string, meaning: string])[] = [
    [navigator.platform.startsWith("Mac") ? "⌘ K" : "Ctrl K", t("keys.find")],
    ["/", t("keys.filter")],
    ["c", t("keys.create")],
    ["?", t("keys.help")],
    ...places.map(({ name, key }) => [`g ${key}`, t("keys.goTo", { page: t(`nav.${name}`) })] as const),
  ];
  return (
    <Modal visible onDismiss={onClose} header={t("keys.title")} size="medium">
      <KeyValuePairs
        columns={2}
        items={keys.map(([pressed, meaning]) => ({
          label: meaning,
          value: <Box variant="code">{pressed}</Box>,
        }))}
      />
    </Modal>
  );
}
