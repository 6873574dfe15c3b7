/** A page whose subject could not be read: which one it would have been, and why not. */
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { ProblemAlert, type ProblemAlertProps } from "./problem.tsx";

export interface PageProblemProps extends ProblemAlertProps {
  readonly title: string;
}

export function PageProblem({ title, error, onRetry }: PageProblemProps): ReactNode {
  return (
    <SpaceBetween size="l">
      <Header variant="h1">{title}</Header>
      <ProblemAlert error={error} onRetry={onRetry} />
    </SpaceBetween>
  );
}
