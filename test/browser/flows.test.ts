/** A newcomer's first half hour in the world in memory: a pool's whole life in the console, without a command. */
import assert from "node:assert/strict";
import test from "node:test";
import { createRig, makeFastProvider, makeShop, makeWaitingRepair, type Rig, spare } from "./rig.ts";
import { choose, createScaleAndClone, emptyAndDelete, navigate, storyBootSeconds } from "./story.ts";
import { limitMs } from "./visit.ts";

test("a pool is created, scaled out, cloned, upgraded past a blocked node, repaired, emptied and deleted", async (t) => {
  const rig = await createRig(t);
  if (rig === null) return;
  await makeFastProvider(rig, "fast", storyBootSeconds);
  await createScaleAndClone(rig, "poolkeeper-embedded");
  await upgrade(rig);
  await repair(rig);
  await emptyAndDelete(rig);
  rig.assertClean();
});

async function upgrade(rig: Rig): Promise<void> {
  const { page } = rig;
  await rig.step("upgrade: another system, now, after a look at what stands in the way", async () => {
    await makeShop(rig, { replicas: 1, nodeSelector: { team: "shop" } });
    await page.getByRole("link", { name: "shop", exact: true }).click();
    await page.getByRole("tab", { name: "Upgrade" }).click();
    await choose(page, "Operating System", "AlibabaCloudLinux");
    await page.getByText("Now", { exact: true }).click();
    await page.getByText("default/shop allows 0").first().waitFor();
    await page.getByRole("button", { name: "Start Upgrade" }).click();
    const dialog = page.getByRole("dialog", { name: "Upgrade shop" });
    await dialog.getByText("Everything on 4 system disks is lost.").waitFor();
    await dialog.getByLabel("To confirm, type shop").fill("shop");
    await dialog.getByRole("button", { name: "Start Upgrade" }).click();
    await page.getByRole("link", { name: "Follow it" }).click();
  });

  await rig.step(
    "one node is blocked: the page names the pod, its owner, the budget and since when",
    async () => {
      const panel = page.getByRole("heading", { level: 2, name: "In the Way (1)" });
      await panel.waitFor({ timeout: limitMs });
      await page.getByText(/Pod default\/shop-\S+ · ReplicaSet default\/shop\S* · for /).waitFor();
      await page.getByText("budget default/shop (allows 0): never allows an eviction").waitFor();
    },
  );

  await rig.step("once the budget spares the pod, all nodes are upgraded by disk", async () => {
    await spare(rig, 0);
    await page.getByText("4 of 4 nodes done").waitFor({ timeout: limitMs });
    const disks = page
      .getByRole("table", { name: "Nodes" })
      .getByRole("img", { name: /replace the system disk/ });
    assert.equal(await disks.count(), 4);
  });
}

async function repair(rig: Rig): Promise<void> {
  const { page } = rig;
  await rig.step(
    "repair: the overview says that somebody is waited for, the repair center takes the answer",
    async () => {
      await makeWaitingRepair(rig, "shop", "shop-1");
      await navigate(page, "Overview");
      await page.getByText("Waits for approval:").first().waitFor({ timeout: limitMs });
      await navigate(page, "Repair Center");
      await page.getByRole("button", { name: "Approve shop-1-repair" }).click();
      const dialog = page.getByRole("dialog", { name: "Approve: shop-1-repair" });
      await dialog.getByText("shop-1-repair is approved").waitFor();
      await dialog.getByRole("button", { name: "Approve" }).click();
      const row = page.getByRole("row").filter({ hasText: "shop-1-repair" });
      await row.getByText("Succeeded").waitFor({ timeout: limitMs });
    },
  );
}
