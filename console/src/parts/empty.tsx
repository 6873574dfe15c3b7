/** An empty place that says what belongs there and what the next step is. */
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

export interface EmptyProps {
  readonly title: string;
  readonly text?: string | undefined;
  readonly action?: ReactNode;
}

export function Empty({ title, text, action }: EmptyProps): ReactNode {
  return (
    <Box textAlign="center" margin={{ vertical: "m" }} color="inherit">
      <SpaceBetween size="s">
        <div>
          <strong>{title}</strong>
          {text !== undefined && (
            <Box variant="p" color="text-body-secondary">
              {text}
            </Box>
          )}
        </div>
        {action}
      </SpaceBetween>
    </Box>
  );
}
