/** What a wish would do, sentence by sentence, as the API says it; what must not be overlooked stands out. */
import Box from "@cloudscape-design/components/box";
import Icon from "@cloudscape-design/components/icon";
import LiveRegion from "@cloudscape-design/components/live-region";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { EffectView, Outcome } from "../../../src/api/answers.ts";

export interface EffectsProps {
  readonly outcome: Outcome;
  /** Of an earlier wording, until the new one is there. */
  readonly isOld: boolean;
  /** In a dialog it stands under the title of the dialog. */
  readonly level?: "h2" | "h3";
}

export function Effects({ outcome, isOld, level = "h3" }: EffectsProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "wish" });
  const { effects, sentence, unseen } = outcome;
  return (
    <section aria-label={t("willHappen")} aria-busy={isOld} style={{ opacity: isOld ? 0.55 : 1 }}>
      <SpaceBetween size="xs">
        <Box variant={level}>{t("willHappen")}</Box>
        {sentence !== "" && <Box>{sentence}</Box>}
        <LiveRegion tagName="div">
          <ul className="effects">
            {effects.map((effect, index) => (
              <Effect effect={effect} key={`${effect.kind} ${index}`} />
            ))}
          </ul>
        </LiveRegion>
        {unseen.length > 0 && (
          <Box color="text-body-secondary">{t("unseen", { what: unseen.join(", ") })}</Box>
        )}
      </SpaceBetween>
    </section>
  );
}

function Effect({ effect }: { readonly effect: EffectView }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "wish" });
  return (
    <li>
      <span className="effect-mark">
        {effect.isWarning ? (
          <Icon name="status-warning" variant="warning" alt={t("warning")} />
        ) : (
          <span aria-hidden="true">•</span>
        )}
      </span>
      <span>{effect.sentence}</span>
    </li>
  );
}
