/** Records that become instances: where they go, under which token, and what is tried after a no. */
import assert from "node:assert/strict";
import test from "node:test";
import type { MachineStatus } from "../schema/machine.ts";
import { create } from "./create.ts";
import type { Instant, Outcome } from "./model.ts";
import { type Brief, brief, doing, nothingToDo, waiting } from "./testing-brief.ts";
import {
  aMachine,
  anOperation,
  aPool,
  aSnapshot,
  type MachineWishes,
  noon,
  type SnapshotWishes,
} from "./testing.ts";
import { minuteMs, secondMs, timeOf } from "./time.ts";

const fresh = { instance: null, node: null, status: { disk: undefined } } as const;

interface Scene {
  readonly machines?: readonly Partial<MachineWishes>[];
  readonly replicas?: number;
  readonly pool?: Parameters<typeof aPool>[0];
  readonly around?: Partial<SnapshotWishes>;
}

function scene({ machines = [fresh], replicas = machines.length, pool, around }: Scene) {
  return aSnapshot({
    pool: aPool({ replicas, ...pool }),
    machines: machines.map((wishes, index) =>
      aMachine({ name: `web-${index + 1}`, ...wishes } as Partial<MachineWishes>),
    ),
    ...around,
  });
}

function statuses(wishes: Scene, now: Instant = noon): readonly MachineStatus[] {
  return create(scene(wishes), now).actions.flatMap((action) =>
    action.kind === "AdvanceMachine" ? action.status : [],
  );
}

const zonesOf = (wishes: Scene): readonly (string | undefined)[] =>
  statuses(wishes).map(({ creation }) => creation?.request.zone.slice(-1));

test("a record gets its place, its token and the whole request before anything is sent", () => {
  const [status] = statuses({
    pool: { template: { instanceTags: { team: "shop" } } },
    machines: [
      { ...fresh, spec: { attributes: { instanceTags: { team: "shop" }, nodeLabels: { tier: "gold" } } } },
    ],
  });
  assert.equal(status?.creation?.clientToken, "uid-web-1-1");
  const { request } = status.creation;
  assert.deepEqual([request.zone, request.instanceType], ["cn-hangzhou-a", "ecs.g7.large"]);
  assert.deepEqual(request.tags, {
    team: "shop",
    "poolkeeper.dev/cluster": "cluster-1",
    "poolkeeper.dev/pool": "web",
    "poolkeeper.dev/machine-uid": "uid-web-1",
  });
  assert.deepEqual(request.nodeLabels, { tier: "gold", "poolkeeper.dev/pool": "web" });
  assert.deepEqual([status.operation?.step, status.operation?.epoch, status.lastEpoch], ["Request", 1, 1]);
});

test("new machines are spread over the zones, the emptiest first", () => {
  assert.deepEqual(zonesOf({ machines: [fresh, fresh, fresh, fresh] }), ["a", "b", "c", "a"]);
  assert.deepEqual(zonesOf({ machines: [{}, { zone: "cn-hangzhou-b" }, fresh, fresh] }), ["c", "a"]);
});

test("only over those that the pool names", () => {
  const pool = { template: { zones: ["cn-hangzhou-c"] } };
  assert.deepEqual(zonesOf({ machines: [fresh, fresh], pool }), ["c", "c"]);
});

test("whoever leaves makes room, and a zone in which creation failed is not the next choice", () => {
  const leaving = { operation: { kind: "Remove", plan: "Release" } } as const;
  assert.deepEqual(zonesOf({ machines: [leaving, fresh], replicas: 1 }), ["a"]);
  const lastOperation = {
    kind: "Create",
    outcome: "Failed",
    reason: "StepTimedOut",
    message: "",
    startedTime: timeOf(noon),
    finishedTime: timeOf(noon),
  } as const;
  assert.deepEqual(zonesOf({ machines: [{ ...leaving, status: { lastOperation } }, fresh], replicas: 1 }), [
    "b",
  ]);
});

