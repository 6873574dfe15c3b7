/** What is true of a pool now, and what its template has been. */
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import type { PoolDetail } from "../../../src/api/types.ts";
import { Conditions } from "../parts/conditions.tsx";
import { Revisions } from "./revisions.tsx";
import { Settings } from "./settings.tsx";

export function OverviewTab({ pool }: { readonly pool: PoolDetail }): ReactNode {
  return (
    <SpaceBetween size="l">
      <Settings pool={pool} />
      <Revisions pool={pool} />
      <Conditions conditions={pool.conditions} />
    </SpaceBetween>
  );
}
