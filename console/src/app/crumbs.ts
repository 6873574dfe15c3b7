/** Where one is, from the address alone. */
import { useLocation } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type PlaceName, placeOf, places } from "./places.ts";

export interface Crumb {
  readonly text: string;
  readonly href: string;
}

export function useCrumbs(): Crumb[] {
  const { t } = useTranslation("translation", { keyPrefix: "shell" });
  const { pathname, search } = useLocation();
  const placeCrumb = (name: PlaceName): Crumb => ({
    text: t(`nav.${name}`),
    href: places.find((place) => place.name === name)?.href ?? "/",
  });
  if (pathname === "/new/pool") {
    const isClone = "from" in search && search.from !== undefined;
    return [placeCrumb("pools"), { text: t(isClone ? "page.clone" : "page.create"), href: pathname }];
  }
  const place = placeOf(pathname);
  if (place === undefined) return [];
  const parts = pathname.slice(place.href.length).split("/").filter(Boolean);
  return [
    placeCrumb(place.name),
    ...parts.map((part, index) => ({
      text: part === "settings" && index === 1 ? t("page.modify") : decodeURIComponent(part),
      href: [place.href, ...parts.slice(0, index + 1)].join("/"),
    })),
  ];
}
