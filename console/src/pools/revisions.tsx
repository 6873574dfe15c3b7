/** What the template has been, what each revision changed, and the way back. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { PoolDetail, RevisionView } from "../../../src/api/types.ts";
import { useDialog } from "../dialogs/use-dialog.ts";
import { PlainTable } from "../parts/plain-table.tsx";
import { When } from "../parts/time.tsx";
import { usePoolActions } from "./use-pool-actions.ts";

export function Revisions({ pool }: { readonly pool: PoolDetail }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "pool.revisions" });
  const { open } = useDialog();
  const { offIn } = usePoolActions(pool);
  return (
    <PlainTable
      title={t("title")}
      description={t("about")}
      rows={pool.revisions}
      trackBy={({ number }) => String(number)}
      empty={<Box>{t("none")}</Box>}
      columns={[
        { id: "number", header: t("number"), width: 100, cell: ({ number }) => number },
        {
          id: "time",
          header: t("time"),
          width: 180,
          cell: ({ recordedTime }) => <When time={recordedTime} />,
        },
        { id: "changes", header: t("changes"), cell: (revision) => <Changes revision={revision} /> },
        {
          id: "action",
          header: t("action"),
          width: 150,
          cell: ({ number, isCurrent }) =>
            isCurrent ? (
              <StatusIndicator type="success">{t("current")}</StatusIndicator>
            ) : (
              <Button
                variant="inline-link"
                onClick={() => open("rollback", pool.name, { to: String(number) })}
                ariaLabel={t("backTo", { number })}
                {...offIn("modify")}
              >
                {t("back")}
              </Button>
            ),
        },
      ]}
    />
  );
}

function Changes({ revision }: { readonly revision: RevisionView }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "pool.revisions" });
  if (revision.changes.length === 0) return t("first");
  return (
    <ul className="plain-list">
      {revision.changes.map(({ field, from, to }) => (
        <li key={field}>
          <Box variant="code">{field}</Box> {from} → {to}
        </li>
      ))}
    </ul>
  );
}
