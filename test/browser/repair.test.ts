/** The repair centre: a repair that waits for a person is approved or denied there, and one by hand is begun on a node's page. */
import test from "node:test";
import { createRig, makeFastProvider, makePool, makeWaitingRepair } from "./rig.ts";
import { limitMs } from "./visit.ts";

test("a waiting repair is approved, another denied, and a node repaired by hand", async (t) => {
  const rig = await createRig(t);
  if (rig === null) return;
  const { page } = rig;
  await makeFastProvider(rig);
  await makePool(rig, "web", { replicas: 2 });
  await page.goto(`${rig.url}/nodes`);
  await page.getByRole("row").filter({ hasText: "Ready" }).nth(1).waitFor({ timeout: limitMs });
  await makeWaitingRepair(rig, "web", "web-1");
  await makeWaitingRepair(rig, "web", "web-2");

  await rig.step("the overview says that somebody is waited for", async () => {
    await page.goto(rig.url);
    await page.getByText("Waits for approval:").first().waitFor({ timeout: limitMs });
    await page.getByRole("link", { name: "2", exact: true }).last().click();
    await page.getByRole("heading", { level: 1, name: "Repair Center" }).waitFor();
  });

  await rig.step("denied: nothing happens to the node", async () => {
    await page.getByRole("button", { name: "Deny web-2-repair" }).click();
    const dialog = page.getByRole("dialog", { name: "Deny: web-2-repair" });
    await dialog.getByText("web-2-repair is denied").waitFor();
    await dialog.getByRole("button", { name: "Deny" }).click();
    const row = page.getByRole("row").filter({ hasText: "web-2-repair" });
    await row.getByText("Cancelled").waitFor({ timeout: limitMs });
  });

  await rig.step("approved: it goes ahead and succeeds", async () => {
    await page.getByRole("button", { name: "Approve web-1-repair" }).click();
    const dialog = page.getByRole("dialog", { name: "Approve: web-1-repair" });
    await dialog.getByText("web-1-repair is approved").waitFor();
    await dialog.getByRole("button", { name: "Approve" }).click();
    await page.getByText("Nothing waits for approval.").waitFor();
    const row = page.getByRole("row").filter({ hasText: "web-1-repair" });
    await row.getByText("Succeeded").waitFor({ timeout: limitMs });
  });

  await rig.step("by hand: the node's page offers what can be done, and keeps what was done", async () => {
    await page.goto(`${rig.url}/nodes/web-2`);
    await page.getByRole("button", { name: "Repair" }).click();
    const dialog = page.getByRole("dialog", { name: "Repair web-2" });
    await dialog.getByRole("radio", { name: /restart the kubelet/ }).check();
    await dialog.getByText(/is repaired: restart the kubelet/).waitFor();
    await dialog.getByRole("button", { name: "Repair" }).click();
    await dialog.waitFor({ state: "detached" });
    const repairs = page.getByRole("table", { name: "Repairs" });
    await repairs.getByText("Succeeded").waitFor({ timeout: limitMs });
  });
  rig.assertClean();
});
