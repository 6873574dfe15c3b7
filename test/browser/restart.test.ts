/** The server goes and comes back while people watch: what was known stays, and everything is current again by itself. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Page } from "playwright-core";
import { createRig, makeFastProvider, makePool } from "./rig.ts";
import { limitMs } from "./visit.ts";

test("what is known stays on the page when the server is gone, and is renewed when it is back", async (t) => {
  const rig = await createRig(t);
  if (rig === null) return;
  const { page } = rig;
  await makeFastProvider(rig);
  await makePool(rig, "before", { replicas: 1 });
  await page.goto(`${rig.url}/pools`);
  await row(page, "before").getByText("1 / 1").waitFor({ timeout: limitMs });

  const wizard = await rig.openTab();
  await wizard.goto(`${rig.url}/new/pool`);
  await wizard.getByLabel("Name", { exact: true }).fill("half-written");

  await rig.step("gone: the rows stay, and it is said how old they are", async () => {
    await rig.stopServer();
    await page.getByText("Poolkeeper does not answer").waitFor();
    await page.getByText(/What you see is how things were at \d\d:\d\d:\d\d/).waitFor();
    await page.getByRole("button", { name: "Not connected" }).waitFor();
    await row(page, "before").getByText("1 / 1").waitFor();
  });

  await rig.step("what is being written stays where it is", async () => {
    for (let failure = 0; failure < 4; failure += 1)
      await wizard.waitForEvent("requestfailed", (request) => request.url().includes("/providers"));
    assert.equal(
      await wizard.getByLabel("Name", { exact: true }).inputValue({ timeout: 1000 }),
      "half-written",
    );
    await wizard.close();
  });

  await rig.step("a change that gets no answer says so, and is not lost from the dialog", async () => {
    await page.getByRole("button", { name: "Scale Out before" }).click();
    const dialog = page.getByRole("dialog", { name: "Scale Out before" });
    await dialog.getByLabel("Nodes to Add").fill("2");
    await dialog.getByRole("button", { name: "Submit" }).click();
    await dialog.getByText("Poolkeeper does not answer").waitFor();
    await dialog.getByText("Nothing was changed.").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
  });

  await rig.step("back: a fresh world shows by itself, to the same person", async () => {
    await rig.startServer();
    await page.getByRole("button", { name: "Live" }).waitFor({ timeout: limitMs });
    await page.getByText("Poolkeeper does not answer").waitFor({ state: "detached" });
    await page.getByText("No node pools").waitFor({ timeout: limitMs });
  });
});

test("a page that is told that it is signed out, and is not, goes on following", async (t) => {
  const rig = await createRig(t);
  if (rig === null) return;
  const { page } = rig;
  await makeFastProvider(rig);
  await page.route(
    "**/api/v1/stream",
    (route) =>
      route.fulfill({
        contentType: "text/event-stream",
        body: 'id: x-1\nevent: end\ndata: {"why":"SignedOut"}\n\n',
      }),
    { times: 1 },
  );
  await page.goto(`${rig.url}/pools`);
  await rig.step("it is live all the same", () => page.getByRole("button", { name: "Live" }).waitFor());
  await makePool(rig, "seen", { replicas: 1 });
  await rig.step("and shows what comes", () =>
    row(page, "seen").getByText("1 / 1").waitFor({ timeout: limitMs }),
  );
});

test("a page from before an upgrade, whose parts are gone, is loaded anew where it was going", async (t) => {
  const rig = await createRig(t);
  if (rig === null) return;
  const { page } = rig;
  await page.goto(`${rig.url}/pools`);
  await page.getByText("No node pools").waitFor();
  let isUpgraded = true;
  await page.route("**/assets/*.js", (route) =>
    isUpgraded ? route.fulfill({ status: 404 }) : route.continue(),
  );
  page.on("request", (request) => {
    if (request.isNavigationRequest()) isUpgraded = false;
  });
  await rig.step("the page that it is going to", async () => {
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
  });
});

test("two tabs show the same at once, also when the one that reads the stream is closed", async (t) => {
  const rig = await createRig(t);
  if (rig === null) return;
  const { page } = rig;
  await makeFastProvider(rig);
  const tabs = [page, await rig.openTab(), await rig.openTab()];
  for (const tab of tabs) {
    await tab.goto(`${rig.url}/pools`);
    await tab.getByText("No node pools").waitFor();
  }
  await makePool(rig, "seen", { replicas: 1 });
  for (const tab of tabs) await row(tab, "seen").getByText("Active").waitFor({ timeout: limitMs });
  await page.close();
  await rig.ask("POST", "/pools/seen/scale", { add: 1 });
  for (const tab of tabs.slice(1)) await row(tab, "seen").getByText("2 / 2").waitFor({ timeout: limitMs });
  rig.assertClean();
});

test("what another tab changed meanwhile is looked at once more before anything is done", async (t) => {
  const rig = await createRig(t);
  if (rig === null) return;
  const { page } = rig;
  await makeFastProvider(rig);
  await makePool(rig, "shared", { replicas: 0 });
  await page.goto(`${rig.url}/pools?do=set-count&of=shared`);
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Number of Nodes").fill("5");
  await dialog.getByText("The expected count of shared goes from 0 to 5.").waitFor();
  await rig.ask("POST", "/pools/shared/scale", { replicas: 2 });
  await dialog.getByRole("button", { name: "Submit" }).click();
  await dialog.getByText("What would happen has changed since it was shown.").waitFor();
  await dialog.getByText("The expected count of shared goes from 2 to 5.").waitFor();
  await dialog.getByRole("button", { name: "Submit" }).click();
  await dialog.waitFor({ state: "detached" });
  await row(page, "shared").getByText("5 / 5").waitFor({ timeout: limitMs });
  rig.assertClean();
});

function row(page: Page, pool: string) {
  return page.getByRole("row").filter({ has: page.getByRole("link", { name: pool, exact: true }) });
}
