/** One provider: is it well, what does it offer, what is left of it, and which instances belong to nobody. */
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ProviderView } from "../../../src/api/types.ts";
import { useAsker } from "../ask/context.ts";
import { providerQuery } from "../ask/queries.ts";
import { useOff } from "../ask/use-access.ts";
import { useDialog } from "../dialogs/use-dialog.ts";
import { Conditions } from "../parts/conditions.tsx";
import { LinkList, poolLinks } from "../parts/link-list.tsx";
import { PageProblem } from "../parts/page-problem.tsx";
import { StateWord } from "../parts/state.tsx";
import { Age } from "../parts/time.tsx";
import { Waiting } from "../parts/waiting.tsx";
import { Catalogue } from "./catalogue.tsx";
import { Orphans } from "./orphans.tsx";

export const route = createLazyRoute("/providers/$provider")({ component: ProviderPage });

function ProviderPage(): ReactNode {
  const { provider: name } = useParams({ from: "/providers/$provider" });
  const provider = useQuery(providerQuery(useAsker(), name));
  if (provider.data === undefined) {
    return provider.isError ? (
      <PageProblem title={name} error={provider.error} onRetry={() => provider.refetch()} />
    ) : (
      <Waiting />
    );
  }
  return (
    <SpaceBetween size="l">
      <Head provider={provider.data} />
      <Facts provider={provider.data} />
      <Conditions conditions={provider.data.conditions} />
      <Orphans provider={provider.data} />
      <Catalogue provider={name} />
    </SpaceBetween>
  );
}

function Head({ provider }: { readonly provider: ProviderView }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "providers" });
  const { open } = useDialog();
  const off = useOff();
  return (
    <Header
      variant="h1"
      description={<StateWord state={provider.state} />}
      actions={
        <Button onClick={() => open("delete-provider", provider.name)} {...off("deleteProvider")}>
          {t("delete")}
        </Button>
      }
    >
      {provider.name}
    </Header>
  );
}

function Facts({ provider }: { readonly provider: ProviderView }): ReactNode {
  const { t } = useTranslation("translation");
  const { spec, pools, quotas, observedTime } = provider;
  return (
    <Container header={<Header variant="h2">{t("pool.basic")}</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: t("providers.type"), value: spec.type },
          { label: t("providers.region"), value: spec.region },
          { label: t("providers.endpoint"), value: spec.endpoint ?? t("providers.official") },
          { label: t("providers.credentials"), value: spec.credentialsRef?.name ?? t("providers.ofMachine") },
          { label: t("providers.observed"), value: <Age time={observedTime} /> },
          {
            label: t("providers.pools"),
            value: <LinkList links={poolLinks(pools)} />,
          },
          ...quotas.map(({ name, limit, used }) => ({
            label: t("providers.quota", { name }),
            value: (
              <ProgressBar
                variant="key-value"
                value={limit === 0 ? 100 : (used / limit) * 100}
                additionalInfo={t("providers.used", { used, limit })}
                ariaLabel={t("providers.quota", { name })}
              />
            ),
          })),
        ]}
      />
    </Container>
  );
}
