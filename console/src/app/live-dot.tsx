/** The dot that says whether the page is current. */
import type { TopNavigationProps } from "@cloudscape-design/components/top-navigation";
import { useTranslation } from "react-i18next";
import { useLive } from "../live/live.tsx";
import type { LiveWord } from "../live/state.ts";
import { useMoment } from "../parts/time.tsx";

/** The bar is dark in both modes. */
const colours: Readonly<Record<LiveWord, string>> = {
  Connecting: "#f2cd54",
  Live: "#2bb534",
  Stale: "#f2cd54",
  Lost: "#ff7a7a",
};

export function useLiveUtility(): TopNavigationProps.Utility {
  const { t } = useTranslation("translation", { keyPrefix: "shell.live" });
  const { word, asOf } = useLive();
  const moment = useMoment();
  const why = { Connecting: t("lostNever"), Live: t("liveWhy"), Stale: t("staleWhy"), Lost: t("lostNever") };
  return {
    type: "menu-dropdown",
    text: t(word),
    ariaLabel: t(word),
    iconSvg: (
      <svg viewBox="0 0 16 16" focusable="false" aria-hidden="true">
        <circle cx="8" cy="8" r="4" style={{ fill: colours[word], stroke: "none" }} />
      </svg>
    ),
    title: t(word),
    description: why[word],
    items: [
      {
        id: "as-of",
        text: asOf === null ? t("asOfNever") : t("asOf", { time: moment.full(asOf) }),
        disabled: true,
      },
    ],
  };
}
