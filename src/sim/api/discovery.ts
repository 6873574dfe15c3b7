/** What the server offers, in the old form (lists of groups and resources) and in the new one (one aggregated document). */
import type { JsonObject } from "./json.ts";
import type { Registry } from "./registry.ts";
import { apiVersionOf, type ResourceType } from "./resources.ts";
import { strategyOf } from "./strategies.ts";

export const serverVersion: JsonObject = {
  major: "1",
  minor: "36",
  gitVersion: "v1.36.3",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: "memory/any",
};

interface Subresource {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

const writeVerbs = ["get", "patch", "update"];

function verbsOf(type: ResourceType): readonly string[] {
  if (type.isReview) return ["create"];
  return ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
}

function subresourcesOf(type: ResourceType): readonly Subresource[] {
  const own = { group: type.group, version: type.version, kind: type.kind };
  const scale = { name: "scale", group: "autoscaling", version: "v1", kind: "Scale", verbs: writeVerbs };
  return [
    ...(type.store === "pods"
      ? [
          { name: "binding", group: "", version: "v1", kind: "Binding", verbs: ["create"] },
          { name: "eviction", group: "policy", version: "v1", kind: "Eviction", verbs: ["create"] },
        ]
      : []),
    ...Object.keys(strategyOf(type.store).parts ?? {}).map((name) => ({ ...own, name, verbs: writeVerbs })),
    ...(type.store === "namespaces" ? [{ ...own, name: "finalize", verbs: ["update"] }] : []),
    ...(type.scale === null ? [] : [scale]),
    ...(type.hasStatus ? [{ ...own, name: "status", verbs: writeVerbs }] : []),
  ];
}

function groupsOf(registry: Registry): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const type of registry.all()) {
    const versions = groups.get(type.group) ?? [];
    if (!versions.includes(type.version)) versions.push(type.version);
    groups.set(type.group, versions);
  }
  return groups;
}

export function legacyVersions(): JsonObject {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: "127.0.0.1" }],
  };
}

export function groupList(registry: Registry): JsonObject {
  const names = [...groupsOf(registry).keys()].filter((name) => name !== "");
  const groups = names.map((name) => groupOf(registry, name)).filter((group) => group !== null);
  return { kind: "APIGroupList", apiVersion: "v1", groups };
}

export function groupOf(registry: Registry, name: string): JsonObject | null {
  const versions = groupsOf(registry)
    .get(name)
    ?.map((version) => ({
      groupVersion: apiVersionOf({ group: name, version }),
      version,
    }));
  const [preferred] = versions ?? [];
  if (versions === undefined || preferred === undefined) return null;
  return { kind: "APIGroup", apiVersion: "v1", name, versions, preferredVersion: preferred };
}

export function resourceList(registry: Registry, group: string, version: string): JsonObject | null {
  const types = registry.all().filter((type) => type.group === group && type.version === version);
  if (types.length === 0) return null;
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: apiVersionOf({ group, version }),
    resources: types.flatMap((type) => [
      {
        name: type.plural,
        singularName: type.singular,
        namespaced: type.isNamespaced,
        kind: type.kind,
        verbs: verbsOf(type),
        ...(type.shortNames.length === 0 ? {} : { shortNames: type.shortNames }),
        ...(type.categories.length === 0 ? {} : { categories: type.categories }),
      },
      ...subresourcesOf(type).map((one) => ({
        name: `${type.plural}/${one.name}`,
        singularName: "",
        namespaced: type.isNamespaced,
        ...(one.group === type.group && one.version === type.version
          ? {}
          : { group: one.group, version: one.version }),
        kind: one.kind,
        verbs: one.verbs,
      })),
    ]),
  };
}

/** `isCore` chooses between the core group alone (`/api`) and all others (`/apis`). */
export function aggregated(registry: Registry, isCore: boolean): JsonObject {
  const names = [...groupsOf(registry)].filter(([name]) => (name === "") === isCore);
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    metadata: {},
    items: names.map(([name, versions]) => ({
      metadata: name === "" ? { creationTimestamp: null } : { name, creationTimestamp: null },
      versions: versions.map((version) => ({
        version,
        resources: registry
          .all()
          .filter((type) => type.group === name && type.version === version)
          .map(aggregatedResource),
        freshness: "Current",
      })),
    })),
  };
}

function aggregatedResource(type: ResourceType): JsonObject {
  const subresources = subresourcesOf(type).map((one) => ({
    subresource: one.name,
    responseKind: { group: one.group, version: one.version, kind: one.kind },
    verbs: one.verbs,
  }));
  return {
    resource: type.plural,
    responseKind: { group: type.group, version: type.version, kind: type.kind },
    scope: type.isNamespaced ? "Namespaced" : "Cluster",
    singularResource: type.singular,
    verbs: verbsOf(type),
    ...(type.shortNames.length === 0 ? {} : { shortNames: type.shortNames }),
    ...(type.categories.length === 0 ? {} : { categories: type.categories }),
    ...(subresources.length === 0 ? {} : { subresources }),
  };
}
