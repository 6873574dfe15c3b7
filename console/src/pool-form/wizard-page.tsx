/** Create Managed Node Pool, and Clone: the same steps, beginning with nothing or with the configuration of a pool. */
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { poolSpec } from "../../../src/schema/pool.ts";
import { useAsker } from "../ask/context.ts";
import { poolQuery, providersQuery } from "../ask/queries.ts";
import { PageProblem } from "../parts/page-problem.tsx";
import { Waiting } from "../parts/waiting.tsx";
import { formOf } from "./model.ts";
import { PoolWizard } from "./wizard.tsx";

export const route = createLazyRoute("/new/pool")({ component: WizardPage });

function WizardPage(): ReactNode {
  const { from } = useSearch({ from: "/new/pool" });
  return from === undefined ? <Create /> : <Clone from={from} key={from} />;
}

function Create(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "shell" });
  const providers = useQuery(providersQuery(useAsker()));
  if (providers.data === undefined) {
    return providers.isError ? (
      <PageProblem title={t("page.create")} error={providers.error} onRetry={() => providers.refetch()} />
    ) : (
      <Waiting />
    );
  }
  const [first] = providers.data.items;
  const provider = first?.name ?? "";
  // What the schema fills in for a pool of which nothing else is said.
  const spec = poolSpec.parse({ providerRef: { name: provider === "" ? "none" : provider } });
  return <PoolWizard source={null} initial={{ ...formOf("", spec), provider }} />;
}

function Clone({ from }: { readonly from: string }): ReactNode {
  const pool = useQuery({ ...poolQuery(useAsker(), from), staleTime: Infinity, refetchInterval: false });
  if (pool.data === undefined) {
    return pool.isError ? (
      <PageProblem title={from} error={pool.error} onRetry={() => pool.refetch()} />
    ) : (
      <Waiting />
    );
  }
  return <PoolWizard source={pool.data} initial={formOf("", pool.data.spec)} />;
}
