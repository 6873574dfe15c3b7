/** Bad objects with the answer they deserve, from the API server and from the parser alike. Changes are not here. */
import {
  aMachine,
  anOperation,
  aPool,
  aProvider,
  aWindow,
  type Spec,
  type TestObject,
} from "../../src/schema/testing.ts";

export interface Refusal {
  readonly about: string;
  readonly object: TestObject;
  /** The field that the API server and the parser must both name. */
  readonly field: string;
  /** How the value must appear in the answer. Absent: there is no value to show, or the API server shows its type only. */
  readonly value?: string;
  /** What the answer must advise. The API server's own words differ from the parser's. */
  readonly fix: RegExp;
}

function poolWith(template: Spec): TestObject {
  return aPool({ template });
}

function refusal(about: string, object: TestObject, field: string, answer: Answer): Refusal {
  return { about, object, field, ...answer };
}

type Answer = Pick<Refusal, "value" | "fix">;

const numbered = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, "v"]));
const longName = "a-pool-with-a-name-of-forty-one-characters";
const t = "spec.template";

const pools: readonly Refusal[] = [
  refusal("a negative count", aPool({ replicas: -1 }), "spec.replicas", {
    value: "-1",
    fix: /(at least|greater than or equal to) 0/,
  }),
  refusal("a count above the limit", aPool({ replicas: 2001 }), "spec.replicas", {
    value: "2001",
    fix: /(at most|less than or equal to) 2000/,
  }),
  refusal("a huge count", aPool({ replicas: 10_000_000_000 }), "spec.replicas", {
    value: "10000000000",
    fix: /(at most|less than or equal to) 2000/,
  }),
  refusal("a count in quotes", aPool({ replicas: "3" }), "spec.replicas", { fix: /number|integer/ }),
  refusal("half a node", aPool({ replicas: 1.5 }), "spec.replicas", { fix: /whole number|int32/ }),
  refusal("no provider", aPool({ providerRef: undefined }), "spec.providerRef", {
    fix: /must be given|Required value/,
  }),
  refusal("a provider elsewhere", aPool({ providerRef: { name: "../sim" } }), "spec.providerRef.name", {
    value: "../sim",
    fix: /object in this namespace/,
  }),
  refusal("a provider without a name", aPool({ providerRef: { name: "" } }), "spec.providerRef.name", {
    value: '""',
    fix: /lower-case letters/,
  }),
  refusal("a long name", aPool({}, longName), "metadata.name", {
    value: longName,
    fix: /at most 40 characters/,
  }),
  refusal("a name with dots", aPool({}, "web.shop"), "metadata.name", {
    value: "web.shop",
    fix: /without '.'/,
  }),
  refusal("a zone twice", poolWith({ zones: ["a", "b", "a"] }), `${t}.zones`, {
    value: "'a'",
    fix: /remove one/,
  }),
  refusal(
    "too many instance types",
    poolWith({ instanceTypes: Object.keys(numbered(11)) }),
    `${t}.instanceTypes`,
    { fix: /at most 10/ },
  ),
  refusal("a zone without a name", poolWith({ zones: [""] }), `${t}.zones[0]`, {
    value: '""',
    fix: /at least 1/,
  }),
  refusal("an image without family", poolWith({ image: {} }), `${t}.image.family`, {
    fix: /must be given|Required value/,
  }),
  refusal("half a version", poolWith({ kubernetesVersion: "1.36" }), `${t}.kubernetesVersion`, {
    value: "1.36",
    fix: /such as v1\.36\.3/,
  }),
  refusal("a tiny system disk", poolWith({ systemDisk: { sizeGiB: 10 } }), `${t}.systemDisk.sizeGiB`, {
    value: "10",
    fix: /(at least|greater than or equal to) 20/,
  }),
  refusal("a huge system disk", poolWith({ systemDisk: { sizeGiB: 99_999 } }), `${t}.systemDisk.sizeGiB`, {
    value: "99999",
    fix: /(at most|less than or equal to) 2048/,
  }),
  refusal(
    "two data disks of one name",
    poolWith({
      dataDisks: [
        { name: "d", sizeGiB: 9 },
        { name: "d", sizeGiB: 8 },
      ],
    }),
    `${t}.dataDisks[1]`,
    { value: "d", fix: /twice|Duplicate value/ },
  ),
  refusal(
    "a data disk with a bad name",
    poolWith({ dataDisks: [{ name: "Data_1", sizeGiB: 9 }] }),
    `${t}.dataDisks[0].name`,
    { value: "Data_1", fix: /lower-case letters/ },
  ),
  refusal(
    "a data disk of nothing",
    poolWith({ dataDisks: [{ name: "d", sizeGiB: 0 }] }),
    `${t}.dataDisks[0].sizeGiB`,
    { value: "0", fix: /(at least|greater than or equal to) 1/ },
  ),
  refusal(
    "an unknown fate of a disk",
    poolWith({ dataDisks: [{ name: "d", sizeGiB: 9, onRelease: "Burn" }] }),
    `${t}.dataDisks[0].onRelease`,
    { value: "Burn", fix: /Keep.*Delete/ },
  ),
  refusal("an unknown charge type", poolWith({ chargeType: "Free" }), `${t}.chargeType`, {
    value: "Free",
    fix: /PayAsYouGo.*Subscription/,
  }),
  refusal("a bad label key", poolWith({ nodeLabels: { "-bad": "x" } }), `${t}.nodeLabels`, {
    value: "-bad",
    fix: /such as team/,
  }),
  refusal("our own label", poolWith({ nodeLabels: { "poolkeeper.dev/pool": "x" } }), `${t}.nodeLabels`, {
    value: "poolkeeper.dev/pool",
    fix: /prefix of your own/,
  }),
  refusal(
    "the zone label",
    poolWith({ nodeLabels: { "topology.kubernetes.io/zone": "x" } }),
    `${t}.nodeLabels`,
    { value: "topology.kubernetes.io/zone", fix: /prefix of your own/ },
  ),
  refusal(
    "the host name label",
    poolWith({ nodeLabels: { "kubernetes.io/hostname": "x" } }),
    `${t}.nodeLabels`,
    { value: "kubernetes.io/hostname", fix: /prefix of your own/ },
  ),
  refusal(
    "a bad label value",
    poolWith({ nodeLabels: { "shop.io/team": "a b" } }),
    `${t}.nodeLabels[shop.io/team]`,
    {
      value: "a b",
      fix: /letters, digits/,
    },
  ),
  refusal("too many labels", poolWith({ nodeLabels: numbered(65) }), `${t}.nodeLabels`, {
    value: "65",
    fix: /at most 64/,
  }),
  refusal("a taint twice", poolWith({ taints: [{ key: "a" }, { key: "a", value: "b" }] }), `${t}.taints[1]`, {
    value: "NoSchedule",
    fix: /twice|Duplicate value/,
  }),
  refusal(
    "an unknown effect",
    poolWith({ taints: [{ key: "a", effect: "Never" }] }),
    `${t}.taints[0].effect`,
    { value: "Never", fix: /NoSchedule.*NoExecute/ },
  ),
  refusal(
    "a taint of the system",
    poolWith({ taints: [{ key: "node.kubernetes.io/not-ready" }] }),
    `${t}.taints[0].key`,
    { value: "node.kubernetes.io/not-ready", fix: /key of your own/ },
  ),
  refusal("a taint without key", poolWith({ taints: [{ key: "" }] }), `${t}.taints[0].key`, {
    value: '""',
    fix: /such as dedicated/,
  }),
  refusal("a bad taint value", poolWith({ taints: [{ key: "a", value: "b c" }] }), `${t}.taints[0].value`, {
    value: "b c",
    fix: /letters, digits/,
  }),
  refusal("a tag of the cloud", poolWith({ instanceTags: { "acs:owner": "x" } }), `${t}.instanceTags`, {
    value: "acs:owner",
    fix: /not beginning with/,
  }),
  refusal("too many tags", poolWith({ instanceTags: numbered(21) }), `${t}.instanceTags`, {
    value: "21",
    fix: /at most 20/,
  }),
  refusal(
    "user data elsewhere",
    poolWith({ userDataSecretRef: { name: "kube-system/token" } }),
    `${t}.userDataSecretRef.name`,
    { value: "kube-system/token", fix: /object in this namespace/ },
  ),
  refusal(
    "upgrades without a window",
    aPool({ management: { autoUpgrade: true } }),
    "spec.management.maintenanceWindowRef",
    { fix: /name a MaintenanceWindow, or set autoUpgrade to false/ },
  ),
  refusal(
    "an unknown approval",
    aPool({ management: { repairApproval: "Maybe" } }),
    "spec.management.repairApproval",
    { value: "Maybe", fix: /Automatic.*Required/ },
  ),
  refusal("an unknown method", aPool({ upgrade: { method: "Magic" } }), "spec.upgrade.method", {
    value: "Magic",
    fix: /ReplaceSystemDisk.*ReplaceInstance/,
  }),
  refusal("surge that keeps instances", aPool({ upgrade: { maxSurge: 2 } }), "spec.upgrade.maxSurge", {
    value: "above 0",
    fix: /set maxSurge to 0, or method to ReplaceInstance/,
  }),
  refusal(
    "an upgrade without room",
    aPool({ upgrade: { maxUnavailable: "0%" } }),
    "spec.upgrade.maxUnavailable",
    { value: "0", fix: /raise one of them/ },
  ),
  refusal("a negative budget", aPool({ upgrade: { maxUnavailable: -1 } }), "spec.upgrade.maxUnavailable", {
    value: "-1",
    fix: /such as 5%/,
  }),
  refusal("more than all", aPool({ upgrade: { maxUnavailable: "150%" } }), "spec.upgrade.maxUnavailable", {
    value: "150%",
    fix: /such as 5%/,
  }),
  refusal(
    "a budget in words",
    aPool({ upgrade: { maxUnavailable: "some" } }),
    "spec.upgrade.maxUnavailable",
    { value: "some", fix: /such as 5%/ },
  ),
  refusal("batches of none", aPool({ upgrade: { maxParallel: 0 } }), "spec.upgrade.maxParallel", {
    value: "0",
    fix: /(at least|greater than or equal to) 1/,
  }),
  refusal("a negative soak", aPool({ upgrade: { soakSeconds: -5 } }), "spec.upgrade.soakSeconds", {
    value: "-5",
    fix: /(at least|greater than or equal to) 0/,
  }),
  refusal("a hasty drain", aPool({ drain: { timeoutSeconds: 5 } }), "spec.drain.timeoutSeconds", {
    value: "5",
    fix: /(at least|greater than or equal to) 30/,
  }),
  refusal("an unknown end of a drain", aPool({ drain: { onTimeout: "Retry" } }), "spec.drain.onTimeout", {
    value: "Retry",
    fix: /Stop.*Skip.*Force/,
  }),
  refusal("an unknown deletion", aPool({ deletion: { instances: "Sell" } }), "spec.deletion.instances", {
    value: "Sell",
    fix: /Release.*Keep/,
  }),
  refusal("a pause in words", aPool({ paused: "yes" }), "spec.paused", { fix: /true or false|boolean/ }),
];

