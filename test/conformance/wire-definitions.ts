/** Defined kinds: what their schema refuses, drops and fills in, and how they are printed. */
import assert from "node:assert/strict";
import {
  type Behaviour,
  type Json,
  type Wire,
  aPool,
  aWidget,
  at,
  eventually,
  list,
  must,
  pools,
  refused,
  widgets,
  byText,
} from "./wire-world.ts";

const invalidWidget = /^Widget\.wire\.poolkeeper\.dev "a" is invalid: /;

/** A widget that is refused, and the words for it. */
function refusedWidget(name: string, spec: Json, words: RegExp): Behaviour {
  return {
    name: `a widget is refused: ${name}`,
    run: async (wire) => {
      const answer = await wire.post(widgets(await wire.namespace()), aWidget("a", spec));
      refused(answer, 422, "Invalid", invalidWidget);
      assert.match(String(at(answer.body, "message")), words);
      assert.equal(at(answer.body, "details.kind"), "Widget");
    },
  };
}

const refusals: readonly Behaviour[] = [
  refusedWidget(
    "a number below its minimum",
    { size: -1 },
    /spec\.size: Invalid value: -1: spec\.size in body should be greater than or equal to 0/,
  ),
  refusedWidget(
    "a negative scale, a second time in the words of scale",
    { size: -1 },
    /\.spec\.size: Invalid value: -1: should be a non-negative integer/,
  ),
  refusedWidget(
    "a number above its maximum",
    { size: 101 },
    /: spec\.size: Invalid value: 101: spec\.size in body should be less than or equal to 100$/,
  ),
  refusedWidget(
    "a text where a number belongs",
    { size: "x" },
    /spec\.size: Invalid value: "string": spec\.size in body must be of type integer: "string"/,
  ),
  refusedWidget(
    "a fraction where an integer belongs",
    { limit: 1.5 },
    /spec\.limit: Invalid value: "number": spec\.limit in body must be of type integer: "number"/,
  ),
  refusedWidget(
    "a word that is not on the list",
    { color: "blue" },
    /spec\.color: Unsupported value: "blue": supported values: "red", "green"/,
  ),
  refusedWidget(
    "a text that is too long",
    { code: "abcdefghi" },
    /spec\.code: Too long: may not be more than 8 bytes/,
  ),
  refusedWidget(
    "a text of another pattern",
    { code: "A" },
    /spec\.code: Invalid value: "A": spec\.code in body should match '\^\[a-z\]\*\$'/,
  ),
  refusedWidget(
    "a time that is none",
    { when: "yesterday" },
    /spec\.when: Invalid value: "yesterday": spec\.when in body must be of type date-time: "yesterday"/,
  ),
  refusedWidget(
    "neither number nor text",
    { share: true },
    /spec\.share: Invalid value: "boolean": spec\.share in body must be of type integer,string: "boolean"/,
  ),
  refusedWidget(
    "too many items",
    { parts: ["a", "b", "c", "d"].map((name) => ({ name })) },
    /spec\.parts: Too many: 4: must have at most 3 items/,
  ),
  refusedWidget(
    "too many entries of a map",
    { labels: { a: "", b: "", c: "" } },
    /spec\.labels: Too many: 3: must have at most 2 items/,
  ),
  refusedWidget("an item without its key", { parts: [{}] }, /spec\.parts\[0\]\.name: Required value/),
  refusedWidget(
    "the same key twice",
    { parts: [{ name: "a" }, { name: "a" }] },
    /: spec\.parts\[1\]: Duplicate value: \{"name":"a"\}$/,
  ),
  refusedWidget("the same member twice", { tags: ["a", "a"] }, /: spec\.tags\[1\]: Duplicate value: "a"$/),
  refusedWidget(
    "a null where none is allowed",
    { size: null },
    /spec\.size: (Required value|Invalid value: "null")/,
  ),
  refusedWidget(
    "a rule is broken, at the field that the rule names",
    { size: 13 },
    /: spec\.size: Invalid value: 13 brings bad luck: take 12 or 14$/,
  ),
  refusedWidget(
    "a rule's message may be computed",
    { size: 60, limit: 3 },
    /: spec: Invalid value: size is far above the limit$/,
  ),
  refusedWidget(
    "a rule that stumbles refuses too",
    { maybe: "x" },
    /: spec: Invalid value: "object": no such key: parts evaluating rule: maybe needs parts$/,
  ),
  refusedWidget(
    "rules are not asked of an object that is wrong in itself",
    { size: 13, color: "blue" },
    /some validation rules were not checked because the object was invalid; correct the existing errors to complete validation\]$/,
  ),
  {
    name: "a required part that is missing is named",
    run: async (wire) => {
      const { spec: _, ...bare } = aWidget("a");
      const answer = await wire.post(widgets(await wire.namespace()), bare);
      refused(answer, 422, "Invalid", /spec: Required value/);
    },
  },
  {
    name: "a rule about change is asked of changes only",
    run: async (wire) => {
      const where = widgets(await wire.namespace());
      must(await wire.post(where, aWidget("a", { code: "abc" })), 201);
      must(await wire.patch(`${where}/a`, "merge", { spec: { size: 2 } }), 200);
      const answer = await wire.patch(`${where}/a`, "merge", { spec: { code: "xyz" } });
      refused(answer, 422, "Invalid", /spec: Invalid value: code cannot change$/);
    },
  },
  {
    name: "each cause of a refusal tells field and reason",
    run: async (wire) => {
      const where = widgets(await wire.namespace());
      const answer = refused(
        await wire.post(where, aWidget("a", { size: 101, tags: ["a", "a"] })),
        422,
        "Invalid",
        invalidWidget,
      );
      const causes = list(answer.body, "details.causes").map((cause) => [cause["reason"], cause["field"]]);
      assert.deepEqual(causes, [
        ["FieldValueInvalid", "spec.size"],
        ["FieldValueDuplicate", "spec.tags[1]"],
      ]);
    },
  },
];

