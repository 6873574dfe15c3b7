/** The head of a pool's page: its state in a sentence, and what can be done, the most likely first. */
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { PoolDetail } from "../../../src/api/types.ts";
import { useFollow } from "../app/follow.ts";
import { useOff } from "../ask/use-access.ts";
import { useDialog } from "../dialogs/use-dialog.ts";
import { StateWord } from "../parts/state.tsx";
import { usePoolActions } from "./use-pool-actions.ts";

export function PoolHeader({ pool }: { readonly pool: PoolDetail }): ReactNode {
  const { name, state, message } = pool;
  return (
    <Header
      variant="h1"
      description={
        <SpaceBetween direction="horizontal" size="xs">
          <StateWord state={state} />
          {message !== "" && <span>{message}</span>}
        </SpaceBetween>
      }
      actions={<Actions pool={pool} />}
    >
      {name}
    </Header>
  );
}

function Actions({ pool }: { readonly pool: PoolDetail }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "pools.actions" });
  const { open } = useDialog();
  const follow = useFollow();
  const off = useOff();
  const actions = usePoolActions(pool);
  const { name, spec, operations } = pool;
  const [running] = operations;
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {running !== undefined && (
        <Button href={`/operations/${running}`} onFollow={follow} iconName="status-in-progress">
          {t("follow")}
        </Button>
      )}
      <Button href={`/new/pool?from=${name}`} onFollow={follow} {...off("createPool")}>
        {t("clone")}
      </Button>
      <Button onClick={() => open("delete-pool", name)} {...off("deletePool")}>
        {t("delete")}
      </Button>
      <ButtonDropdown
        items={actions.more}
        onItemClick={({ detail }) => actions.act(detail.id)}
        onItemFollow={follow}
      >
        {t("more")}
      </ButtonDropdown>
      {spec.paused ? (
        <Button variant="primary" onClick={() => open("resume", name)} {...actions.offIn("modify")}>
          {t("resume")}
        </Button>
      ) : (
        <Button variant="primary" onClick={() => open("scale", name)} {...actions.offIn("scale")}>
          {t("scaleOut")}
        </Button>
      )}
    </SpaceBetween>
  );
}
