/** `npm run pictures`: makes the pictures of README and docs from the running product, in docs/pictures. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";
import { createRig, makeFastProvider, makeShop, makeWaitingRepair, type Rig } from "../browser/rig.ts";
import { limitMs } from "../browser/visit.ts";

const folder = path.resolve(import.meta.dirname, "../../docs/pictures");

const provider = "hangzhou";
const width = 1280;

interface Picture {
  readonly name: string;
  readonly path: string;
  /** What shows that it is whole. */
  readonly text: string | RegExp;
  readonly height: number;
}

async function main(): Promise<void> {
  const after: (() => unknown)[] = [];
  let missing = "";
  const rig = await createRig({
    skip: (why = "") => {
      missing = why;
    },
    after: (run) => after.push(run as () => unknown),
  });
  try {
    if (rig === null) throw new Error(`No pictures were made: ${missing}`);
    mkdirSync(folder, { recursive: true });
    await rig.step("the world", () => makeWorld(rig));
    const upgrade = await beginUpgrade(rig);
    for (const picture of picturesOf(upgrade)) await take(rig, picture);
  } finally {
    for (const run of after.toReversed()) await run();
  }
}

function picturesOf(upgrade: string): readonly Picture[] {
  return [
    { name: "upgrade", path: `/operations/${upgrade}`, text: /^In the Way/, height: 1010 },
    { name: "overview", path: "/", text: /^Fleet/, height: 860 },
    { name: "pools", path: "/pools", text: "Upgrading", height: 560 },
    { name: "wizard", path: "/new/pool?from=web&step=4", text: "Upgrades and Repairs", height: 760 },
    { name: "calendar", path: "/maintenance?month=2027-03", text: "March 2027", height: 760 },
    {
      name: "repair",
      path: "/repairs?do=operation-approve&of=batch-2-repair",
      text: "What will happen",
      height: 620,
    },
  ];
}

async function makeWorld(rig: Rig): Promise<void> {
  await makeFastProvider(rig, provider);
  const windows = [
    { name: "nightly", weekdays: ["Tuesday", "Thursday"], start: "02:00", durationMinutes: 180 },
    {
      name: "weekend",
      weekdays: ["Saturday", "Sunday"],
      start: "01:00",
      durationMinutes: 360,
      exclusions: [{ from: "2027-03-06", to: "2027-03-07", reason: "Fair" }],
    },
  ];
  for (const { name, ...spec } of windows) {
    await rig.ask("POST", "/windows", { name, spec: { ...spec, timeZone: "Europe/Berlin" } });
  }
  await makePool(rig, "web", 6, "nightly");
  await makePool(rig, "batch", 12, "weekend");
  await makePool(rig, "search", 8, "weekend");
  await rig.page.goto(`${rig.url}/pools`);
  for (const count of ["6 / 6", "12 / 12", "8 / 8"]) {
    await rig.page.getByText(count).waitFor({ timeout: limitMs });
  }
  await makeShop(rig, { replicas: 1, nodeSelector: { tier: "web" } });
}

async function makePool(rig: Rig, name: string, replicas: number, window: string): Promise<void> {
  await rig.ask("POST", "/pools", {
    name,
    spec: {
      replicas,
      providerRef: { name: provider },
      template: {
        image: { family: "AlibabaCloudLinux", version: "3.2104.11" },
        nodeLabels: { tier: name },
      },
      management: { autoUpgrade: false, autoRepair: true, maintenanceWindowRef: { name: window } },
      upgrade: { soakSeconds: 0, maxUnavailable: 2 },
    },
  });
}

/** Goes on until only the node is left that a budget keeps. */
async function beginUpgrade(rig: Rig): Promise<string> {
  const image = { family: "AlibabaCloudLinux", version: "3.2104.12" };
  await rig.ask("POST", "/pools/web/upgrade", { image, when: "Now", confirm: "web" });
  const { items } = (await rig.ask("GET", "/operations?pool=web")) as {
    readonly items: readonly { readonly name: string }[];
  };
  const name = items[0]?.name ?? "";
  await rig.page.goto(`${rig.url}/operations/${name}`);
  await rig.page.getByText("5 of 6 nodes done").waitFor({ timeout: limitMs });
  await makeWaitingRepair(rig, "batch", "batch-2");
  return name;
}

async function take({ page, url }: Rig, { name, path: place, text, height }: Picture): Promise<void> {
  await page.setViewportSize({ width, height });
  for (const mode of ["Light", "Dark"]) {
    await page.evaluate(`localStorage.setItem("poolkeeper.mode", "${mode}")`);
    await page.goto(`${url}${place}`);
    await page.getByText(text).first().waitFor();
    await rest(page);
    const file = path.join(folder, `${name}-${mode.toLowerCase()}.png`);
    await page.screenshot({ path: file, animations: "disabled", caret: "hide" });
    console.log(file);
  }
}

/** Nothing is waited for any more, and the fonts are there. */
async function rest(page: Page): Promise<void> {
  await page.getByText("Loading", { exact: true }).first().waitFor({ state: "detached" });
  await page.evaluate("document.fonts.ready");
  await page.waitForTimeout(1000);
}

await main();