const deleted = { metadata: { deletionTimestamp: timeOf(noon) } };
const cases: readonly (readonly [string, Scene, Brief])[] = [
  ["a fresh record begins", {}, doing("web-1: Create Create Request")],
  ["one that has begun is not begun again", { machines: [{}] }, nothingToDo],
  ["a pool that is deleted makes nothing", { pool: deleted }, nothingToDo],
  ["a record that is deleted is not made", { machines: [{ ...fresh, ...deleted }] }, nothingToDo],
  ["a record that would be surplus is not made", { replicas: 0 }, nothingToDo],
  [
    "nor one that a removal names",
    {
      replicas: 0,
      around: {
        operations: [anOperation({ kind: "RemoveNodes", targets: [{ machine: "web-1", uid: "uid-web-1" }] })],
      },
    },
    nothingToDo,
  ],
  [
    "without a catalogue it waits",
    { around: { provider: { catalogue: null } } },
    waiting("web-1 ProviderUnavailable"),
  ],
  [
    "for an image that nobody has it waits",
    { pool: { template: { image: { family: "Mars" } } } },
    waiting("web-1 ImageUnknown"),
  ],
  [
    "for a version of it too",
    { pool: { template: { image: { family: "AlibabaCloudLinux", version: "9" } } } },
    waiting("web-1 ImageUnknown"),
  ],
  [
    "a kubelet that no image has is waited for",
    { pool: { template: { kubernetesVersion: "v1.30.0" } } },
    waiting("web-1 ImageUnknown"),
  ],
  [
    "a kubelet that is newer than the API server is not made",
    {
      pool: { template: { kubernetesVersion: "v1.36.3" } },
      around: { cluster: { serverVersion: "v1.35.9" } },
    },
    waiting("web-1 VersionSkew"),
  ],
  [
    "nor one that is far older",
    {
      pool: { template: { kubernetesVersion: "v1.35.2" } },
      around: { cluster: { serverVersion: "v1.39.0" } },
    },
    waiting("web-1 VersionSkew"),
  ],
  [
    "while the provider's list is not whole, nobody knows that a record has no instance yet",
    { around: { provider: { isListComplete: false } } },
    waiting("web-1 ProviderUnavailable"),
  ],
];
for (const [name, wishes, expected] of cases)
  test(name, () => assert.deepEqual(brief(create(scene(wishes), noon)), expected));

const types = { template: { instanceTypes: ["big", "small"], zones: ["a", "b", "c"] } };

interface Attempt {
  readonly attempt: number;
  readonly zone: string;
  readonly instanceType?: string;
  readonly outcome?: Partial<Outcome>;
  readonly pool?: Parameters<typeof aPool>[0];
}

function attempted({ attempt, zone, instanceType = "big", outcome, pool }: Attempt): Scene {
  const [status] = statuses({ pool: types });
  const creation = {
    attempt,
    clientToken: `uid-web-1-${attempt}`,
    request: { ...request(status), zone, instanceType },
  };
  const operation = { kind: "Create", plan: "Create", step: "Request", epoch: attempt } as const;
  const outcomes = {
    "web-1": {
      action: "RequestInstance",
      error: { kind: "OutOfStock", message: "no" },
      at: noon,
      epoch: attempt,
      failures: 1,
      ...outcome,
    },
  };
  return {
    machines: [{ ...fresh, operation, status: { creation } }],
    pool: { ...types, ...pool },
    around: { outcomes },
  };
}

function request(status: MachineStatus | undefined): NonNullable<MachineStatus["creation"]>["request"] {
  assert.ok(status?.creation);
  return status.creation.request;
}

test("out of stock, every place has its turn: all zones of the preferred type, then the next type", () => {
  const seen: string[] = [];
  let place = { zone: "b", instanceType: "big" };
  for (let attempt = 1; attempt < 8; attempt += 1) {
    seen.push(`${place.instanceType} ${place.zone}`);
    const [status] = statuses(attempted({ attempt, ...place }), noon + minuteMs);
    place = request(status);
    assert.equal(status?.creation?.attempt, attempt + 1);
    assert.equal(status.creation.clientToken, `uid-web-1-${attempt + 1}`);
    assert.deepEqual([status.operation?.epoch, status.lastEpoch], [attempt + 1, attempt + 1]);
  }
  assert.deepEqual(seen, ["big b", "big c", "big a", "small b", "small c", "small a", "big b"]);
});

