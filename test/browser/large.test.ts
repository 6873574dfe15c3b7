/** 10,000 nodes in the console: the pages come soon, work, and hold no more elements than anybody looks at. */
import assert from "node:assert/strict";
import path from "node:path";
import test, { type TestContext } from "node:test";
import type { Page } from "playwright-core";
import { realClock } from "../../src/ports/clock.ts";
import { buildConsole } from "../../src/start/console.ts";
import { createProgress } from "../../src/start/progress.ts";
import { openFleetApi } from "../bench/fleet-api.ts";
import { createVisitors, limitMs, type Visit } from "./visit.ts";

const consoleDir = path.resolve(import.meta.dirname, "../../console/dist");

/** What one screen holds, with room; ten thousand rows would be a hundred times as many. */
const mostElements = 5000;

test("10,000 nodes are seen at once on the overview, and found on the page of nodes", async (t) => {
  const visit = await visitFleet(t);
  if (visit === null) return;
  const { page, url } = visit;
  const clock = watchPaints(page);

  await visit.step("the overview draws every node as a cell", async () => {
    await page.goto(url);
    await page.getByRole("heading", { name: "Fleet (10000)" }).waitFor({ timeout: limitMs });
    t.diagnostic(`overview: ${await clock.figures()}`);
    await assertSmall(page);
  });

  await visit.step("grouped by zone, all are there still", async () => {
    await page.getByText("By zone", { exact: true }).click();
    await page.getByText("(10000)").first().waitFor();
    await assertSmall(page);
  });

  await visit.step("the page of nodes shows the first of them, and turns to the next", async () => {
    await page.goto(`${url}/nodes`);
    await page.getByRole("heading", { level: 1, name: "Nodes (10000)" }).waitFor({ timeout: limitMs });
    await page
      .getByRole("link", { name: /^cn-hangzhou/ })
      .first()
      .waitFor();
    t.diagnostic(`nodes: ${await clock.figures()}`);
    await assertSmall(page);
    const first = await firstNode(page);
    await page.getByRole("button", { name: "Next page" }).click();
    await page.getByRole("link", { name: first, exact: true }).waitFor({ state: "detached" });
    await assertSmall(page);
  });

  await visit.step("a filter finds one among them", async () => {
    await page.goto(`${url}/nodes?q=p5-500`);
    await page.getByRole("heading", { level: 1, name: "Nodes (1)" }).waitFor({ timeout: limitMs });
    await page.getByRole("row").filter({ hasText: "p5-500" }).getByRole("link").first().click();
    await page.getByText("p5-500", { exact: true }).first().waitFor();
  });
  visit.assertClean();
});

async function visitFleet(t: TestContext): Promise<Visit | null> {
  const visitors = await createVisitors(t);
  if (visitors === null) return null;
  const progress = createProgress(process.stderr, realClock);
  await buildConsole({ progress, signal: t.signal });
  const fleet = await openFleetApi({ podsPerNode: 1, consoleDir });
  t.after(() => fleet.close());
  const visit = await visitors.arrive(`${fleet.url}/signin#code=fleet`);
  await visit.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor({ timeout: limitMs });
  return visit;
}

async function firstNode(page: Page): Promise<string> {
  return await page
    .getByRole("link", { name: /^cn-hangzhou/ })
    .first()
    .innerText();
}

async function assertSmall(page: Page): Promise<void> {
  const count = await page.locator("*").count();
  assert.ok(count < mostElements, `${count} elements are in the page`);
}

interface Paints {
  /** Since the navigation. Server, browser and test share the machine, so nothing is asserted of it. */
  figures(): Promise<string>;
}

function watchPaints(page: Page): Paints {
  return {
    figures: async () => {
      const [paint, now]: number[] = await page.evaluate(
        `[performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? -1, performance.now()]`,
      );
      return `first paint after ${Math.round(paint ?? -1)} ms, all there after ${Math.round(now ?? -1)} ms`;
    },
  };
}
