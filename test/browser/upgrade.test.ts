/** An upgrade watched live: planned, begun, blocked by a budget, unblocked, done; and what can be asked of it meanwhile. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Locator, Page } from "playwright-core";
import { createRig, makeFastProvider, makePool, makeShop, objectsPath, spare } from "./rig.ts";
import { choose } from "./story.ts";
import { limitMs } from "./visit.ts";

test("an upgrade by disk replacement is watched, with a node that a budget keeps", async (t) => {
  const rig = await createRig(t);
  if (rig === null) return;
  const { page } = rig;
  await makeFastProvider(rig);
  await makePool(rig, "web", {
    replicas: 3,
    template: { image: { family: "AlibabaCloudLinux", version: "3.2104.11" } },
    upgrade: { soakSeconds: 0 },
  });
  await page.goto(`${rig.url}/pools/web`);
  await page.getByText("Active", { exact: true }).first().waitFor({ timeout: limitMs });
  await makeShop(rig, { replicas: 6 });

  await rig.step("the plan names the pods in the way", async () => {
    await page.getByRole("tab", { name: "Upgrade" }).click();
    await choose(page, "Image Version", "3.2104.12");
    await page.getByText("Now", { exact: true }).click();
    const obstacles = page.getByRole("table", { name: "What Stands in the Way" });
    await obstacles.getByText("default/shop allows 0").first().waitFor();
    const turns = page.getByRole("table", { name: "Order of the Nodes" });
    await turns.getByRole("row").nth(1).waitFor();
  });

  await rig.step("a plan that cannot be made anew stays", async () => {
    await page.route(/\/forecast/, (route) => route.abort());
    for (const note of ["1", "2", "3"]) {
      const failed = page.waitForEvent("requestfailed", (request) => request.url().includes("/forecast"));
      await rig.kube("PATCH", `${objectsPath}/managednodepools/web`, { metadata: { annotations: { note } } });
      await failed;
    }
    const turns = page.getByRole("table", { name: "Order of the Nodes" });
    assert.equal(await turns.isVisible(), true);
    await page.unroute(/\/forecast/);
  });

  await rig.step("the dialog wants the name typed, and says what is wrong when it is not", async () => {
    await page.getByRole("button", { name: "Start Upgrade" }).click();
    const dialog = page.getByRole("dialog", { name: "Upgrade web" });
    await dialog.getByText("Everything on 3 system disks is lost.").waitFor();
    await dialog.getByRole("listitem").getByText("6 pods can never be evicted as things are").waitFor();
    await dialog.getByRole("button", { name: "Start Upgrade" }).click();
    await dialog.getByText("Type web exactly: this cannot be brought back.").waitFor();
    await dialog.getByLabel("To confirm, type web").fill("web");
    await dialog.getByRole("button", { name: "Start Upgrade" }).click();
    await page.getByRole("link", { name: "Follow it" }).click();
  });

  await rig.step("the page names pod, owner, budget and since when, without being loaded anew", async () => {
    const panel = page.getByRole("heading", { level: 2, name: /^In the Way/ });
    await panel.waitFor({ timeout: limitMs });
    await page
      .getByText(/Pod default\/shop-\S+/)
      .first()
      .waitFor();
    await page
      .getByText(/ReplicaSet default\/shop|Deployment default\/shop|· \S*shop/)
      .first()
      .waitFor();
    await page.getByText("budget default/shop (allows 0): never allows an eviction").first().waitFor();
  });

  await rig.step("a node that waits can be skipped, the operation paused and resumed", async () => {
    await page
      .getByRole("button", { name: /^Skip cn-hangzhou/ })
      .last()
      .click();
    await confirm(page, "Skip");
    await page.getByText("Skipped", { exact: true }).waitFor({ timeout: limitMs });
    await page.getByRole("button", { name: "Pause" }).click();
    await confirm(page, "Pause");
    await page.getByRole("button", { name: "Resume" }).click();
    await confirm(page, "Resume");
    await page.getByRole("button", { name: "Pause" }).waitFor();
  });

  await rig.step("once the budget allows it, it goes on to its end", async () => {
    await spare(rig);
    await page
      .getByText("2 of 3 nodes done")
      .or(page.getByText("3 of 3 nodes done"))
      .waitFor({ timeout: limitMs });
    await stateOf(page).getByText("Succeeded").waitFor({ timeout: limitMs });
    const timeline = page
      .getByRole("table", { name: "Nodes" })
      .getByRole("img", { name: /replace the system disk/ });
    assert.equal(await timeline.count(), 2, "a bar per step of each node that was upgraded");
  });
  rig.assertClean();
});

/** Under the title, beside the message. */
function stateOf(page: Page): Locator {
  return page
    .locator("main")
    .getByText(/^(Succeeded|Running|Paused)$/)
    .first()
    .locator("..");
}

async function confirm(page: Page, button: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("heading", { name: "What will happen" }).waitFor();
  await dialog.getByRole("button", { name: button, exact: true }).click();
  await dialog.waitFor({ state: "detached" });
}
