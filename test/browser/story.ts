/** The five flows of a person, in the words of the user's page: create, scale out and clone, then remove nodes and delete. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { limitMs, type Visit } from "./visit.ts";

/** Of the provider: long enough for a page that loads slowly to show that a pool is on its way. */
export const storyBootSeconds = 5;

/** Begins with no pool, no window, and the provider `fast`; makes the pool shop and its clone shop-too. */
export async function createScaleAndClone({ page, ask, step }: Visit, cluster: string): Promise<void> {
  await step("create: from Clusters over Details and Node Pools to Confirm Order", async () => {
    await navigate(page, "Clusters");
    await page.getByRole("link", { name: `Details ${cluster}` }).click();
    await navigate(page, "Node Pools");
    await page.getByRole("link", { name: "Create Managed Node Pool" }).first().click();
    await fillBasics(page);
    await fillInstances(page);
    await fillNodes(page);
    await setWindow(page);
    await page.getByText("Pool shop is created with 2 nodes of provider fast.").waitFor();
    await page.getByRole("button", { name: "Confirm Order" }).click();
    await page.getByRole("heading", { level: 1, name: "Node Pools" }).waitFor();
    await statusIs(page, "shop", "Initializing");
    await statusIs(page, "shop", "Active");
  });

  await step("what was filled in is what was made", async () => {
    const { spec } = (await ask("GET", "/pools/shop")) as { readonly spec: Record<string, unknown> };
    const template = spec["template"] as Record<string, unknown>;
    assert.equal(spec["replicas"], 2);
    assert.deepEqual(template["image"], { family: "CentOS" });
    assert.deepEqual(template["nodeLabels"], { team: "shop" });
    assert.deepEqual(template["instanceTags"], { "cost-center": "1234" });
    assert.equal(template["resourceGroup"], "rg-shop");
    assert.deepEqual((spec["management"] as Record<string, unknown>)["maintenanceWindowRef"], {
      name: "nights",
    });
  });

  await step("scale out: Nodes to Add, Submit", async () => {
    await page.getByRole("button", { name: "Scale Out shop" }).click();
    const dialog = page.getByRole("dialog", { name: "Scale Out shop" });
    await dialog.getByRole("link", { name: "Modify Node Pool Settings" }).waitFor();
    await dialog.getByLabel("Nodes to Add").fill("2");
    await dialog.getByText("The expected count of shop goes from 2 to 4.").waitFor();
    await dialog.getByRole("button", { name: "Submit" }).click();
    await statusIs(page, "shop", "Scaling");
    await statusIs(page, "shop", "Active");
    await row(page, "shop").getByText("4 / 4").waitFor();
  });

  await step("clone: a name, the parameters, Submit", async () => {
    await page.getByRole("link", { name: "Clone shop" }).click();
    await fillName(page, "shop-too");
    await next(page, "Instances");
    await next(page, "Nodes");
    await page.getByLabel("Quantity").fill("1");
    await next(page, "Managed");
    await next(page, "Review");
    await page.getByText("Pool shop-too is created as a clone of shop, with 1 node.").waitFor();
    await page.getByRole("button", { name: "Submit" }).click();
    await statusIs(page, "shop-too", "Initializing");
    await statusIs(page, "shop-too", "Active");
  });
}