const shaping: readonly Behaviour[] = [
  {
    name: "defaults are filled in, also inside items",
    run: async (wire) => {
      const { body } = must(
        await wire.post(widgets(await wire.namespace()), aWidget("a", { parts: [{ name: "x" }] })),
        201,
      );
      assert.equal(at(body, "spec.color"), "red");
      assert.deepEqual(at(body, "spec.parts"), [{ name: "x", count: 1 }]);
    },
  },
  {
    name: "a null takes the default, where there is one",
    run: async (wire) => {
      const { body } = must(
        await wire.post(widgets(await wire.namespace()), aWidget("a", { color: null })),
        201,
      );
      assert.equal(at(body, "spec.color"), "red");
    },
  },
  {
    name: "unknown fields are dropped with a warning",
    run: async (wire) => {
      const answer = must(await wire.post(widgets(await wire.namespace()), aWidget("a", { foo: 1 })), 201);
      assert.equal(at(answer.body, "spec.foo"), undefined);
      assert.equal(String(answer.headers["warning"]), '299 - "unknown field \\"spec.foo\\""');
    },
  },
  {
    name: "unknown fields are dropped in silence when told to ignore",
    run: async (wire) => {
      const answer = must(
        await wire.post(
          `${widgets(await wire.namespace())}?fieldValidation=Ignore`,
          aWidget("a", { foo: 1 }),
        ),
        201,
      );
      assert.equal(answer.headers["warning"], undefined);
    },
  },
  {
    name: "unknown fields are refused when told to be strict, all of them",
    run: async (wire) => {
      const spec = { foo: 1, parts: [{ name: "a", x: 1 }] };
      const answer = await wire.post(
        `${widgets(await wire.namespace())}?fieldValidation=Strict`,
        aWidget("a", spec),
      );
      refused(
        answer,
        400,
        "BadRequest",
        /^Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec\.foo", unknown field "spec\.parts\[0\]\.x"$/,
      );
    },
  },
  {
    name: "a strict patch with an unknown field is refused",
    run: async (wire) => {
      const where = widgets(await wire.namespace());
      must(await wire.post(where, aWidget("a")), 201);
      const answer = await wire.patch(`${where}/a?fieldValidation=Strict`, "merge", { spec: { foo: 1 } });
      refused(
        answer,
        422,
        "Invalid",
        /^ "" is invalid: patch: Invalid value: .*: strict decoding error: unknown field "spec\.foo"$/,
      );
    },
  },
  {
    name: "applying an unknown field fails",
    run: async (wire) => {
      const where = widgets(await wire.namespace());
      const answer = await wire.patch(`${where}/a?fieldManager=x`, "apply", aWidget("a", { foo: 1 }));
      refused(
        answer,
        500,
        "",
        /failed to create typed patch object \(.*\/a; wire\.poolkeeper\.dev\/v1, Kind=Widget\): \.spec\.foo: field not declared in schema/,
      );
    },
  },
  {
    name: "words of JavaScript are fields like any other",
    run: async (wire) => {
      const spec = { constructor: 1, toString: "x", labels: { constructor: "y" } };
      const { body } = must(await wire.post(widgets(await wire.namespace()), aWidget("a", spec)), 201);
      assert.deepEqual(at(body, "spec"), { size: 1, color: "red", labels: { constructor: "y" } });
    },
  },
  {
    name: "a free part keeps whatever it is given",
    run: async (wire) => {
      const free = { a: { b: [1, "x", null] } };
      const { body } = must(await wire.post(widgets(await wire.namespace()), aWidget("a", { free })), 201);
      assert.deepEqual(at(body, "spec.free"), free);
    },
  },
  {
    name: "number or text is kept as it came",
    run: async (wire) => {
      const where = widgets(await wire.namespace());
      assert.equal(at(must(await wire.post(where, aWidget("a", { share: 5 })), 201).body, "spec.share"), 5);
      assert.equal(
        at(must(await wire.post(where, aWidget("b", { share: "5%" })), 201).body, "spec.share"),
        "5%",
      );
    },
  },
  {
    name: "a definition with a rule that is no rule is refused",
    run: async (wire) => {
      const answer = await wire.post(
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All",
        definition("self.nothing("),
      );
      refused(
        answer,
        422,
        "Invalid",
        /x-kubernetes-validations\[0\]\.rule: Invalid value: .*compilation failed/,
      );
    },
  },
  {
    name: "a definition must be named after its plural and group",
    run: async (wire) => {
      const wrong = { ...definition("true"), metadata: { name: "gears.elsewhere.example.com" } };
      const answer = await wire.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", wrong);
      refused(
        answer,
        422,
        "Invalid",
        /metadata\.name: Invalid value: "gears\.elsewhere\.example\.com": must be spec\.names\.plural\+"\."\+spec\.group/,
      );
    },
  },
  {
    name: "a definition serves its kind, and its deletion takes kind and objects away",
    run: async (wire) => {
      const all = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
      must(await wire.post(all, definition("true")), 201);
      const where = "/apis/gears.example.com/v1/gears";
      await eventually(async () => ((await wire.get(where)).code === 200 ? true : undefined));
      const made = await wire.get(`${all}/gears.gears.example.com`);
      const conditions = list(made.body, "status.conditions").filter((one) => one["status"] === "True");
      assert.deepEqual(conditions.map((one) => one["type"]).toSorted(byText), [
        "Established",
        "NamesAccepted",
      ]);
      const gear = { apiVersion: "gears.example.com/v1", kind: "Gear", metadata: { name: "g" } };
      must(await wire.post(where, gear), 201);
      must(await wire.delete(`${all}/gears.gears.example.com`), 200);
      await eventually(async () =>
        (await wire.get(`${all}/gears.gears.example.com`)).code === 404 ? true : undefined,
      );
      await eventually(async () => ((await wire.get(where)).code === 404 ? true : undefined));
    },
  },
];

