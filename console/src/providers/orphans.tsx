/** The instances of a provider that belong to nobody. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ProviderView } from "../../../src/api/types.ts";
import { Empty } from "../parts/empty.tsx";
import { PlainTable } from "../parts/plain-table.tsx";
import { Age } from "../parts/time.tsx";

export function Orphans({ provider }: { readonly provider: ProviderView }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "providers" });
  return (
    <PlainTable
      title={t("orphans")}
      count={provider.orphans.length}
      description={t("orphansHow")}
      rows={provider.orphans}
      trackBy={({ instanceId }) => instanceId}
      empty={<Empty title={t("noOrphans")} />}
      columns={[
        { id: "instance", header: t("instance"), cell: ({ instanceId }) => instanceId },
        { id: "message", header: t("message"), cell: ({ message }) => message },
        { id: "since", header: t("since"), cell: ({ since }) => <Age time={since} /> },
      ]}
    />
  );
}
