/** The Actions column: Details, Scale Out, Clone, Delete, More. What is off says why. */
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { PoolView } from "../../../src/api/types.ts";
import { useFollow } from "../app/follow.ts";
import { useOff } from "../ask/use-access.ts";
import { useDialog } from "../dialogs/use-dialog.ts";
import { usePoolActions } from "./use-pool-actions.ts";

export function RowActions({ pool }: { readonly pool: PoolView }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "pools.actions" });
  const follow = useFollow();
  const off = useOff();
  const { open } = useDialog();
  const { name } = pool;
  const actions = usePoolActions(pool);
  const label = (text: string): string => `${text} ${name}`;
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <Button variant="inline-link" href={`/pools/${name}`} onFollow={follow} ariaLabel={label(t("details"))}>
        {t("details")}
      </Button>
      <Button
        variant="inline-link"
        onClick={() => open("scale", name)}
        ariaLabel={label(t("scaleOut"))}
        {...actions.offIn("scale")}
      >
        {t("scaleOut")}
      </Button>
      <Button
        variant="inline-link"
        href={`/new/pool?from=${name}`}
        onFollow={follow}
        ariaLabel={label(t("clone"))}
        {...off("createPool")}
      >
        {t("clone")}
      </Button>
      <Button
        variant="inline-link"
        onClick={() => open("delete-pool", name)}
        ariaLabel={label(t("delete"))}
        {...off("deletePool")}
      >
        {t("delete")}
      </Button>
      <ButtonDropdown
        variant="inline-icon"
        ariaLabel={t("moreOf", { pool: name })}
        items={actions.more}
        onItemClick={({ detail }) => actions.act(detail.id)}
        onItemFollow={follow}
        expandToViewport
      />
    </SpaceBetween>
  );
}