function definition(rule: string) {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "gears.gears.example.com" },
    spec: {
      group: "gears.example.com",
      scope: "Cluster",
      names: { plural: "gears", kind: "Gear" },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: { type: "object", "x-kubernetes-validations": [{ rule, message: "no" }] },
          },
        },
      ],
    },
  };
}

const tableType = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

async function table(wire: Wire, where: string) {
  const { body } = must(await wire.get(where, { accept: tableType }), 200);
  assert.equal(at(body, "kind"), "Table");
  const columns = list(body, "columnDefinitions").map((column) => String(column["name"]));
  const rows = list(body, "rows").map((row) => row["cells"] as readonly unknown[]);
  return { columns, rows, body };
}

const printing: readonly Behaviour[] = [
  {
    name: "a defined kind is printed in its own columns",
    run: async (wire) => {
      const where = widgets(await wire.namespace());
      must(await wire.post(where, aWidget("a", { size: 4 })), 201);
      const { columns, rows, body } = await table(wire, where);
      assert.deepEqual(columns, ["Name", "Size", "Ready", "Color", "Age"]);
      const [cells] = rows;
      assert.deepEqual(cells?.slice(0, 4), ["a", 4, null, "red"]);
      assert.match(String(cells?.[4]), /^\d+s$/);
      assert.deepEqual(
        list(body, "columnDefinitions").map((column) => column["priority"]),
        [0, 0, 0, 1, 0],
      );
      assert.equal(at(body, "rows.0.object.kind"), "PartialObjectMetadata");
    },
  },
  {
    name: "a condition is found in its list for a column",
    run: async (wire) => {
      const where = widgets(await wire.namespace());
      must(await wire.post(where, aWidget("a")), 201);
      const conditions = [
        { type: "Other", status: "False" },
        { type: "Ready", status: "True" },
      ];
      must(await wire.patch(`${where}/a/status`, "merge", { status: { conditions } }), 200);
      const { rows } = await table(wire, `${where}/a`);
      assert.equal(rows[0]?.[2], "True");
    },
  },
  {
    name: "the whole object comes along when asked for",
    run: async (wire) => {
      const where = widgets(await wire.namespace());
      must(await wire.post(where, aWidget("a")), 201);
      const { body } = await table(wire, `${where}?includeObject=Object`);
      assert.equal(at(body, "rows.0.object.spec.size"), 1);
    },
  },
  {
    name: "a watch prints rows, and names the columns once",
    run: async (wire) => {
      const where = widgets(await wire.namespace());
      must(await wire.post(where, aWidget("a")), 201);
      must(await wire.post(where, aWidget("b")), 201);
      const answer = await wire.get(`${where}?watch=true&timeoutSeconds=1`, { accept: tableType });
      const lines = answer.text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Json);
      assert.equal(list(lines[0], "object.columnDefinitions").length, 5);
      assert.equal(list(lines[1], "object.columnDefinitions").length, 0);
    },
  },
  ...(
    [
      [
        "nodes",
        "/api/v1/nodes",
        "Name Status Roles Age Version Internal-IP External-IP OS-Image Kernel-Version Container-Runtime",
      ],
      ["pods", "/api/v1/pods", "Name Ready Status Restarts Age IP Node Nominated-Node Readiness-Gates"],
      ["namespaces", "/api/v1/namespaces", "Name Status Age"],
      [
        "deployments",
        "/apis/apps/v1/deployments",
        "Name Ready Up-to-date Available Age Containers Images Selector",
      ],
      [
        "replica sets",
        "/apis/apps/v1/replicasets",
        "Name Desired Current Ready Age Containers Images Selector",
      ],
      [
        "events",
        "/api/v1/events",
        "Last-Seen Type Reason Object Subobject Source Message First-Seen Count Name",
      ],
      [
        "budgets",
        "/apis/policy/v1/poddisruptionbudgets",
        "Name Min-Available Max-Unavailable Allowed-Disruptions Age",
      ],
      ["leases", "/apis/coordination.k8s.io/v1/leases", "Name Holder Age"],
      ["secrets", "/api/v1/secrets", "Name Type Data Age"],
      ["config maps", "/api/v1/configmaps", "Name Data Age"],
      ["definitions", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "Name Created-At"],
    ] as const
  ).map(([name, where, wanted]) => ({
    name: `the columns of ${name} are those of kubectl get`,
    run: async (wire: Wire) => {
      const { columns } = await table(wire, where);
      assert.equal(columns.map((column) => column.replaceAll(" ", "-")).join(" "), wanted);
    },
  })),
];