const windows: readonly Refusal[] = [
  refusal("a window of no length", aWindow({ durationMinutes: 0 }), "spec.durationMinutes", {
    value: "0",
    fix: /30 to 1440 minutes/,
  }),
  refusal("a window of two days", aWindow({ durationMinutes: 2880 }), "spec.durationMinutes", {
    value: "2880",
    fix: /30 to 1440 minutes/,
  }),
  refusal("midnight as 24:00", aWindow({ start: "24:00" }), "spec.start", {
    value: "24:00",
    fix: /00:00 to 23:59/,
  }),
  refusal("a time with one digit", aWindow({ start: "2:00" }), "spec.start", {
    value: "2:00",
    fix: /such as 02:00/,
  }),
  refusal("a weekday twice", aWindow({ weekdays: ["Monday", "Monday"] }), "spec.weekdays[1]", {
    value: "Monday",
    fix: /twice|Duplicate value/,
  }),
  refusal("no weekday", aWindow({ weekdays: [] }), "spec.weekdays", { fix: /at least 1/ }),
  refusal("a short weekday", aWindow({ weekdays: ["Mon"] }), "spec.weekdays[0]", {
    value: "Mon",
    fix: /Monday.*Sunday/,
  }),
  refusal("an offset for a zone", aWindow({ timeZone: "+02:00" }), "spec.timeZone", {
    value: "+02:00",
    fix: /IANA zone such as Europe\/Berlin/,
  }),
  refusal("no zone", aWindow({ timeZone: undefined }), "spec.timeZone", {
    fix: /must be given|Required value/,
  }),
  refusal(
    "an exclusion backwards",
    aWindow({ exclusions: [{ from: "2026-12-31", to: "2026-12-24" }] }),
    "spec.exclusions[0].to",
    { value: "2026-12-24", fix: /swap from and to/ },
  ),
  refusal(
    "30 February",
    aWindow({ exclusions: [{ from: "2028-02-30", to: "2028-03-01" }] }),
    "spec.exclusions[0].from",
    { value: "2028-02-30", fix: /day of the calendar/ },
  ),
  refusal(
    "29 February of a common year",
    aWindow({ exclusions: [{ from: "2027-02-29", to: "2027-03-01" }] }),
    "spec.exclusions[0].from",
    { value: "2027-02-29", fix: /day of the calendar/ },
  ),
];

