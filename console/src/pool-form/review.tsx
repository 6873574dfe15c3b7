/** The last step: what was chosen, what will happen, and the object itself. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ProblemAlert } from "../parts/problem.tsx";
import { Waiting } from "../parts/waiting.tsx";
import { Failure } from "../wish/dialog.tsx";
import { Effects } from "../wish/effects.tsx";
import { asYaml } from "../wish/equivalent.ts";
import type { WishState } from "../wish/use-wish.ts";
import type { Checked, Complaint } from "./check.ts";
import type { PoolForm } from "./model.ts";
import { summariesOf } from "./summary.ts";
import { stepOf } from "./use-pool-form.ts";

export interface ReviewProps {
  readonly form: PoolForm;
  readonly checked: Checked | null;
  readonly wish: WishState;
  readonly onEdit: (step: number) => void;
}

export function Review({ form, checked, wish, onEdit }: ReviewProps): ReactNode {
  const { t } = useTranslation("translation");
  const summaries = summariesOf(form, t);
  return (
    <SpaceBetween size="l">
      <Foreseen checked={checked} wish={wish} titles={summaries.map(({ title }) => title)} />
      {summaries.map(({ title, items }, step) => (
        <Container
          key={title}
          header={
            <Header
              variant="h2"
              actions={
                <Button onClick={() => onEdit(step)} ariaLabel={t("wizard.editWhat", { what: title })}>
                  {t("wizard.edit")}
                </Button>
              }
            >
              {title}
            </Header>
          }
        >
          <KeyValuePairs columns={3} items={items} />
        </Container>
      ))}
      {wish.preview !== null && (
        <ExpandableSection variant="container" headerText="YAML">
          <pre className="code" tabIndex={0} aria-label="YAML">
            {asYaml(wish.preview)}
          </pre>
        </ExpandableSection>
      )}
    </SpaceBetween>
  );
}

interface ForeseenProps extends Pick<ReviewProps, "checked" | "wish"> {
  /** Of the steps. */
  readonly titles: readonly string[];
}

function Foreseen({ checked, wish, titles }: ForeseenProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "wizard" });
  if (checked?.ok === false) {
    return (
      <Alert type="error" header={t("incomplete")}>
        <ul className="plain-list">
          {firstOfEachField(checked.complaints).map(({ field, message }) => (
            <li key={field}>{t("wrongIn", { step: titles[stepOf(field)], message })}</li>
          ))}
        </ul>
      </Alert>
    );
  }
  if (wish.refusal !== null) return <ProblemAlert error={wish.refusal} />;
  if (wish.preview === null) return <Waiting />;
  return (
    <SpaceBetween size="s">
      {wish.isOutdated && <Alert type="warning">{t("outdated")}</Alert>}
      <Failure state={wish} />
      <Container>
        <Effects outcome={wish.preview} isOld={wish.isOld} level="h2" />
      </Container>
    </SpaceBetween>
  );
}

function firstOfEachField(complaints: readonly Complaint[]): readonly Complaint[] {
  return complaints.filter(({ field }, at) => complaints.findIndex((other) => other.field === field) === at);
}
