/** Lists and watches: selectors, pages, versions, and what a watcher sees. */
import assert from "node:assert/strict";
import {
  type Behaviour,
  type WatchLine,
  type Wire,
  aConfigMap,
  aWidget,
  at,
  eventually,
  inNamespace,
  list,
  must,
  names,
  refused,
  widgets,
  byText,
} from "./wire-world.ts";

/** Widgets w0 … wN with labels i and even, in a namespace of their own. */
async function several(wire: Wire, count: number): Promise<string> {
  const ns = await wire.namespace();
  for (let i = 0; i < count; i += 1) {
    const labels = { i: String(i), ...(i % 2 === 0 ? { even: "yes" } : {}) };
    must(await wire.post(widgets(ns), aWidget(`w${i}`, {}, { labels })), 201);
  }
  return widgets(ns);
}

async function selected(wire: Wire, where: string, selector: string): Promise<readonly string[]> {
  return names(must(await wire.get(`${where}?labelSelector=${encodeURIComponent(selector)}`), 200).body);
}

function selectorBehaviour(selector: string, wanted: readonly string[]): Behaviour {
  return {
    name: `the label selector ${selector} finds ${wanted.length === 0 ? "nothing" : wanted.join(" ")}`,
    run: async (wire) => {
      assert.deepEqual(await selected(wire, await several(wire, 4), selector), wanted);
    },
  };
}

const listing: readonly Behaviour[] = [
  {
    name: "a list is in the order of names and carries a version",
    run: async (wire) => {
      const { body } = must(await wire.get(await several(wire, 3)), 200);
      assert.deepEqual(names(body), ["w0", "w1", "w2"]);
      assert.equal(at(body, "kind"), "WidgetList");
      assert.match(String(at(body, "metadata.resourceVersion")), /^[0-9]+$/);
    },
  },
  {
    name: "a list over all namespaces holds those of each",
    run: async (wire) => {
      const one = await several(wire, 1);
      const other = await several(wire, 1);
      const { body } = must(await wire.get("/apis/wire.poolkeeper.dev/v1/widgets"), 200);
      const spaces = list(body, "items").map((item) => at(item, "metadata.namespace"));
      for (const where of [one, other]) assert.ok(spaces.includes(where.split("/")[5] ?? ""));
    },
  },
  {
    name: "a list of a namespace that is not there is empty",
    run: async (wire) => {
      assert.deepEqual(names(must(await wire.get(widgets("wire-nowhere")), 200).body), []);
    },
  },
  selectorBehaviour("i=1", ["w1"]),
  selectorBehaviour("i==1", ["w1"]),
  selectorBehaviour("i!=1", ["w0", "w2", "w3"]),
  selectorBehaviour("i in (1, 3)", ["w1", "w3"]),
  selectorBehaviour("i notin (1,3)", ["w0", "w2"]),
  selectorBehaviour("even", ["w0", "w2"]),
  selectorBehaviour("!even", ["w1", "w3"]),
  selectorBehaviour("even,i!=0", ["w2"]),
  selectorBehaviour("i>1", ["w2", "w3"]),
  selectorBehaviour("even notin (yes)", ["w1", "w3"]),
  {
    name: "a label selector that makes no sense is refused",
    run: async (wire) => {
      const answer = await wire.get(`${widgets("default")}?labelSelector=${encodeURIComponent("a in b")}`);
      refused(answer, 400, "BadRequest", /unable to parse requirement/);
    },
  },
  {
    name: "field selectors know name and namespace",
    run: async (wire) => {
      const where = await several(wire, 3);
      const one = must(await wire.get(`${where}?fieldSelector=metadata.name%3Dw1`), 200);
      assert.deepEqual(names(one.body), ["w1"]);
      const others = must(await wire.get(`${where}?fieldSelector=metadata.name!%3Dw1`), 200);
      assert.deepEqual(names(others.body), ["w0", "w2"]);
    },
  },
  {
    name: "a field that cannot be selected by is refused",
    run: async (wire) => {
      const answer = await wire.get(`${widgets("default")}?fieldSelector=spec.size%3D1`);
      refused(answer, 400, "BadRequest", /field label not supported: spec\.size/);
    },
  },
  {
    name: "pages continue at the version of the first",
    run: async (wire) => {
      const where = await several(wire, 5);
      const first = must(await wire.get(`${where}?limit=2`), 200);
      assert.deepEqual(names(first.body), ["w0", "w1"]);
      assert.equal(at(first.body, "metadata.remainingItemCount"), 3);
      must(await wire.post(where, aWidget("w11")), 201);
      must(await wire.delete(`${where}/w3`), 200);
      const token = String(at(first.body, "metadata.continue"));
      const second = must(await wire.get(`${where}?limit=2&continue=${token}`), 200);
      assert.deepEqual(names(second.body), ["w2", "w3"]);
      assert.equal(at(second.body, "metadata.resourceVersion"), at(first.body, "metadata.resourceVersion"));
      const last = must(
        await wire.get(`${where}?limit=2&continue=${String(at(second.body, "metadata.continue"))}`),
        200,
      );
      assert.deepEqual(names(last.body), ["w4"]);
      assert.equal(at(last.body, "metadata.continue") ?? "", "");
    },
  },
  {
    name: "an exact version is read as it was",
    run: async (wire) => {
      const where = await several(wire, 2);
      const version = String(at((await wire.get(where)).body, "metadata.resourceVersion"));
      must(await wire.post(where, aWidget("late")), 201);
      const then = must(
        await wire.get(`${where}?resourceVersion=${version}&resourceVersionMatch=Exact`),
        200,
      );
      assert.deepEqual(names(then.body), ["w0", "w1"]);
      assert.equal(at(then.body, "metadata.resourceVersion"), version);
    },
  },
  {
    name: "a version that is still to come is refused with a hint",
    run: async (wire) => {
      const answer = await wire.get(
        `${widgets("default")}?resourceVersion=99999999&resourceVersionMatch=NotOlderThan`,
      );
      refused(answer, 504, "Timeout", /^Timeout: Too large resource version: 99999999, current: \d+$/);
      assert.equal(at(answer.body, "details.retryAfterSeconds"), 1);
    },
  },
  {
    name: "resourceVersionMatch without a version is refused",
    run: async (wire) => {
      const answer = await wire.get(`${widgets("default")}?resourceVersionMatch=Exact`);
      refused(answer, 422, "Invalid", /resourceVersionMatch: Forbidden/);
    },
  },
  {
    name: "a collection can be deleted by selector",
    run: async (wire) => {
      const where = await several(wire, 4);
      must(await wire.delete(`${where}?labelSelector=even`), 200);
      assert.deepEqual(names((await wire.get(where)).body), ["w1", "w3"]);
    },
  },
];

