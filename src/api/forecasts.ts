/** An upgrade run ahead before anybody asks for it, as `poolkeeper upgrade plan` does; and what is left of a running one. */
import type { z } from "zod";
import { type PoolBlocker, wholePoolBlockers } from "../core/drain-preview.ts";
import { forecastUpgrade, type UpgradeForecast, upgradeRun } from "../core/forecast.ts";
import { nodeNameOf } from "../core/intent/operation.ts";
import { planOf, type UpgradeWish } from "../core/intent/upgrade.ts";
import type { Machine, Snapshot } from "../core/model.ts";
import { isDoneHere, progressOf } from "../core/progress.ts";
import { secondMs, timeOf } from "../core/time.ts";
import type { DiskFields } from "../schema/machine.ts";
import { obstacleText } from "../text/drain.ts";
import type { Language } from "../text/words.ts";
import { type Forecast, forecast as forecastSchema } from "./answers.ts";
import { permissionFor } from "./permissions.ts";
import { refused } from "./problem.ts";
import { findObject } from "./read.ts";
import { forecastQuery } from "./requests.ts";
import { ok, reading, type Route } from "./route.ts";
import { surroundingsOf } from "./sight.ts";
import { openingList } from "./window-view.ts";
import { sighted } from "./wish.ts";
import { saidOf } from "./words.ts";
import type { World } from "./world.ts";

export const forecastRoutes: readonly Route[] = [
  reading({
    path: "/pools/{name}/forecast",
    tag: "Forecast",
    summary: "What an upgrade of the pool would do: order, times, windows, obstacles",
    query: forecastQuery,
    answer: forecastSchema,
    problems: [409],
    run: async (call) => {
      const { query, world, params, language, now } = call;
      const { sight, unseen } = await sighted(call, params["name"], () => "OwnPods");
      await call.person.mustBeAllowed(permissionFor("list", "ManagedMachine", world.namespace));
      const wish = wishOf(query, world);
      const plan = planOf(sight, wish, now);
      if (!plan.ok) throw refused(plan.refusal);
      const snapshot = { ...sight, pool: { ...sight.pool, spec: plan.spec } };
      const run = upgradeRun(snapshot, plan.machines, now, wish.when);
      const shown = { target: plan.target, machines: plan.machines, isGroundSeen: !unseen.includes("pods") };
      return ok(forecastView(snapshot, shown, forecastUpgrade(run), { language, now }));
    },
  }),
  reading({
    path: "/operations/{name}/forecast",
    tag: "Forecast",
    summary: "When the nodes that a running upgrade has not finished would have their turn",
    query: null,
    answer: forecastSchema,
    problems: [409],
    run: async (call) => {
      const { params, world, language, now } = call;
      await call.person.mustBeAllowed(permissionFor("get", "NodeOperation", world.namespace));
      const operation = findObject(world, "NodeOperation", params["name"]);
      const { target } = operation.spec;
      const { finishedTime } = operation.status ?? {};
      if (target === undefined || finishedTime !== undefined) {
        const facts = { operation: operation.metadata.name, since: finishedTime ?? "" };
        throw refused({ reason: finishedTime === undefined ? "NothingToDo" : "OperationFinished", facts });
      }
      const { sight, unseen } = await sighted(call, operation.spec.poolName, () => "OwnPods");
      const progress = progressOf(operation, sight, now);
      const waiting = progress.filter(
        ({ record }) => record.state === "Waiting" || record.state === "Running",
      );
      const machines = waiting.flatMap(({ machine }) => (machine === null ? [] : [machine]));
      const run = upgradeRun(sight, machines, now, operation.spec.options.when);
      const done = progress.filter(isDoneHere).length;
      const shown = { target, machines, isGroundSeen: !unseen.includes("pods") };
      return ok(forecastView(sight, shown, forecastUpgrade({ ...run, done }), { language, now }));
    },
  }),
];

function wishOf(query: z.output<typeof forecastQuery>, world: World): UpgradeWish {
  const { imageFamily, imageVersion, kubernetesVersion = null, nodes = "", when } = query;
  const version = imageVersion === undefined ? {} : { version: imageVersion };
  return {
    image: imageFamily === undefined ? null : { family: imageFamily, ...version },
    kubernetesVersion,
    nodes: nodes.split(",").filter((node) => node !== ""),
    when,
    around: surroundingsOf(world),
  };
}

interface Shown {
  readonly target: DiskFields;
  readonly machines: readonly Machine[];
  readonly isGroundSeen: boolean;
}

function forecastView(
  snapshot: Snapshot,
  { target, machines, isGroundSeen }: Shown,
  forecast: UpgradeForecast,
  { language, now }: { readonly language: Language; readonly now: number },
): Forecast {
  const { upgrade } = snapshot.pool.spec;
  const { window } = snapshot;
  const names = new Map(machines.map((machine) => [machine.record.metadata.name, nodeNameOf(machine)]));
  const lastOpening = forecast.turns.reduce((last, { opening }) => Math.max(last, opening ?? -1), -1);
  const blockers = isGroundSeen ? wholePoolBlockers({ ...snapshot, machines }) : null;
  return {
    target: { image: target.image, kubernetesVersion: target.kubernetesVersion },
    method: upgrade.method,
    maxUnavailable: upgrade.maxUnavailable,
    turns: forecast.turns.map(({ machine, startsAt, endsAt, outcome, opening }) => ({
      machine,
      node: names.get(machine) ?? machine,
      startsTime: timeOf(startsAt),
      endsTime: timeOf(endsAt),
      outcome,
      opening,
    })),
    notReached: [...forecast.notReached],
    finishesTime: forecast.finishesAt === null ? null : timeOf(forecast.finishesAt),
    totalSeconds: forecast.totalMs === null ? null : forecast.totalMs / secondMs,
    windowsNeeded: forecast.windowsNeeded,
    openings:
      window === null || window === "Missing" ? [] : openingList(window, now, Math.max(1, lastOpening + 1)),
    hold:
      forecast.hold === null ? null : saidOf(forecast.hold, { pool: snapshot.pool.metadata.name }, language),
    blockers: blockers?.map((blocker) => blockerView(blocker, language)) ?? null,
  };
}

type BlockerView = NonNullable<Forecast["blockers"]>[number];

function blockerView(blocker: PoolBlocker, language: Language): BlockerView {
  const { level, reason, machine, node, pod, owner, budgets } = blocker;
  const sentence = obstacleText(blocker, language).join(": ");
  return { level, reason, sentence, machine, node, pod, owner, budgets: [...budgets] };
}
