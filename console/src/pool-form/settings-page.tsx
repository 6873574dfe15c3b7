/** Modify Node Pool Settings: the form of a pool with what each change means for its nodes. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useNavigate, useParams } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { FormProvider, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import type { PoolDetail } from "../../../src/api/types.ts";
import { usePreferences } from "../app/look.ts";
import { useTell } from "../app/notices.tsx";
import { useAsker } from "../ask/context.ts";
import { poolQuery } from "../ask/queries.ts";
import { PageProblem } from "../parts/page-problem.tsx";
import { Waiting } from "../parts/waiting.tsx";
import { CopyAs } from "../wish/copy-as.tsx";
import { Failure, Foreseen, TypedName } from "../wish/dialog.tsx";
import { useWish, type WishState } from "../wish/use-wish.ts";
import { check } from "./check.ts";
import { Care, Managed, OnDeletion } from "./managed.tsx";
import { formOf, type PoolForm } from "./model.ts";
import { Attributes, Basics, Disks, Instances, Software } from "./sections.tsx";
import { usePoolForm } from "./use-pool-form.ts";
import { modifyWish } from "./wishes.ts";

export const route = createLazyRoute("/pools/$pool/settings")({ component: SettingsPage });

function SettingsPage(): ReactNode {
  const { pool: name } = useParams({ from: "/pools/$pool/settings" });
  const pool = useQuery(poolQuery(useAsker(), name));
  const [first, setFirst] = useState<PoolDetail | null>(null);
  if (first === null && pool.data !== undefined) setFirst(pool.data);
  if (first !== null) return <SettingsForm pool={first} />;
  if (pool.isError) return <PageProblem title={name} error={pool.error} onRetry={() => pool.refetch()} />;
  return <Waiting />;
}

/** What was read first is what is changed: fields that somebody else changes meanwhile are left alone. */
function SettingsForm({ pool }: { readonly pool: PoolDetail }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "wizard.settings" });
  const form = usePoolForm({ initial: formOf(pool.name, pool.spec), draft: null });
  const [sync, setSync] = useState(false);
  const values = useWatch({ control: form.control }) as PoolForm;
  const checked = check(values, usePreferences().current.language);
  const wanted = checked.ok ? modifyWish(pool, checked.spec, sync) : null;
  const navigate = useNavigate();
  const tell = useTell();
  const back = (): void => void navigate({ to: "/pools/$pool", params: { pool: pool.name }, search: {} });
  const wish = useWish(wanted, (outcome) => {
    const text = outcome.effects.map(({ sentence }) => sentence).join(" ") || outcome.sentence;
    tell({ kind: "success", title: t("done", { pool: pool.name }), text });
    back();
  });
  const [confirm, setConfirm] = useState("");
  const save = (): void => {
    if (wanted !== null) wish.send(confirm);
    else void form.trigger(undefined, { shouldFocus: true });
  };
  return (
    <FormProvider {...form}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Form
          header={
            <Header variant="h1" description={t("about")}>
              {`${t("title")}: ${pool.name}`}
            </Header>
          }
          actions={
            <Actions wish={wish} copy={<CopyAs wish={wanted} outcome={wish.preview} />} onCancel={back} />
          }
        >
          <SpaceBetween size="l">
            {pool.managedBy !== null && <Alert type="warning">{t("git", { manager: pool.managedBy })}</Alert>}
            <Sections />
            <Meaning
              wish={wish}
              isChanged={wanted !== null}
              sync={sync}
              onSync={setSync}
              confirm={confirm}
              onConfirm={setConfirm}
            />
          </SpaceBetween>
        </Form>
      </form>
    </FormProvider>
  );
}

function Sections(): ReactNode {
  return (
    <SpaceBetween size="l">
      <Basics isFixed />
      <Instances />
      <Software />
      <Disks />
      <Attributes />
      <Managed />
      <Care />
      <OnDeletion />
    </SpaceBetween>
  );
}

interface MeaningProps {
  readonly wish: WishState;
  readonly isChanged: boolean;
  readonly sync: boolean;
  readonly onSync: (sync: boolean) => void;
  readonly confirm: string;
  readonly onConfirm: (confirm: string) => void;
}

/** What the changes mean for the nodes that are there. */
function Meaning({ wish, isChanged, sync, onSync, confirm, onConfirm }: MeaningProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "wizard.settings" });
  return (
    <Container>
      <SpaceBetween size="m">
        <Checkbox checked={sync} onChange={({ detail }) => onSync(detail.checked)} description={t("syncHow")}>
          {t("sync")}
        </Checkbox>
        {isChanged ? (
          <Foreseen state={wish} isWished isRefusalShown={false} level="h2" />
        ) : (
          <Box color="text-body-secondary">{t("nothing")}</Box>
        )}
        <TypedName state={wish} value={confirm} onChange={onConfirm} />
        <Failure state={wish} />
      </SpaceBetween>
    </Container>
  );
}

interface ActionsProps {
  readonly wish: WishState;
  readonly copy: ReactNode;
  readonly onCancel: () => void;
}

function Actions({ wish, copy, onCancel }: ActionsProps): ReactNode {
  const { t } = useTranslation("translation");
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {copy}
      <Button variant="link" formAction="none" onClick={onCancel}>
        {t("everywhere.cancel")}
      </Button>
      <Button variant="primary" formAction="submit" loading={wish.isSending}>
        {t("wizard.settings.save")}
      </Button>
    </SpaceBetween>
  );
}