const others: readonly Refusal[] = [
  refusal("an unknown operation", anOperation({ kind: "Dance" }), "spec.kind", {
    value: "Dance",
    fix: /RemoveNodes.*Upgrade/,
  }),
  refusal("an upgrade that releases", anOperation({ options: { release: true } }), "spec.options.release", {
    value: "Upgrade",
    fix: /set release to false, or kind to RemoveNodes/,
  }),
  refusal("an upgrade with a rung", anOperation({ options: { rung: "Reboot" } }), "spec.options.rung", {
    value: "Reboot",
    fix: /set kind to Repair/,
  }),
  refusal(
    "a machine twice",
    anOperation({
      targets: [
        { machine: "m", uid: "1" },
        { machine: "m", uid: "2" },
      ],
    }),
    "spec.targets[1]",
    { value: "m", fix: /twice|Duplicate value/ },
  ),
  refusal("an operation on nothing said", anOperation({ targets: undefined }), "spec.targets", {
    fix: /must be given|Required value/,
  }),
  refusal("an unknown state", anOperation({ state: "Stop" }), "spec.state", {
    value: "Stop",
    fix: /Run.*Pause.*Cancel/,
  }),
  refusal("an unknown provider type", aProvider({ type: "aws" }), "spec.type", {
    value: "aws",
    fix: /simulator.*local.*ecs/,
  }),
  refusal(
    "credentials in the endpoint",
    aProvider({ endpoint: "https://me:pw@example.com" }),
    "spec.endpoint",
    { value: "me:pw", fix: /credentialsRef/ },
  ),
  refusal("a simulated cloud that is real", aProvider({ type: "ecs", simulator: {} }), "spec.simulator", {
    value: "ecs",
    fix: /remove spec.simulator, or set type to simulator/,
  }),
  refusal("no region", aProvider({ region: "" }), "spec.region", { value: '""', fix: /at least 1/ }),
  refusal(
    "too much jitter",
    aProvider({ simulator: { jitterPercent: 200 } }),
    "spec.simulator.jitterPercent",
    { value: "200", fix: /(at most|less than or equal to) 100/ },
  ),
  refusal("a machine of no pool", aMachine({ poolName: "" }), "spec.poolName", {
    value: '""',
    fix: /at least 1/,
  }),
  refusal(
    "a machine with our label",
    aMachine({ attributes: { nodeLabels: { "poolkeeper.dev/x": "" } } }),
    "spec.attributes.nodeLabels",
    { value: "poolkeeper.dev/x", fix: /prefix of your own/ },
  ),
];

export const refusals: readonly Refusal[] = [...pools, ...windows, ...others];