const refusedPools: readonly (readonly [string, Json, RegExp])[] = [
  [
    "a negative count",
    { replicas: -1 },
    /spec\.replicas: Invalid value: -1: spec\.replicas in body should be greater than or equal to 0/,
  ],
  [
    "auto upgrade without a window",
    { management: { autoUpgrade: true } },
    /spec\.management\.maintenanceWindowRef: Required value: /,
  ],
  [
    "an impossible percentage",
    { upgrade: { maxUnavailable: "120%" } },
    /spec\.upgrade\.maxUnavailable: Invalid value: /,
  ],
  [
    "the same taint twice",
    { template: { taints: [{ key: "a" }, { key: "a" }] } },
    /spec\.template\.taints\[1\]: Duplicate value: \{"effect":"NoSchedule","key":"a"\}/,
  ],
  [
    "a label of the system",
    { template: { nodeLabels: { "poolkeeper.dev/x": "y" } } },
    /spec\.template\.nodeLabels: Invalid value: /,
  ],
];

const poolRules: readonly Behaviour[] = refusedPools.map(([name, spec, words]) => ({
  name: `a pool is refused: ${name}`,
  run: async (wire: Wire) => {
    const answer = await wire.post(pools(await wire.namespace()), aPool("web", spec));
    refused(answer, 422, "Invalid", /^ManagedNodePool\.poolkeeper\.dev "web" is invalid: /);
    assert.match(String(at(answer.body, "message")), words);
  },
}));

export const definitionBehaviours: readonly Behaviour[] = [
  ...refusals,
  ...shaping,
  ...printing,
  ...poolRules,
];
