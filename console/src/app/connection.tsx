/** Says when what is on the page is old, because nobody answers. What was known stays where it is. */
import Flashbar from "@cloudscape-design/components/flashbar";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLive } from "../live/live.tsx";
import { useMoment } from "../parts/time.tsx";

/** A stream that breaks is usually back before one has read that it was gone. */
const patienceMs = 1500;

export function ConnectionNotice(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "shell.live" });
  const { word, asOf } = useLive();
  const moment = useMoment();
  const [isLong, setLong] = useState(false);
  const isLost = word === "Lost";
  useEffect(() => {
    if (!isLost) {
      setLong(false);
      return;
    }
    const timer = setTimeout(() => setLong(true), patienceMs);
    return () => clearTimeout(timer);
  }, [isLost]);
  if (!isLost || !isLong) return null;
  const content = asOf === null ? t("lostNever") : t("lostWhy", { time: moment.clock(asOf) });
  return <Flashbar items={[{ id: "lost", type: "warning", header: t("lostTitle"), content }]} />;
}
