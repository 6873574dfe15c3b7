/** kubectl's columns, the command line, the metrics and the API say the same of the same pool, in the same words. */
import assert from "node:assert/strict";
import test from "node:test";
import { effectText } from "../../src/text/preview.ts";
import { workload } from "../e2e/objects.ts";
import { createRig, namespace, type Rig } from "../e2e/rig.ts";
import { cellsOf } from "../e2e/table.ts";
import { signIn } from "./sign-in.ts";

type Ask = (method: string, path: string, body?: object) => Promise<any>; // oxlint-disable-line no-explicit-any -- looked at by each test

async function createAsk(output: string): Promise<{ readonly ask: Ask; readonly url: string }> {
  const [, link = ""] = /Console: (\S+)/.exec(output) ?? [];
  const { url, cookie, csrf } = await signIn(link);
  const headers = { cookie, origin: url, "x-poolkeeper-csrf": csrf, "content-type": "application/json" };
  return {
    url,
    ask: async (method, path, body) => {
      const answer = await fetch(`${url}/api/v1${path}`, {
        method,
        headers,
        ...(method === "GET" ? {} : { body: JSON.stringify(body ?? {}) }),
      });
      return await answer.json();
    },
  };
}

interface Numbers {
  readonly desired: number;
  readonly ready: number;
  readonly upToDate: number;
  readonly state: string;
  readonly version: string;
}

async function fromKubectl(rig: Rig): Promise<Numbers> {
  const cells = cellsOf(await rig.kubectl("get", "mnp", "web", "-n", namespace, "-o", "wide"), "web");
  return {
    desired: Number(cells["DESIRED"]),
    ready: Number(cells["READY"]),
    upToDate: Number(cells["UPTODATE"]),
    state: cells["STATUS"] ?? "",
    version: cells["VERSION"] ?? "",
  };
}

async function fromCommandLine(rig: Rig): Promise<Numbers> {
  const cells = cellsOf(await rig.pk("get", "pools"), "web");
  return {
    desired: Number(cells["DESIRED"]),
    ready: Number(cells["READY"]),
    upToDate: Number(cells["UP-TO-DATE"]),
    state: cells["STATUS"] ?? "",
    version: cells["VERSION"] ?? "",
  };
}

async function fromApi(ask: Ask): Promise<Numbers> {
  const { nodes, state, target } = await ask("GET", "/pools/web");
  const { desired, ready, upToDate } = nodes;
  return { desired, ready, upToDate, state: state.word, version: target.kubernetesVersion };
}

async function fromMetrics(url: string): Promise<Pick<Numbers, "desired" | "ready" | "upToDate">> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const value = (state: string): number => {
    const line = text
      .split("\n")
      .find(
        (item) =>
          item.startsWith("poolkeeper_nodepool_nodes{") &&
          item.includes('pool="web"') &&
          item.includes(`state="${state}"`),
      );
    return Number(line?.split(" ").at(-1));
  };
  return { desired: value("desired"), ready: value("ready"), upToDate: value("up_to_date") };
}

