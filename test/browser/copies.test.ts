/** "Copy as": what is copied from a dialog does the same in a terminal, by the command line and by kubectl. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import test from "node:test";
import { parseAllDocuments } from "yaml";
import { realClock } from "../../src/ports/clock.ts";
import { ensureBinaries, kubernetesVersion } from "../../src/start/binaries.ts";
import { silentProgress } from "../../src/start/progress.ts";
import { createRig, makeFastProvider, makePool, type Rig } from "./rig.ts";
import { limitMs } from "./visit.ts";

test("what a dialog copies for the command line is understood by it, and shows the same", async (t) => {
  const rig = await createRig(t);
  if (rig === null) return;
  await prepare(rig);
  const dialogs: readonly (readonly [address: string, said: string])[] = [
    ["/pools?do=scale&of=web", "The expected count of web goes from 1 to 2."],
    ["/pools?do=set-count&of=web", ""],
    ["/pools?do=pause&of=web", "Nothing new starts in web"],
    ["/pools?do=delete-pool&of=web", "Pool web is deleted, with its 1 machine."],
    ["/pools/web?do=remove&of=web&nodes=web-1", "1 node leaves web"],
    [
      "/pools/web?tab=upgrade&do=upgrade&of=web&family=AlibabaCloudLinux&image=3.2104.11&when=Now",
      "Everything on 1 system disk is lost.",
    ],
    ["/nodes/web-1?do=repair&of=web-1", "is repaired: reboot"],
    ["/maintenance?do=toggle-window&of=nightly&to=off", "never opens as it stands"],
    ["/maintenance?do=exclude&of=nightly&to=2027-01-01", "nightly opens next at"],
    ["/maintenance?do=delete-window&of=nightly", "Maintenance window nightly is deleted"],
  ];
  for (const [address, said] of dialogs) {
    await rig.step(address, async () => {
      await rig.page.goto(`${rig.url}${address}`);
      if (address.includes("set-count"))
        await rig.page.getByRole("textbox", { name: "Number of Nodes" }).fill("4");
      const line = await copied(rig, "Command line");
      const { code, text } = await shell(`${line} --dry-run`, rig, null);
      assert.equal(code, 0, `${line}\n${text}`);
      assert.ok(text.includes(said), `${line}\n${text}`);
    });
  }
  await rig.step("a whole new pool", async () => {
    await rig.page.goto(`${rig.url}/new/pool`);
    await rig.page.getByLabel("Name").fill("fresh");
    for (let step = 2; step <= 5; step += 1) {
      await rig.page.getByRole("button", { name: "Next" }).click();
      await rig.page.getByText(`Step ${step}`).waitFor();
    }
    await rig.page.getByText("Pool fresh is created").waitFor();
    const line = (await copied(rig, "Command line")).replace(" <<", " --dry-run <<");
    const { code, text } = await shell(line, rig, null);
    assert.equal(code, 0, `${line}\n${text}`);
    assert.ok(text.includes("Pool fresh is created with 0 nodes"), text);
  });
  rig.assertClean();
});

test("what a dialog copies for kubectl does it, and as YAML and as a call it is what would be written", async (t) => {
  const rig = await createRig(t);
  if (rig === null) return;
  const { kubectl } = await ensureBinaries({
    names: ["kubectl"],
    version: kubernetesVersion,
    env: process.env,
    clock: realClock,
    progress: silentProgress,
  });
  await prepare(rig);
  const { page } = rig;
  await page.goto(`${rig.url}/pools?do=scale&of=web`);
  await page.getByLabel("Nodes to Add").fill("2");
  await page.getByText("goes from 1 to 3.").waitFor();
  const command = await copied(rig, "kubectl");
  assert.equal(await copied(rig, "YAML"), "# Merge patch of ManagedNodePool web.\nspec:\n  replicas: 3\n");
  const call = await copied(rig, "API call");
  assert.ok(call.includes(`curl -X POST ${rig.url}/api/v1/pools/web/scale`), call);
  assert.ok(call.includes(`-d '{"add":2}'`), call);
  const { code, text } = await shell(command, rig, kubectl);
  assert.equal(code, 0, `${command}\n${text}`);
  await page.goto(`${rig.url}/pools`);
  await page.getByText("3 / 3").waitFor({ timeout: limitMs });

  await page.goto(`${rig.url}/pools/web?do=remove&of=web&nodes=web-1`);
  const removal = await copied(rig, "YAML");
  const [object] = parseAllDocuments(removal).map((document) => document.toJS());
  assert.deepEqual([object.kind, object.spec.kind], ["NodeOperation", "RemoveNodes"]);
  const created = await shell(await copied(rig, "kubectl"), rig, kubectl);
  assert.equal(created.code, 0, created.text);
  await page.goto(`${rig.url}/pools`);
  await page.getByText("2 / 2").waitFor({ timeout: limitMs });
  rig.assertClean();
});

async function prepare(rig: Rig): Promise<void> {
  await rig.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: rig.url });
  await makeFastProvider(rig);
  await rig.ask("POST", "/windows", {
    name: "nightly",
    spec: { weekdays: ["Monday"], start: "02:00", timeZone: "Europe/Berlin" },
  });
  await makePool(rig, "web", { replicas: 1 });
  await rig.page.goto(`${rig.url}/pools`);
  await rig.page.getByText("1 / 1").waitFor({ timeout: limitMs });
}

async function copied(rig: Rig, form: string): Promise<string> {
  const { page } = rig;
  const button = page.getByRole("button", { name: /^(Copy as|Copied)/ }).last();
  await button.and(page.locator(":not([disabled]):not([aria-disabled=true])")).waitFor();
  await page.evaluate(`navigator.clipboard.writeText("")`);
  await button.click();
  await page.getByRole("menuitem", { name: form }).click();
  await page.waitForFunction(`navigator.clipboard.readText().then((text) => text !== "")`);
  return String(await page.evaluate(`navigator.clipboard.readText()`));
}

/** As somebody would paste it, in the folder of the project. */
function shell(
  command: string,
  rig: Rig,
  kubectl: string | null,
): Promise<{ readonly code: number | null; readonly text: string }> {
  const folders = [path.dirname(process.execPath), ...(kubectl === null ? [] : [path.dirname(kubectl)])];
  const child = spawn("bash", ["-c", command], {
    cwd: path.resolve(import.meta.dirname, "../.."),
    env: {
      ...process.env,
      PATH: [...folders, process.env["PATH"]].join(":"),
      KUBECONFIG: rig.kubeconfig,
      HOME: path.dirname(rig.kubeconfig),
      NO_COLOR: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  child.stdout.on("data", (chunk) => (text += String(chunk)));
  child.stderr.on("data", (chunk) => (text += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, text }));
  });
}
