/** A pool is created and scaled out with the keyboard alone; and the keys that work everywhere. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Page } from "playwright-core";
import { createRig, makeFastProvider, makePool } from "./rig.ts";
import { limitMs } from "./visit.ts";

test("a pool is created and scaled out without a mouse", async (t) => {
  const rig = await createRig(t);
  if (rig === null) return;
  const { page } = rig;
  await makeFastProvider(rig);
  await page.goto(`${rig.url}/pools`);
  await page.getByText("No node pools").waitFor();

  await rig.step("create: c opens the wizard, Tab and Enter go through it", async () => {
    await page.keyboard.press("c");
    await page.getByRole("heading", { level: 1, name: "Basics" }).waitFor();
    await focusedIs(page, "Name");
    await page.keyboard.type("keys");
    for (const title of ["Instances", "Nodes"]) await tabTo(page, "Next", title);
    await tabToField(page, "Quantity");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("1");
    for (const title of ["Managed", "Review"]) await tabTo(page, "Next", title);
    await page.getByText("Pool keys is created with 1 node of provider fast.").waitFor();
    await tabTo(page, "Confirm Order", "Node Pools");
    await row(page, "keys").getByText("1 / 1").waitFor({ timeout: limitMs });
  });

  await rig.step("scale out: by the palette, a number, Enter", async () => {
    await page.keyboard.press("ControlOrMeta+k");
    await focusedIs(page, "A page, pool, node, operation or action");
    await page.keyboard.type("scale out keys");
    await page.getByRole("option", { name: "Scale Out keys" }).waitFor({ state: "detached" });
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("keys");
    const option = page.getByRole("option", { name: "Scale Out keys" });
    await option.waitFor();
    for (let tries = 0; (await option.getAttribute("aria-selected")) !== "true"; tries += 1) {
      assert.ok(tries < 20, "the arrow keys reach each of what was found");
      await page.keyboard.press("ArrowDown");
    }
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Scale Out keys" }).waitFor();
    await focusedIs(page, "Nodes to Add");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("2");
    await page.getByText("The expected count of keys goes from 1 to 3.").waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("g");
    await page.keyboard.press("p");
    await row(page, "keys").getByText("3 / 3").waitFor({ timeout: limitMs });
  });
  rig.assertClean();
});

test("keys lead to each page, to the filter, and to the list of them; Escape closes what is open", async (t) => {
  const rig = await createRig(t);
  if (rig === null) return;
  const { page } = rig;
  await makeFastProvider(rig);
  await makePool(rig, "web", {});
  const pages: readonly (readonly [key: string, heading: string])[] = [
    ["c", "Clusters"],
    ["n", "Nodes"],
    ["u", "Operations"],
    ["r", "Repair Center"],
    ["m", "Maintenance Calendar"],
    ["i", "Providers"],
    ["e", "Events"],
    ["a", "Audit"],
    ["s", "Settings"],
    ["o", "Overview"],
    ["p", "Node Pools"],
  ];
  for (const [key, heading] of pages) {
    await rig.step(`g ${key}`, async () => {
      await page.keyboard.press("g");
      await page.keyboard.press(key);
      await page.getByRole("heading", { level: 1, name: heading }).waitFor();
    });
  }
  await rig.step("the filter stands in the address", async () => {
    await page.keyboard.press("/");
    await page.keyboard.type("nothing");
    await page.keyboard.press("Enter");
    await page.getByText("Nothing matches the filter.").waitFor();
    assert.equal(new URL(page.url()).searchParams.get("q"), "nothing");
    await page.reload();
    await page.getByText("Nothing matches the filter.").waitFor();
  });
  await rig.step("?", async () => {
    await page.getByRole("heading", { level: 1 }).click();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });
  await rig.step("Escape closes a dialog, and the address with it", async () => {
    await page.goto(`${rig.url}/pools`);
    await page.getByRole("button", { name: "Scale Out web" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    assert.equal(new URL(page.url()).searchParams.get("do"), "scale");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(new URL(page.url()).search, "");
  });
  rig.assertClean();
});

function row(page: Page, pool: string) {
  return page.getByRole("row").filter({ has: page.getByRole("link", { name: pool, exact: true }) });
}

async function focusedIs(page: Page, name: string): Promise<void> {
  await page
    .locator(":focus")
    .and(page.getByLabel(name, { exact: true }))
    .waitFor();
}

/** No page has more to be tabbed through. */
const maxTabs = 60;

async function tabToField(page: Page, name: string): Promise<void> {
  const wanted = page.locator(":focus").and(page.getByLabel(name, { exact: true }));
  await tabUntil(page, name, async () => (await wanted.count()) > 0);
}

async function tabTo(page: Page, button: string, heading: string): Promise<void> {
  const wanted = page.locator(":focus").and(page.getByRole("button", { name: button, exact: true }));
  await tabUntil(page, button, async () => (await wanted.count()) > 0);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: heading }).waitFor();
}

async function tabUntil(page: Page, what: string, isThere: () => Promise<boolean>): Promise<void> {
  for (let tabs = 0; !(await isThere()); tabs += 1) {
    assert.ok(tabs < maxTabs, `Tab reaches ${what}`);
    await page.keyboard.press("Tab");
  }
}
