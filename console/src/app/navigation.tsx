/** The list of pages on the left. */
import SideNavigation, { type SideNavigationProps } from "@cloudscape-design/components/side-navigation";
import { useQuery } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useAsker } from "../ask/context.ts";
import { sessionQuery } from "../ask/queries.ts";
import { useFollow } from "./follow.ts";
import { type PlaceName, placeOf, places } from "./places.ts";

export function Navigation(): ReactNode {
  const { t } = useTranslation();
  const asker = useAsker();
  const { data } = useQuery(sessionQuery(asker));
  const follow = useFollow();
  const { pathname } = useLocation();
  const link = (name: PlaceName): SideNavigationProps.Link => ({
    type: "link",
    text: t(`nav.${name}`, { keyPrefix: "shell" }),
    href: places.find((place) => place.name === name)?.href ?? "/",
  });
  const items: SideNavigationProps.Item[] = [
    link("overview"),
    link("clusters"),
    { type: "divider" },
    link("pools"),
    link("nodes"),
    link("operations"),
    link("repairs"),
    link("calendar"),
    link("providers"),
    { type: "divider" },
    link("events"),
    link("audit"),
    link("settings"),
  ];
  return (
    <SideNavigation
      header={{ text: data?.cluster.name ?? "", href: "/clusters" }}
      activeHref={placeOf(pathname)?.href ?? pathname}
      items={items}
      onFollow={follow}
    />
  );
}
