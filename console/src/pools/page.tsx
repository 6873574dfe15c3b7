/** One pool: how it is and why in its head, everything else on its tabs. */
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { PoolDetail } from "../../../src/api/types.ts";
import { useAsker } from "../ask/context.ts";
import { poolQuery } from "../ask/queries.ts";
import { PageProblem } from "../parts/page-problem.tsx";
import { useSearchField } from "../parts/use-search-field.ts";
import { Waiting } from "../parts/waiting.tsx";
import { Waits } from "../parts/waits.tsx";
import { ActivityTab } from "./activity-tab.tsx";
import { Facts } from "./facts.tsx";
import { NodesTab } from "./nodes-tab.tsx";
import { OverviewTab } from "./overview-tab.tsx";
import { PoolHeader } from "./pool-header.tsx";
import { UpgradeTab } from "./upgrade-tab.tsx";
import { YamlTab } from "./yaml-tab.tsx";

export const route = createLazyRoute("/pools/$pool")({ component: PoolPage });

function PoolPage(): ReactNode {
  const { pool: name } = useParams({ from: "/pools/$pool" });
  const pool = useQuery(poolQuery(useAsker(), name));
  if (pool.data === undefined) {
    if (pool.isError) return <PageProblem title={name} error={pool.error} onRetry={() => pool.refetch()} />;
    return <Waiting />;
  }
  return (
    <SpaceBetween size="l">
      <PoolHeader pool={pool.data} />
      {pool.data.waits.length > 0 && <Waits waits={pool.data.waits} omitted={pool.data.waitsOmitted} />}
      <Facts pool={pool.data} />
      <Configurations pool={pool.data} />
    </SpaceBetween>
  );
}

function Configurations({ pool }: { readonly pool: PoolDetail }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "pool" });
  const [tab, setTab] = useSearchField("tab");
  return (
    <SpaceBetween size="s">
      <Header variant="h2">{t("configurations")}</Header>
      <Tabs
        activeTabId={tab ?? "overview"}
        onChange={({ detail }) => setTab(detail.activeTabId)}
        ariaLabel={t("configurations")}
        tabs={[
          { id: "overview", label: t("tabs.overview"), content: <OverviewTab pool={pool} /> },
          { id: "nodes", label: t("tabs.nodes"), content: <NodesTab pool={pool} /> },
          { id: "upgrade", label: t("tabs.upgrade"), content: <UpgradeTab pool={pool} /> },
          { id: "activity", label: t("tabs.activity"), content: <ActivityTab pool={pool.name} /> },
          { id: "yaml", label: t("tabs.yaml"), content: <YamlTab pool={pool} /> },
        ]}
      />
    </SpaceBetween>
  );
}
