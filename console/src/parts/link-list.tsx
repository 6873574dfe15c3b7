/** Links below each other, each large enough to be hit. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { AppLink } from "./app-link.tsx";

export interface LinkListProps {
  readonly links: readonly { readonly text: string; readonly href: string }[];
}

export function LinkList({ links }: LinkListProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "everywhere" });
  if (links.length === 0) return t("none");
  return (
    <ul className="plain-list">
      {links.map(({ text, href }) => (
        <li key={href} className="roomy">
          <AppLink href={href}>{text}</AppLink>
        </li>
      ))}
    </ul>
  );
}

export function poolLinks(pools: readonly string[]): LinkListProps["links"] {
  return pools.map((pool) => ({ text: pool, href: `/pools/${pool}` }));
}
