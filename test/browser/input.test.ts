/** Wrong input in each form: it is said beside the field, in words that help, and nothing is sent or lost. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Page } from "playwright-core";
import { createRig, makeFastProvider, makePool } from "./rig.ts";
import { limitMs } from "./visit.ts";

interface Wrong {
  readonly label: string;
  readonly text: string;
  readonly complaint: string;
}

test("the wizard stays at the step in which something is wrong, and keeps what was typed", async (t) => {
  const rig = await createRig(t);
  if (rig === null) return;
  const { page } = rig;
  await makeFastProvider(rig);
  await makePool(rig, "taken", {});
  await page.goto(`${rig.url}/new/pool`);
  await refused(page, "Next", { label: "Name", text: "", complaint: "must be given" });
  await refused(page, "Next", { label: "Name", text: "Web_1", complaint: "'Web_1' is no name for a pool" });
  await refused(page, "Next", { label: "Name", text: "a".repeat(41), complaint: "is too long for a pool" });
  await page.getByLabel("Name").fill("taken");
  await next(page, "Instances");
  await refused(page, "Next", { label: "System Disk (GiB)", text: "5", complaint: "must be at least 20" });
  await page.getByLabel("System Disk (GiB)").fill("40");
  await page.getByRole("button", { name: "Add data disk" }).click();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("must be of lower-case letters, digits and '-', such as data").waitFor();
  await page.getByRole("button", { name: "Remove" }).click();
  await next(page, "Nodes");
  await refused(page, "Next", { label: "Quantity", text: "many", complaint: "must be a number" });
  await refused(page, "Next", { label: "Quantity", text: "2001", complaint: "must be at most 2000" });
  await refused(page, "Next", { label: "Quantity", text: "1.5", complaint: "must be a whole number" });
  await page.getByLabel("Quantity").fill("0");
  await page.getByRole("button", { name: "Add node label" }).click();
  await page.getByRole("textbox", { name: "Node Label Key" }).fill("kubernetes.io/role");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("key 'kubernetes.io/role' is set by the system").waitFor();
  await page.getByRole("textbox", { name: "Node Label Key" }).fill("team");
  await page.getByRole("button", { name: "Add taint" }).click();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("must be a taint key such as dedicated").waitFor();
  await page.getByRole("button", { name: "Remove" }).last().click();
  await next(page, "Managed");
  await page.getByRole("checkbox", { name: "Auto Upgrade" }).check();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("autoUpgrade is true but no maintenanceWindowRef is set").waitFor();
  await page.getByRole("checkbox", { name: "Auto Upgrade" }).uncheck();
  await refused(page, "Next", {
    label: "Nodes Away at Once",
    text: "half",
    complaint: "must be 0 to 1000, or a percentage such as 5%",
  });
  await page.getByLabel("Nodes Away at Once").fill("10%");
  await next(page, "Review");
  await page.getByText("Pool taken exists already").waitFor();
  await page.getByRole("button", { name: "Confirm Order" }).click();
  await page.getByRole("button", { name: "Edit: Basics" }).click();
  assert.equal(await page.getByLabel("Name").inputValue(), "taken", "nothing is lost");
  await page.getByLabel("Name").fill("free");
  for (const title of ["Instances", "Nodes", "Managed", "Review"]) await next(page, title);
  await page.getByRole("button", { name: "Confirm Order" }).click();
  await page.getByRole("row").filter({ hasText: "free" }).getByText("0 / 0").waitFor({ timeout: limitMs });
  rig.assertClean();
});

test("each dialog says beside its field what is wrong", async (t) => {
  const rig = await createRig(t);
  if (rig === null) return;
  const { page } = rig;
  await makeFastProvider(rig);
  await makePool(rig, "web", { replicas: 1 });
  await rig.ask("POST", "/windows", {
    name: "nightly",
    spec: { weekdays: ["Monday"], start: "02:00", timeZone: "Europe/Berlin" },
  });
  await page.goto(`${rig.url}/pools/web?tab=nodes`);
  await rig.step("a node is there", () =>
    page.getByText("Ready", { exact: true }).first().waitFor({ timeout: limitMs }),
  );

  const forms: readonly (readonly [address: string, button: string, wrongs: readonly Wrong[]])[] = [
    [
      "/pools?do=scale&of=web",
      "Submit",
      [
        { label: "Nodes to Add", text: "", complaint: "must be given" },
        { label: "Nodes to Add", text: "two", complaint: "must be a number" },
        { label: "Nodes to Add", text: "0.5", complaint: "must be a whole number" },
        { label: "Nodes to Add", text: "-1", complaint: "is not possible" },
        { label: "Nodes to Add", text: "5000", complaint: "write a whole number from" },
      ],
    ],
    [
      "/pools?do=set-count&of=web",
      "Submit",
      [
        { label: "Number of Nodes", text: "x", complaint: "must be a number" },
        { label: "Number of Nodes", text: "2001", complaint: "write a whole number from 0 to 2000" },
      ],
    ],
    [
      "/maintenance?do=create-window&of=new",
      "Create Maintenance Window",
      [
        { label: "Name", text: "", complaint: "must be given" },
        { label: "Start", text: "25:00", complaint: "must be a time of day from 00:00 to 23:59" },
        { label: "Length (Minutes)", text: "5", complaint: "must be 30 to 1440 minutes" },
        { label: "Time Zone", text: "+02:00", complaint: "must be an IANA zone" },
      ],
    ],
    [
      "/maintenance?do=exclude&of=nightly",
      "Exclude Days",
      [
        { label: "First Day", text: "tomorrow", complaint: "must be a day of the calendar" },
        { label: "First Day", text: "2026-02-30", complaint: "must be a day of the calendar" },
      ],
    ],
    [
      "/providers?do=create-provider&of=new",
      "Create Provider",
      [
        { label: "Name", text: "", complaint: "must be given" },
        { label: "Region", text: "", complaint: "must have at least 1 characters" },
        { label: "Endpoint", text: "not a host!", complaint: "must be a host" },
      ],
    ],
  ];
  for (const [address, button, wrongs] of forms) {
    for (const wrong of wrongs) {
      await rig.step(`${address} ${wrong.label} ${wrong.text}`, async () => {
        await page.goto(`${rig.url}${address}`);
        const dialog = page.getByRole("dialog");
        await dialog.getByLabel(wrong.label, { exact: true }).fill(wrong.text);
        await dialog.getByRole("button", { name: button }).last().click();
        await dialog.getByText(wrong.complaint).first().waitFor();
        assert.equal(
          await dialog.getByLabel(wrong.label, { exact: true }).inputValue(),
          wrong.text,
          "nothing is lost",
        );
      });
    }
  }

  await rig.step("a name that has to be typed", async () => {
    await page.goto(`${rig.url}/pools?do=delete-pool&of=web`);
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("To confirm, type web").fill("wep");
    await dialog.getByRole("button", { name: "Confirm" }).click();
    await dialog.getByText("Type web exactly").waitFor();
    await rig.ask("GET", "/pools/web");
  });

  await rig.step("the settings of a pool", async () => {
    await page.goto(`${rig.url}/pools/web/settings`);
    await refused(page, "Save", { label: "System Disk (GiB)", text: "1", complaint: "must be at least 20" });
    await page.getByLabel("System Disk (GiB)").fill("40");
    await page.getByText("Nothing is changed yet.").waitFor();
  });
  rig.assertClean();
});

test("nothing can be typed before what it starts from is there, and a name that is not there says so", async (t) => {
  const rig = await createRig(t);
  if (rig === null) return;
  const { page } = rig;
  await makeFastProvider(rig);
  await makePool(rig, "web", { replicas: 1 });
  const dialog = page.getByRole("dialog");
  const count = dialog.getByLabel("Number of Nodes", { exact: true });

  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  await page.route(/\/pools\/web(\?|$)/, async (route) => {
    asked.resolve();
    await answer.promise;
    await route.continue();
  });
  await page.goto(`${rig.url}/pools?do=set-count&of=web`);
  await asked.promise;
  await dialog.getByText("Loading").waitFor();
  assert.equal(await count.count(), 0);
  answer.resolve();
  await count.waitFor();
  assert.equal(await count.inputValue(), "1");
  await page.keyboard.type("2");
  assert.equal(await count.inputValue(), "12", "one writes there at once");
  rig.assertClean();

  for (const address of ["/pools?do=set-count&of=none", "/maintenance?do=edit-window&of=none"]) {
    await page.goto(`${rig.url}${address}`);
    await dialog.getByText(/none/).last().waitFor();
    await dialog.getByRole("button", { name: "Try again" }).waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "detached" });
  }
});

test("a refusal stays while it is asked again whether it holds, and is said once", async (t) => {
  const rig = await createRig(t);
  if (rig === null) return;
  const { page } = rig;
  await makeFastProvider(rig);
  await makePool(rig, "web", { replicas: 0 });
  await page.goto(`${rig.url}/providers?do=delete-provider&of=fast`);
  const dialog = page.getByRole("dialog");
  const refusal = dialog.getByText("delete these pools first");
  await refusal.waitFor();
  const shown = await refusal.elementHandle();
  for (let answer = 0; answer < 3; answer += 1)
    await page.waitForResponse((response) => response.url().includes("/providers/fast?dryRun"));
  // A handle on what was taken away, and put there again, finds nothing to see.
  assert.equal(await shown?.isVisible(), true, "it was not taken away");

  await dialog.getByRole("button", { name: "Delete", exact: true }).click();
  await page.waitForResponse((response) => response.url().includes("/providers/fast?dryRun"));
  assert.equal(await refusal.count(), 1);
  rig.assertClean();
});

async function refused(page: Page, button: string, { label, text, complaint }: Wrong): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(text);
  await page.getByRole("button", { name: button }).click();
  await page.getByText(complaint).first().waitFor();
}

async function next(page: Page, title: string): Promise<void> {
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
}
