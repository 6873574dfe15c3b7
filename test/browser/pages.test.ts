/** Every page and dialog in light and dark: nothing that some people could not use (axe), nothing that the policy forbids. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import test from "node:test";
import type { Page } from "playwright-core";
import { createRig, makeFastProvider, makePool, type Rig } from "./rig.ts";
import { limitMs } from "./visit.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Place {
  readonly path: string;
  /** What shows that it is there. */
  readonly heading: string;
}

const places: readonly Place[] = [
  { path: "/", heading: "Overview" },
  { path: "/?group=zone", heading: "Overview" },
  { path: "/clusters", heading: "Clusters" },
  { path: "/clusters/poolkeeper-embedded?tab=basic", heading: "poolkeeper-embedded" },
  { path: "/pools", heading: "Node Pools" },
  { path: "/pools?q=nothing-is-called-so", heading: "Node Pools" },
  { path: "/pools/web", heading: "web" },
  { path: "/pools/web?tab=nodes", heading: "web" },
  { path: "/pools/web?tab=upgrade", heading: "web" },
  { path: "/pools/web?tab=upgrade&family=AlibabaCloudLinux&image=3.2104.11&when=Now", heading: "web" },
  { path: "/pools/web?tab=activity", heading: "web" },
  { path: "/pools/web?tab=yaml", heading: "web" },
  { path: "/pools/web/settings", heading: "Modify Node Pool Settings: web" },
  { path: "/pools/none", heading: "none" },
  { path: "/new/pool", heading: "Basics" },
  { path: "/new/pool?step=2", heading: "Instances" },
  { path: "/new/pool?step=3", heading: "Nodes" },
  { path: "/new/pool?step=4", heading: "Managed" },
  { path: "/new/pool?from=web&step=5", heading: "Review" },
  { path: "/nodes", heading: "Nodes" },
  { path: "/nodes/web-1", heading: "cn-hangzhou" },
  { path: "/operations", heading: "Operations" },
  { path: "/repairs", heading: "Repair Center" },
  { path: "/maintenance", heading: "Maintenance Calendar" },
  { path: "/maintenance?zone=window&month=2027-03", heading: "Maintenance Calendar" },
  { path: "/maintenance/nightly", heading: "nightly" },
  { path: "/providers", heading: "Providers" },
  { path: "/providers/fast", heading: "fast" },
  { path: "/events", heading: "Events" },
  { path: "/audit", heading: "Audit" },
  { path: "/settings", heading: "Settings" },
  { path: "/there/is/no/such/page", heading: "There is no such page" },
];

const dialogs: readonly string[] = [
  "/pools?do=scale&of=web",
  "/pools?do=set-count&of=web",
  "/pools?do=delete-pool&of=web",
  "/pools?do=pause&of=web",
  "/pools?do=sync&of=web",
  "/pools/web?do=remove&of=web&nodes=web-1",
  "/pools/web?do=upgrade&of=web&family=AlibabaCloudLinux&image=3.2104.11&when=Now",
  "/nodes/web-1?do=repair&of=web-1",
  "/maintenance?do=create-window&of=new",
  "/maintenance?do=edit-window&of=nightly",
  "/maintenance?do=toggle-window&of=nightly&to=off",
  "/maintenance?do=exclude&of=nightly",
  "/maintenance?do=delete-window&of=nightly",
  "/providers?do=create-provider&of=new",
  "/providers?do=delete-provider&of=fast",
];

for (const mode of ["Light", "Dark"] as const) {
  test(`every page and dialog can be used by everybody, ${mode.toLowerCase()}`, async (t) => {
    const rig = await createRig(t);
    if (rig === null) return;
    await prepare(rig, mode);
    const { page } = rig;
    for (const { path, heading } of places) {
      await rig.step(path, async () => {
        await page.goto(`${rig.url}${path}`);
        await page.getByRole("heading", { level: 1, name: heading }).waitFor();
        await settled(page);
        await assertUsable(page);
      });
    }
    for (const path of dialogs) {
      await rig.step(path, async () => {
        await page.goto(`${rig.url}${path}`);
        await page.getByRole("dialog").waitFor();
        await settled(page);
        await assertUsable(page);
      });
    }
    rig.assertClean();
  });
}

test("the page to sign in can be used by everybody, and says why a used link does not work", async (t) => {
  const rig = await createRig(t);
  if (rig === null) return;
  const { page } = rig;
  await withoutMotion(page);
  await page.getByRole("button", { name: "Signed in as local" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to Poolkeeper" }).waitFor();
  await assertUsable(page);
  await page.goto(`${rig.url}/signin#code=used`);
  await page.getByText("This link does not sign in any more").waitFor();
  await page.getByText("bin/poolkeeper console").first().waitFor();
  assert.equal(new URL(page.url()).hash, "", "the code does not stay in the address");
  await assertUsable(page);
});

async function prepare(rig: Rig, mode: "Light" | "Dark"): Promise<void> {
  const { page } = rig;
  await withoutMotion(page);
  await page.evaluate(`localStorage.setItem("poolkeeper.mode", "${mode}")`);
  await makeFastProvider(rig);
  await rig.ask("POST", "/windows", {
    name: "nightly",
    spec: {
      weekdays: ["Saturday", "Sunday"],
      start: "02:00",
      timeZone: "Europe/Berlin",
      exclusions: [{ from: "2027-03-06", to: "2027-03-07", reason: "Fair" }],
    },
  });
  await makePool(rig, "web", {
    replicas: 2,
    template: { nodeLabels: { tier: "web" } },
    management: { maintenanceWindowRef: { name: "nightly" } },
  });
  await page.goto(`${rig.url}/pools/web?tab=nodes`);
  await rig.step("the pool is there", () =>
    page.getByText("Active", { exact: true }).first().waitFor({ timeout: limitMs }),
  );
}

/** What is half faded in has not its own colours yet, and something new may come at any time. */
async function withoutMotion(page: Page): Promise<void> {
  await page.emulateMedia({ reducedMotion: "reduce" });
}

/** Nothing is waited for any more. */
async function settled(page: Page): Promise<void> {
  await page.getByText("Loading", { exact: true }).first().waitFor({ state: "detached" });
}

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

async function assertUsable(page: Page): Promise<void> {
  await page.evaluate(axe);
  // As text, because this file is checked without the types of a browser.
  const found: unknown = await page.evaluate(`axe.run(document, { runOnly: ${JSON.stringify(tags)} }).then(
    ({ violations }) => violations.map(
      ({ id, help, nodes }) => id + ": " + help + " (" + nodes.length + ") " + nodes[0].html.slice(0, 200) + " " + nodes[0].failureSummary))`);
  assert.deepEqual(found, []);
}