test("kubectl, the command line, the metrics and the API agree on a pool's numbers, states and sentences", async (t) => {
  const rig = await createRig(t);
  const server = rig.start("--data-dir", rig.dataDir, "--port", "0");
  await server.ready();
  const { ask, url } = await rig.eventually("the link", async () =>
    server.output().includes("Console: ") ? await createAsk(server.output()) : null,
  );
  const settled = (nodes: number, word: string) =>
    rig.eventually(`web to be ${word} with ${nodes}`, async () => {
      const { state, ready } = await fromApi(ask);
      return state === word && ready === nodes;
    });
  const agree = async (): Promise<Numbers> => {
    const api = await fromApi(ask);
    assert.deepEqual(await fromKubectl(rig), api, "kubectl");
    assert.deepEqual(await fromCommandLine(rig), api, "command line");
    const { desired, ready, upToDate } = api;
    assert.deepEqual(await fromMetrics(url), { desired, ready, upToDate }, "metrics");
    return api;
  };

  await settled(3, "Active");
  assert.equal((await agree()).desired, 3);
  await rig.apply("shop.yaml", ...workload("shop", { pods: 4, minAvailable: 4 }));

  await t.test("a preview says the same sentences, and what is done is what both say", async () => {
    const shown = await ask("POST", "/pools/web/scale?dryRun=true", { add: 2 });
    const dry = await rig.tryPk("scale", "web", "--add", "2", "--dry-run");
    for (const effect of shown.effects) {
      assert.ok(dry.text.includes(effect.sentence), `${effect.sentence} in\n${dry.text}`);
      assert.equal(effect.sentence, effectText(effect));
    }
    await ask("POST", "/pools/web/scale", { add: 2, seen: shown.seen });
    await settled(5, "Active");
    assert.equal((await agree()).desired, 5);
  });

  await t.test("a removal names the same nodes, instances and pods", async () => {
    const { items } = await ask("GET", "/machines?pool=web");
    const nodes = [items[0].node, items[1].node];
    const shown = await ask("POST", "/pools/web/remove?dryRun=true", { nodes, release: true });
    const dry = await rig.tryPk("remove", ...nodes, "--drain", "--release", "--dry-run");
    assert.ok(shown.effects.length >= 4);
    for (const { sentence, isWarning } of shown.effects)
      assert.ok(dry.text.includes(`${isWarning ? "! " : "  "}${sentence}`), `${sentence} in\n${dry.text}`);
    const explained = await rig.pk("drain", nodes[0], "--explain");
    const { podList } = await ask("GET", `/machines/${nodes[0]}`);
    const words: Readonly<Record<string, string>> = {
      Never: "never",
      Waits: "waits",
      Ends: "ends",
      Moves: "moves",
    };
    for (const { namespace: of, name, verdict } of podList)
      assert.match(explained, new RegExp(`${words[verdict] ?? ""}\\s+${of}/${name}`));
  });

  await t.test("an upgrade is foreseen alike", async () => {
    const image = { imageFamily: "AlibabaCloudLinux", imageVersion: "3.2104.11" };
    const forecast = await ask(
      "GET",
      `/pools/web/forecast?${new URLSearchParams({ ...image, when: "Now" }).toString()}`,
    );
    const plan = await rig.tryPk("upgrade", "plan", "web", "--image", "AlibabaCloudLinux:3.2104.11", "--now");
    const nodes = [...plan.text.matchAll(/^ {2}(cn-hangzhou\.\S+)/gm)].map(([, node]) => node);
    assert.deepEqual(
      nodes,
      forecast.turns.map(({ node }: { node: string }) => node),
    );
    for (const { sentence } of forecast.blockers) {
      const [what, why] = sentence.split(": ");
      assert.ok(plan.text.includes(what) && plan.text.includes(why), `${sentence} in\n${plan.text}`);
    }
  });

  await t.test("what waits is told with the same sentence and the same command", async () => {
    await ask("POST", "/pools/web/pause");
    await ask("POST", "/pools/web/scale", { add: 1 });
    await rig.eventually("web to wait", async () => (await ask("GET", "/pools/web")).waits.length > 0);
    const { waits } = await ask("GET", "/pools/web");
    const why = await rig.pk("why", "web");
    for (const wait of waits) {
      assert.ok(why.includes(wait.sentence), `${wait.sentence} in\n${why}`);
      assert.ok(why.includes(`try: ${wait.try}`), why);
    }
    assert.equal((await agree()).state, "Paused");
  });

  await t.test("a link into the console is printed anew and works once", async () => {
    const link = (await rig.pk("console", "--data-dir", rig.dataDir)).trim();
    await signIn(link);
    await assert.rejects(signIn(link), /401/);
  });
});