const shown = (lines: readonly WatchLine[]) =>
  lines.map((line) => `${line.type} ${String(at(line.object, "metadata.name"))}`);

async function versionOf(wire: Wire, where: string): Promise<string> {
  return String(at((await wire.get(where)).body, "metadata.resourceVersion"));
}

const watching: readonly Behaviour[] = [
  {
    name: "a watch from a version tells what has happened since, in order",
    run: async (wire) => {
      const where = await several(wire, 1);
      const version = await versionOf(wire, where);
      must(await wire.post(where, aWidget("new")), 201);
      must(await wire.patch(`${where}/new`, "merge", { spec: { size: 2 } }), 200);
      must(await wire.delete(`${where}/w0`), 200);
      const lines = await wire.watch(
        `${where}?watch=true&resourceVersion=${version}`,
        (all) => all.length >= 3,
      );
      assert.deepEqual(shown(lines), ["ADDED new", "MODIFIED new", "DELETED w0"]);
      const versions = lines.map((line) => Number(at(line.object, "metadata.resourceVersion")));
      assert.ok((versions[0] ?? 0) < (versions[1] ?? 0) && (versions[1] ?? 0) < (versions[2] ?? 0));
    },
  },
  {
    name: "a watch without a version begins with what is there",
    run: async (wire) => {
      const where = await several(wire, 2);
      const lines = await wire.watch(`${where}?watch=true`, (all) => all.length >= 2);
      assert.deepEqual(shown(lines).toSorted(byText), ["ADDED w0", "ADDED w1"]);
    },
  },
  {
    name: "a watch with a selector tells of objects that come to match and cease to",
    run: async (wire) => {
      const where = await several(wire, 2);
      const version = await versionOf(wire, where);
      must(await wire.patch(`${where}/w1`, "merge", { metadata: { labels: { even: "yes" } } }), 200);
      must(await wire.patch(`${where}/w0`, "merge", { metadata: { labels: { even: null } } }), 200);
      const lines = await wire.watch(
        `${where}?watch=true&labelSelector=even&resourceVersion=${version}`,
        (all) => all.length >= 2,
      );
      assert.deepEqual(shown(lines), ["ADDED w1", "DELETED w0"]);
    },
  },
  {
    name: "a watch can be of one name",
    run: async (wire) => {
      const where = await several(wire, 2);
      const version = await versionOf(wire, where);
      must(await wire.patch(`${where}/w0`, "merge", { spec: { size: 3 } }), 200);
      must(await wire.patch(`${where}/w1`, "merge", { spec: { size: 3 } }), 200);
      const lines = await wire.watch(
        `${where}?watch=true&fieldSelector=metadata.name%3Dw1&resourceVersion=${version}`,
        (all) => all.length >= 1,
      );
      assert.deepEqual(shown(lines), ["MODIFIED w1"]);
    },
  },
  {
    name: "a watch list sends all there is, then the mark of its end",
    run: async (wire) => {
      const where = await several(wire, 2);
      const query =
        "watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan";
      const lines = await wire.watch(`${where}?${query}`, (all) =>
        all.some((line) => line.type === "BOOKMARK"),
      );
      assert.deepEqual(shown(lines.slice(0, -1)).toSorted(byText), ["ADDED w0", "ADDED w1"]);
      const end = lines.at(-1);
      assert.deepEqual(at(end?.object, "metadata.annotations"), { "k8s.io/initial-events-end": "true" });
      assert.match(String(at(end?.object, "metadata.resourceVersion")), /^[0-9]+$/);
      assert.equal(at(end?.object, "kind"), "Widget");
    },
  },
  {
    name: "a watch list needs resourceVersionMatch NotOlderThan",
    run: async (wire) => {
      const answer = await wire.get(
        `${widgets("default")}?watch=true&sendInitialEvents=true&allowWatchBookmarks=true`,
      );
      refused(answer, 422, "Invalid", /sendInitialEvents/);
    },
  },
  {
    name: "a watch ends by itself after its time",
    run: async (wire) => {
      const where = await several(wire, 1);
      const lines = await wire.watch(`${where}?watch=true&timeoutSeconds=1`, () => false);
      assert.deepEqual(shown(lines.filter((line) => line.type === "ADDED")), ["ADDED w0"]);
    },
  },
  {
    name: "a deletion is told with the object as it was last",
    run: async (wire) => {
      const where = await several(wire, 1);
      const version = await versionOf(wire, where);
      must(await wire.delete(`${where}/w0`), 200);
      const [line] = await wire.watch(
        `${where}?watch=true&resourceVersion=${version}`,
        (all) => all.length >= 1,
      );
      assert.equal(line?.type, "DELETED");
      assert.equal(at(line?.object, "spec.size"), 1);
      assert.ok(Number(at(line?.object, "metadata.resourceVersion")) > Number(version));
    },
  },
  {
    name: "events written in one form are read in the other",
    run: async (wire) => {
      const ns = await wire.namespace();
      const event = {
        metadata: { name: "e" },
        eventTime: "2026-01-02T03:04:05.000000Z",
        reportingController: "wire",
        reportingInstance: "wire-1",
        action: "Try",
        reason: "Because",
        regarding: { kind: "Pod", name: "p", namespace: ns },
        note: "a note",
        type: "Normal",
      };
      must(await wire.post(`/apis/events.k8s.io/v1/namespaces/${ns}/events`, event), 201);
      const old = must(await wire.get(`${inNamespace(ns, "events")}/e`), 200);
      assert.equal(at(old.body, "message"), "a note");
      assert.equal(at(old.body, "involvedObject.name"), "p");
      assert.equal(at(old.body, "reportingComponent"), "wire");
      const found = await wire.get(`${inNamespace(ns, "events")}?fieldSelector=involvedObject.name%3Dp`);
      assert.deepEqual(names(found.body), ["e"]);
    },
  },
  {
    name: "what other watchers write arrives while the watch runs",
    run: async (wire) => {
      const ns = await wire.namespace();
      const where = inNamespace(ns, "configmaps");
      const version = await versionOf(wire, where);
      const seen = wire.watch(
        `${where}?watch=true&resourceVersion=${version}&labelSelector=wire`,
        (all) => all.length >= 1,
      );
      await eventually(async () => {
        const made = await wire.post(where, aConfigMap("late", { labels: { wire: "x" } }));
        return made.code === 201 ? true : undefined;
      });
      assert.deepEqual(shown(await seen), ["ADDED late"]);
    },
  },
];

export const listBehaviours: readonly Behaviour[] = [...listing, ...watching];
