/** What stands in the way: each thing with its object, since when, and the command that helps. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Wait } from "../../../src/api/types.ts";
import { Try } from "./problem.tsx";
import { Age } from "./time.tsx";

/** The rest is behind them. */
const shownWaits = 5;

export interface WaitsProps {
  readonly waits: readonly Wait[];
  /** How many more there are than the API tells. */
  readonly omitted?: number;
}

export function Waits({ waits, omitted = 0 }: WaitsProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "waits" });
  const shown = waits.slice(0, shownWaits);
  const more = waits.length - shown.length + omitted;
  return (
    <Alert type="warning" header={t("title")}>
      <SpaceBetween size="s">
        {shown.map(({ reason, object, sentence, since, try: command }) => (
          <div key={`${reason} ${object}`}>
            <Box>
              {sentence}{" "}
              <Box variant="span" color="text-body-secondary">
                ({t("since")} <Age time={since} />)
              </Box>
            </Box>
            {command !== null && <Try command={command} />}
          </div>
        ))}
        {more > 0 && <Box>{t("more", { count: more })}</Box>}
      </SpaceBetween>
    </Alert>
  );
}
