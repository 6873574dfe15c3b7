/** What the palette finds: places and actions at once, named things as the API finds them. */
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import { useTranslation } from "react-i18next";
import { useAsker } from "../ask/context.ts";
import { machinesQuery, operationsQuery, poolsQuery } from "../ask/queries.ts";
import { places } from "./places.ts";

export interface Found {
  readonly text: string;
  readonly kind: string;
  readonly href: string;
}

/** Of each kind. */
const shown = 6;

export function useFound(text: string): readonly Found[] {
  const { t } = useTranslation("translation");
  const asker = useAsker();
  const wanted = useDeferredValue(text.trim());
  const enabled = wanted !== "";
  const query = { q: wanted, limit: shown };
  const pools = useQuery({ ...poolsQuery(asker, query), enabled });
  const nodes = useQuery({ ...machinesQuery(asker, query), enabled });
  const operations = useQuery({ ...operationsQuery(asker, query), enabled });
  const pages = places.map(
    ({ name, href }): Found => ({
      text: t(`shell.nav.${name}`),
      kind: t("shell.palette.pages"),
      href,
    }),
  );
  const poolItems = enabled ? (pools.data?.items ?? []) : [];
  const action = t("shell.palette.action");
  const actions: readonly Found[] = [
    { text: t("pools.create"), kind: action, href: "/new/pool" },
    { text: t("windows.create"), kind: action, href: "/maintenance?do=create-window&of=new" },
    ...poolItems.flatMap(({ name }): Found[] => [
      {
        text: `${t("pools.actions.scaleOut")} ${name}`,
        kind: action,
        href: `/pools/${name}?do=scale&of=${name}`,
      },
      { text: `${t("pools.actions.upgrade")} ${name}`, kind: action, href: `/pools/${name}?tab=upgrade` },
      { text: `${t("pools.actions.clone")} ${name}`, kind: action, href: `/new/pool?from=${name}` },
    ]),
  ];
  const named: readonly Found[] = [
    ...poolItems.map(({ name }) => ({ text: name, kind: t("shell.palette.pool"), href: `/pools/${name}` })),
    ...(enabled ? (nodes.data?.items ?? []) : []).map(({ name, node }) => ({
      text: node ?? name,
      kind: t("shell.palette.node"),
      href: `/nodes/${name}`,
    })),
    ...(enabled ? (operations.data?.items ?? []) : []).map(({ name }) => ({
      text: name,
      kind: t("shell.palette.operation"),
      href: `/operations/${name}`,
    })),
  ];
  const isMatch = (found: Found): boolean => found.text.toLowerCase().includes(wanted.toLowerCase());
  return [...named, ...[...pages, ...actions].filter(isMatch)];
}
