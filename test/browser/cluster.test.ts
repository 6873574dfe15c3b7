/** The same flows on a real kube-apiserver, somebody there who may scale and nothing else, and what kubectl says beside the page. */
import assert from "node:assert/strict";
import test from "node:test";
import { createRig as createCluster, namespace, type Rig } from "../e2e/rig.ts";
import { cellsOf } from "../e2e/table.ts";
import { makeFastProvider, makePool } from "./rig.ts";
import { createScaleAndClone, emptyAndDelete, storyBootSeconds } from "./story.ts";
import { createVisitors, limitMs, offBecause, type Visit } from "./visit.ts";

test("the five flows of a person on a real kube-apiserver; whoever may only scale can scale and sees why not the rest", async (t) => {
  const visitors = await createVisitors(t);
  if (visitors === null) return;
  const cluster = await createCluster(t);
  const server = cluster.start("--cluster", "local", "--data-dir", cluster.dataDir, "--port", "0");
  await server.ready();
  const link = await cluster.eventually(
    "the link is printed",
    async () => /Console: (\S+)/.exec(server.output())?.[1] ?? null,
  );
  const admin = await visitors.arrive(link);
  await admin.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await makeFastProvider(admin, "fast", storyBootSeconds);
  const session = (await admin.ask("GET", "/session")) as { readonly cluster: { readonly name: string } };
  await createScaleAndClone(admin, session.cluster.name);
  await emptyAndDelete(admin);
  admin.assertClean();

  await makePool(admin, "web", { replicas: 1 });
  const token = await tokenOfScaler(cluster);
  const scaler = await visitors.arrive(admin.url);
  const { page } = scaler;
  await scaler.step("a token of the cluster signs in; a wrong one says so", async () => {
    await page.getByLabel("Bearer token").fill("not-a-token");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("The API server does not accept this token").waitFor();
    await page.getByLabel("Bearer token").fill(token);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  });
  await scaler.step("what they may not do is off, and says which permission is missing", async () => {
    await page.goto(`${scaler.url}/pools`);
    await offBecause(page, "Delete web", "You may not patch managednodepools.poolkeeper.dev");
    await offBecause(page, "Create Managed Node Pool", "You may not create managednodepools.poolkeeper.dev");
  });
  await scaler.step("a link to a dialog that they may not use says why", async () => {
    await page.goto(`${scaler.url}/pools?do=pause&of=web`);
    await page
      .getByRole("dialog")
      .getByText("You may not patch managednodepools.poolkeeper.dev")
      .first()
      .waitFor();
  });
  await scaler.step("what they may do, they can", async () => {
    await page.goto(`${scaler.url}/pools`);
    await page.getByRole("button", { name: "Scale Out web" }).click();
    const dialog = page.getByRole("dialog", { name: "Scale Out web" });
    await dialog.getByLabel("Nodes to Add").fill("1");
    await dialog.getByText("The expected count of web goes from 1 to 2.").waitFor();
    await dialog.getByRole("button", { name: "Submit" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByText("2 / 2").waitFor({ timeout: limitMs });
  });
  scaler.assertClean();
  await admin.step("the page says of the pool what kubectl and the command line say", async () => {
    const shown = await shownOf(admin, "web");
    const fromKubectl = cellsOf(
      await cluster.kubectl("get", "mnp", "web", "-n", namespace, "-o", "wide"),
      "web",
    );
    for (const told of [fromKubectl, cellsOf(await cluster.pk("get", "pools"), "web")]) {
      assert.equal(shown["Status"], told["STATUS"]);
      assert.equal(shown["Nodes"], `${told["READY"]} / ${told["DESIRED"]}`);
    }
    assert.equal(shown["Kubernetes"], fromKubectl["VERSION"]);
  });
});

/** The row of a pool that is Active, by the titles of its columns. */
async function shownOf({ page, url }: Visit, pool: string): Promise<Readonly<Record<string, string>>> {
  await page.goto(`${url}/pools`);
  const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: pool, exact: true }) });
  await row.getByText("Active", { exact: true }).waitFor({ timeout: limitMs });
  const titles = await page.getByRole("columnheader").allInnerTexts();
  const cells = await row.locator("th, td").allInnerTexts();
  return Object.fromEntries(titles.map((title, index) => [title.trim(), (cells[index] ?? "").trim()]));
}

async function tokenOfScaler(cluster: Rig): Promise<string> {
  const name = "scaler";
  await cluster.kubectl("-n", namespace, "create", "serviceaccount", name);
  const metadata = { name, namespace };
  const apiVersion = "rbac.authorization.k8s.io/v1";
  const group = "poolkeeper.dev";
  await cluster.apply(
    "scaler.yaml",
    {
      apiVersion,
      kind: "Role",
      metadata,
      rules: [
        { apiGroups: [group], resources: ["managednodepools"], verbs: ["get", "list", "watch"] },
        { apiGroups: [group], resources: ["managednodepools/scale"], verbs: ["get", "patch"] },
      ],
    },
    {
      apiVersion,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
  );
  return (await cluster.kubectl("-n", namespace, "create", "token", name)).trim();
}
