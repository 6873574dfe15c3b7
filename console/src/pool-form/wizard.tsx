/** The steps of a new pool. Each is checked before the next; the last shows what will happen, tried out by the API. */
import SpaceBetween from "@cloudscape-design/components/space-between";
import Wizard from "@cloudscape-design/components/wizard";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { FormProvider, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import type { PoolDetail } from "../../../src/api/types.ts";
import { usePreferences } from "../app/look.ts";
import { useTell } from "../app/notices.tsx";
import { useSearchField } from "../parts/use-search-field.ts";
import { CopyAs } from "../wish/copy-as.tsx";
import { useWish } from "../wish/use-wish.ts";
import { check } from "./check.ts";
import { Managed, Care, OnDeletion } from "./managed.tsx";
import type { PoolForm } from "./model.ts";
import { Review } from "./review.tsx";
import { Attributes, Basics, Disks, Instances, Quantity, Software } from "./sections.tsx";
import { forgetDraft, stepFields, usePoolForm } from "./use-pool-form.ts";
import { newPoolWish } from "./wishes.ts";

export interface PoolWizardProps {
  /** The pool that is cloned; null for a pool made from nothing. */
  readonly source: PoolDetail | null;
  readonly initial: PoolForm;
}

export function PoolWizard({ source, initial }: PoolWizardProps): ReactNode {
  const draft = source === null ? "new" : `clone.${source.name}`;
  const form = usePoolForm({ initial, draft });
  return (
    <FormProvider {...form}>
      <Steps source={source} draft={draft} trigger={form.trigger} control={form.control} />
    </FormProvider>
  );
}

interface StepsProps extends Pick<ReturnType<typeof usePoolForm>, "trigger" | "control"> {
  readonly source: PoolDetail | null;
  readonly draft: string;
}

const reviewStep = stepFields.length;

function Steps({ source, draft, trigger, control }: StepsProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "wizard" });
  const [stepText, setStep] = useSearchField("step");
  const step = Math.min(Math.max(Number(stepText ?? 1) - 1, 0) || 0, reviewStep);
  const navigate = useNavigate();
  const tell = useTell();
  const leave = (): void => {
    forgetDraft(draft);
    void navigate({ to: "/pools", search: {} });
  };
  const values = useWatch({ control }) as PoolForm;
  const { language } = usePreferences().current;
  const checked = step === reviewStep ? check(values, language) : null;
  const wish = useWish(checked?.ok === true ? newPoolWish(source, checked) : null, () => {
    tell({
      kind: "success",
      title: t(source === null ? "created" : "cloned", { pool: values.name.trim() }),
      link: { text: t("see"), href: `/pools/${values.name.trim()}` },
    });
    leave();
  });
  const goTo = async (wanted: number): Promise<void> => {
    for (let at = 0; at < wanted; at += 1) {
      const isRight = await trigger([...(stepFields[at] ?? [])], { shouldFocus: true });
      if (!isRight) return setStep(String(at + 1));
    }
    setStep(String(wanted + 1));
  };
  return (
    <Wizard
      activeStepIndex={step}
      onNavigate={({ detail }) => void goTo(detail.requestedStepIndex)}
      onCancel={leave}
      onSubmit={() => (checked?.ok === true ? wish.send("") : void goTo(reviewStep))}
      isLoadingNextStep={wish.isSending}
      submitButtonText={t(source === null ? "confirmOrder" : "submit")}
      secondaryActions={
        step === reviewStep && checked?.ok === true ? (
          <CopyAs wish={newPoolWish(source, checked)} outcome={wish.preview} />
        ) : undefined
      }
      steps={[
        { title: t("steps.basics"), description: t("about.basics"), content: <Basics isFixed={false} /> },
        { title: t("steps.instances"), content: <InstanceStep /> },
        { title: t("steps.nodes"), content: <NodeStep /> },
        { title: t("steps.managed"), content: <ManagedStep /> },
        {
          title: t("steps.review"),
          description: t("about.review"),
          content: (
            <Review form={values} checked={checked} wish={wish} onEdit={(at) => setStep(String(at + 1))} />
          ),
        },
      ]}
    />
  );
}

function InstanceStep(): ReactNode {
  return (
    <SpaceBetween size="l">
      <Instances />
      <Software />
      <Disks />
    </SpaceBetween>
  );
}

function NodeStep(): ReactNode {
  return (
    <SpaceBetween size="l">
      <Quantity />
      <Attributes />
    </SpaceBetween>
  );
}

function ManagedStep(): ReactNode {
  return (
    <SpaceBetween size="l">
      <Managed />
      <Care />
      <OnDeletion />
    </SpaceBetween>
  );
}