/** Takes the pool shop away again. */
export async function emptyAndDelete({ page, step }: Visit): Promise<void> {
  await step("remove: select all nodes on the Nodes tab, Release Instance, Drain the Node, OK", async () => {
    await navigate(page, "Node Pools");
    await row(page, "shop").getByRole("link", { name: "shop", exact: true }).click();
    await page.getByRole("heading", { level: 2, name: "Node Configurations" }).waitFor();
    await page.getByRole("tab", { name: "Nodes" }).click();
    await page.getByRole("checkbox", { name: "Select all" }).check();
    await page.getByRole("button", { name: "Remove Node" }).click();
    const dialog = page.getByRole("dialog", { name: "Remove Node" });
    await dialog.getByRole("checkbox", { name: "Release Instance" }).check();
    assert.equal(await dialog.getByRole("checkbox", { name: "Drain the Node" }).isChecked(), true);
    await dialog.getByText("The expected count of shop goes from 4 to 0.").waitFor();
    await dialog.getByText("4 instances are released:").waitFor();
    await dialog.getByLabel("To confirm, type shop").fill("shop");
    await dialog.getByRole("button", { name: "OK" }).click();
    await page.getByText("4 nodes are being removed from shop").waitFor();
    await page.getByText("No nodes", { exact: true }).waitFor({ timeout: limitMs });
  });

  await step("delete: Delete, then Confirm", async () => {
    await navigate(page, "Node Pools");
    await page.getByRole("button", { name: "Delete shop", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Delete Node Pool" });
    await dialog.getByText("Pool shop is deleted, with its 0 machines.").waitFor();
    await dialog.getByRole("button", { name: "Confirm" }).click();
    await row(page, "shop").waitFor({ state: "detached" });
    await row(page, "shop-too").waitFor();
  });
}

export async function navigate(page: Page, name: string): Promise<void> {
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name, exact: true }).click();
}

async function next(page: Page, title: string): Promise<void> {
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
}

export async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole("button", { name: new RegExp(`^${label}`) }).click();
  await page.getByRole("option", { name: new RegExp(`^(Selected )?${option}`) }).click();
}

/** The wizard comes a moment after the click; until then the list behind it has labels of the same name. */
async function fillName(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Next", exact: true }).waitFor();
  await page.getByLabel("Name").fill(name);
}

async function fillBasics(page: Page): Promise<void> {
  await fillName(page, "shop");
  await choose(page, "Provider", "fast");
  await page.getByLabel("Custom Resource Group").fill("rg-shop");
  await next(page, "Instances");
}

async function fillInstances(page: Page): Promise<void> {
  for (const system of ["Alibaba", "Windows", "CentOS"]) await choose(page, "Operating System", system);
  await next(page, "Nodes");
}

async function fillNodes(page: Page): Promise<void> {
  await page.getByLabel("Quantity").fill("2");
  await page.getByRole("button", { name: "Add node label" }).click();
  await page.getByRole("textbox", { name: "Key" }).fill("team");
  await page.getByRole("textbox", { name: "Value" }).fill("shop");
  await page.getByRole("button", { name: "Add instance tag" }).click();
  await page.getByRole("textbox", { name: "Key" }).last().fill("cost-center");
  await page.getByRole("textbox", { name: "Value" }).last().fill("1234");
  await next(page, "Managed");
}

/** "Set" leads to the cluster's Basic Information; what was filled in is still there on the way back. */
async function setWindow(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Set maintenance windows" }).click();
  await page.getByRole("tab", { name: "Basic Information" }).waitFor();
  await page.getByRole("heading", { name: "Cluster Maintenance" }).waitFor();
  await page.getByRole("button", { name: "Create Maintenance Window" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Create Maintenance Window" });
  await dialog.getByLabel("Name").fill("nights");
  await dialog.getByLabel("Time Zone").fill("Europe/Berlin");
  await dialog.getByText("nights opens next at").waitFor();
  await dialog.getByRole("button", { name: "Create Maintenance Window" }).click();
  await page.getByText("Maintenance window nights is created", { exact: true }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "Managed" }).waitFor();
  await choose(page, "Maintenance Window", "nights");
  await page.getByLabel("Watch the First Node For").fill("0");
  await next(page, "Review");
}

function row(page: Page, pool: string) {
  return page.getByRole("row").filter({ has: page.getByRole("link", { name: pool, exact: true }) });
}

async function statusIs(page: Page, pool: string, status: string): Promise<void> {
  await row(page, pool).getByText(status, { exact: true }).waitFor({ timeout: limitMs });
}
