/** Good objects of the five kinds for tests to begin with. Used by no product code. */
import { apiGroup, apiVersion, type OwnKind } from "./kind.ts";

export interface TestObject {
  readonly apiVersion: string;
  readonly kind: OwnKind;
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

export type Spec = Readonly<Record<string, unknown>>;

function anObject(kind: OwnKind, name: string, spec: Spec): TestObject {
  return { apiVersion: `${apiGroup}/${apiVersion}`, kind, metadata: { name }, spec };
}

export const aPool = (spec: Spec = {}, name = "web") =>
  anObject("ManagedNodePool", name, { providerRef: { name: "sim" }, ...spec });

export const aWindow = (spec: Spec = {}, name = "nights") =>
  anObject("MaintenanceWindow", name, {
    weekdays: ["Saturday"],
    start: "02:00",
    timeZone: "Europe/Berlin",
    ...spec,
  });

export const anOperation = (spec: Spec = {}, name = "web-upgrade-1") =>
  anObject("NodeOperation", name, {
    poolName: "web",
    kind: "Upgrade",
    targets: [{ machine: "web-1", uid: "u-1" }],
    ...spec,
  });

export const aProvider = (spec: Spec = {}, name = "sim") =>
  anObject("InfrastructureProvider", name, { type: "simulator", region: "sim-1", ...spec });

export const aMachine = (spec: Spec = {}, name = "web-1") =>
  anObject("ManagedMachine", name, {
    poolName: "web",
    poolUid: "u-0",
    revision: 1,
    chargeType: "PayAsYouGo",
    ...spec,
  });
