/** `upgrade plan`: order, duration, windows and obstacles of an upgrade, foreseen by the core. Changes nothing. */
import { type PoolBlocker, type PreviewPod, wholePoolBlockers } from "../core/drain-preview.ts";
import { forecastUpgrade, type UpgradeForecast, upgradeRun } from "../core/forecast.ts";
import { listed } from "../core/intent/answer.ts";
import { nodeNameOf } from "../core/intent/operation.ts";
import { planOf, type UpgradePlan } from "../core/intent/upgrade.ts";
import type { Snapshot } from "../core/model.ts";
import { durationText, timeOf } from "../core/time.ts";
import { obstacleText } from "../text/drain.ts";
import { sentence } from "../text/sentence.ts";
import { exitCodes, isSatisfied, refusalError, CommandError } from "./failure.ts";
import { getPool } from "./read.ts";
import type { Session } from "./session.ts";
import { readSight } from "./snapshot.ts";
import { aligned, type Look } from "./table.ts";
import { momentText } from "./time.ts";
import { type UpgradeFlags, wishOf } from "./upgrade-wish.ts";

export async function planUpgrade(session: Session, name: string, flags: UpgradeFlags): Promise<void> {
  const [sight, wish] = await Promise.all([
    readSight(session, await getPool(session, name)),
    wishOf(session, flags),
  ]);
  const now = session.now();
  const plan = planOf(sight, wish, now);
  if (!plan.ok) {
    if (!isSatisfied(plan.refusal)) throw refusalError(plan.refusal);
    return session.terminal.out(sentence(plan.refusal.reason, plan.refusal.facts));
  }
  const snapshot = { ...sight, pool: { ...sight.pool, spec: plan.spec } };
  const forecast = forecastUpgrade(upgradeRun(snapshot, plan.machines, now, wish.when));
  for (const line of planLines(snapshot, plan, forecast, session.look())) session.terminal.out(line);
  session.terminal.out(`Nothing was changed. Start it with: ${startCommand(name, flags)}`);
  const isBlocked = obstaclesOf(snapshot, plan).some(({ level }) => level === "block");
  if (isBlocked) {
    throw new CommandError(exitCodes.blocked, "Some nodes cannot be drained as things are.");
  }
}

export function planLines(
  snapshot: Snapshot,
  plan: UpgradePlan,
  forecast: UpgradeForecast,
  look: Look,
): readonly string[] {
  const { target, machines } = plan;
  const { upgrade } = plan.spec;
  const count = machines.length === 1 ? "1 node" : `${machines.length} nodes`;
  const names = new Map(machines.map((machine) => [machine.record.metadata.name, nodeNameOf(machine)]));
  const turns = forecast.turns
    .slice(0, shownTurns)
    .map(({ machine, startsAt, endsAt, outcome }) => [
      names.get(machine) ?? machine,
      momentText(timeOf(startsAt), look),
      durationText(endsAt - startsAt),
      outcome === "Succeeded" ? "" : "cannot be drained as things are",
    ]);
  const obstacles = obstaclesOf(snapshot, plan);
  return [
    `${snapshot.pool.metadata.name} to ${target.image.family} ${target.image.version}, Kubernetes ${target.kubernetesVersion}: ${count}, ${upgrade.method}, at most ${upgrade.maxUnavailable} away.`,
    timeLine(forecast, look),
    ...aligned([
      ["  NODE", "STARTS", "TAKES", "NOTE"],
      ...turns.map(([node = "", ...rest]) => [`  ${node}`, ...rest]),
    ]).map((cells) => cells.join("   ").trimEnd()),
    ...(forecast.turns.length > shownTurns ? [`  and ${forecast.turns.length - shownTurns} more`] : []),
    ...(obstacles.length === 0
      ? ["No pod stands in the way of the drains."]
      : aligned(obstacles.map(({ level, what, why }) => [`  ${level}`, what, why])).map((cells) =>
          cells.join("   ").trimEnd(),
        )),
    "Everything on the system disks is lost; data disks stay.",
  ];
}

const shownTurns = 12;

function timeLine(forecast: UpgradeForecast, look: Look): string {
  if (forecast.finishesAt === null || forecast.totalMs === null) {
    const reason = forecast.hold;
    const why = reason === null ? "" : ` ${sentence(reason, {})}`;
    return `It does not get through: ${forecast.notReached.length} of the nodes are never reached.${why}`;
  }
  const { windowsNeeded } = forecast;
  const windows =
    windowsNeeded === 0
      ? ""
      : `, ${windowsNeeded === 1 ? "within one window" : `over ${windowsNeeded} windows`}`;
  const end = momentText(timeOf(forecast.finishesAt), look);
  return `It is done about ${end} (in ${durationText(forecast.totalMs)}${windows}), if nothing unforeseen happens.`;
}

interface Obstacle {
  readonly level: "block" | "warn";
  /** Such as a budget, which one person can change for many pods. */
  readonly what: string;
  readonly why: string;
}

/** The same budget in the way of many pods is one thing to do. The worst first, as the core gives them. */
function obstaclesOf(snapshot: Snapshot, { machines }: UpgradePlan): readonly Obstacle[] {
  const blockers = wholePoolBlockers({ ...snapshot, machines });
  const byCause = Map.groupBy(blockers, ({ reason, budgets }) => {
    const names = isOfBudget(reason) ? budgets.map(({ name }) => name) : [];
    return [reason, ...names].join(" ");
  });
  return [...byCause.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const [what, why] = obstacleText(first);
    const level = first.level === "Block" ? "block" : "warn";
    return [{ level, what, why: `${why}: ${podsText(group)}` }];
  });
}

function isOfBudget(reason: PoolBlocker["reason"]): boolean {
  return reason === "DrainImpossible" || reason === "TooManyBudgets" || reason === "DrainBlocked";
}

const namedPods = 3;

function podsText(pods: readonly PreviewPod[]): string {
  if (pods.length <= namedPods) return pods.map(({ pod, node }) => `${pod} on ${node}`).join(", ");
  const nodes = [...new Set(pods.map(({ node }) => node))];
  return `${pods.length} pods on ${nodes.length === 1 ? "1 node" : `${nodes.length} nodes`}: ${listed(nodes)}`;
}

function startCommand(name: string, flags: UpgradeFlags): string {
  const version = flags.to ?? flags.kubernetesVersion;
  return [
    `poolkeeper upgrade start ${name}`,
    ...(version === undefined ? [] : [`--to ${version}`]),
    ...(flags.image === undefined ? [] : [`--image ${flags.image}`]),
    ...(flags.nodes === undefined ? [] : [`--nodes ${flags.nodes}`]),
    ...(flags.now ? ["--now"] : []),
  ].join(" ");
}