const again = "web-1: Create Create Request";
const halfMade = (wishes: Partial<MachineWishes> = {}): Scene => {
  const { machines = [], ...rest } = attempted({ attempt: 1, zone: "b", outcome: { action: "" } });
  const [{ operation: _none, ...machine } = {}] = machines;
  const status = { ...machine.status, disk: undefined } as Partial<MachineStatus>;
  return { ...rest, machines: [{ ...machine, status, ...wishes }] };
};
const { deletionTimestamp } = deleted.metadata;

test("what a removal took over on its way and gave up goes on, under the same token", () => {
  const [status] = statuses(halfMade());
  assert.deepEqual([status?.operation?.plan, status?.operation?.step], ["Create", "Request"]);
  assert.equal(status?.creation?.clientToken, "uid-web-1-1");
  assert.equal(status.operation?.target?.image.version, "3.1");
  assert.deepEqual(statuses(halfMade({ metadata: { deletionTimestamp } })), []);
});

test("made from what the template says no longer, it is behind from the start", () => {
  const scene = halfMade();
  const older = { template: { ...types.template, image: { family: "AlibabaCloudLinux", version: "3.0" } } };
  const hashes = [statuses(scene), statuses({ ...scene, pool: older })].map(
    ([status]) => status?.operation?.target?.hash,
  );
  assert.notEqual(hashes[0], hashes[1]);
});

test("whose status was lost is learned of anew, also while its pool is deleted or a removal waits for it", () => {
  const lost = { status: { nodeName: undefined, instanceId: undefined, joinedTime: undefined } };
  const learned = doing("web-1: Create Create Request");
  const briefOf = (wishes: Scene): Brief => brief(create(scene({ machines: [lost], ...wishes }), noon));
  const targets = [{ machine: "web-1", uid: "uid-web-1" }];
  assert.deepEqual(briefOf({}), learned);
  assert.deepEqual(briefOf({ pool: { metadata: { deletionTimestamp } } }), learned);
  assert.deepEqual(
    briefOf({ around: { operations: [anOperation({ kind: "RemoveNodes", targets })] } }),
    learned,
  );
  assert.deepEqual(briefOf({ machines: [{ ...lost, instance: null, node: null }] }), doing(again));
});

const answers: readonly (readonly [string, Scene, Instant, Brief])[] = [
  ["a definite no moves the request on at once", attempted({ attempt: 1, zone: "b" }), noon, doing(again)],
  [
    "when all places have said no it rests for a minute",
    attempted({ attempt: 6, zone: "a" }),
    noon,
    waiting("web-1 OutOfStock"),
  ],
  ["and begins anew", attempted({ attempt: 6, zone: "a" }), noon + minuteMs, doing(again)],
  [
    "an answer to an earlier attempt says nothing",
    attempted({ attempt: 2, zone: "b", outcome: { epoch: 1 } }),
    noon,
    nothingToDo,
  ],
  [
    "an unclear answer never moves the request",
    attempted({ attempt: 1, zone: "b", outcome: { error: { kind: "Unknown", message: "" } } }),
    noon + minuteMs,
    nothingToDo,
  ],
  [
    "nor does a quota that is used up",
    attempted({ attempt: 1, zone: "b", outcome: { error: { kind: "QuotaExceeded", message: "" } } }),
    noon,
    nothingToDo,
  ],
  [
    "a paused pool asks nowhere",
    attempted({ attempt: 1, zone: "b", pool: { paused: true } }),
    noon,
    nothingToDo,
  ],
  [
    "a request that is refused for good waits for another template",
    attempted({
      attempt: 1,
      zone: "b",
      outcome: { error: { kind: "Invalid", message: "" } },
      pool: { status: { revision: 1 } },
    }),
    noon + secondMs,
    nothingToDo,
  ],
  [
    "and when there is one, the record goes, to be made anew from it",
    attempted({
      attempt: 1,
      zone: "b",
      outcome: { error: { kind: "Invalid", message: "" } },
      pool: { status: { revision: 2 } },
    }),
    noon,
    doing("web-1: Remove Release Cordon"),
  ],
];
for (const [name, wishes, now, expected] of answers)
  test(name, () => assert.deepEqual(brief(create(scene(wishes), now)), expected));
