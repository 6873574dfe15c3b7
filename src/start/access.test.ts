import assert from "node:assert/strict";
import test from "node:test";
import { PortError } from "../ports/errors.ts";
import { type Kube, resources } from "../ports/kube.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import { joinManifests, rbacManifests, systemNamespace } from "../schema/manifests.ts";
import { createSimKube } from "../sim/api/port.ts";
import { createApiServer } from "../sim/api/server.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { checkAccess, controllerNeeds, joinNeeds, type Need } from "./access.ts";

/** What the installed roles allow the controller, as `verb group/resource namespace`; no namespace means everywhere. */
function granted(objects: readonly KubeObject[], name: string): ReadonlySet<string> {
  const roles = objects.filter(
    ({ kind, metadata }) => (kind === "ClusterRole" || kind === "Role") && metadata.name === name,
  );
  return new Set(
    roles.flatMap((role) => {
      const rules: readonly Readonly<Record<string, readonly string[]>>[] = Reflect.get(role, "rules");
      return rules.flatMap(({ apiGroups = [], resources: names = [], verbs = [] }) =>
        verbs.flatMap((verb) => names.map((name) => grantText(verb, `${apiGroups[0]}/${name}`, role))),
      );
    }),
  );
}

function grantText(verb: string, resource: string, { metadata }: KubeObject): string {
  return `${verb} ${resource} ${metadata.namespace ?? ""}`;
}

function isGranted(grants: ReadonlySet<string>, need: Need): boolean {
  const { group, plural } = resources[need.kind];
  const resource = `${group}/${plural}${need.subresource === undefined ? "" : `/${need.subresource}`}`;
  return ["", need.namespace ?? ""].some((namespace) => grants.has(`${need.verb} ${resource} ${namespace}`));
}

test("deploy/rbac.yaml grants everything that the controller asks for, where it asks for it", () => {
  const grants = granted(rbacManifests(), "poolkeeper-controller");
  const missing = controllerNeeds(systemNamespace).filter((need) => !isGranted(grants, need));
  assert.deepEqual(missing, []);
});

test("deploy/rbac-join.yaml grants what machines with tokens need, and nothing else", () => {
  const grants = granted(joinManifests(), "poolkeeper-controller-join");
  assert.deepEqual(
    joinNeeds().filter((need) => !isGranted(grants, need)),
    [],
  );
  const unused = [...grants].filter(
    (grant) => !joinNeeds().some((need) => isGranted(new Set([grant]), need)),
  );
  assert.deepEqual(unused, []);
});

/** A server that answers only questions of permission. */
function asking(answer: (attributes: Readonly<Record<string, string>>) => boolean | PortError): Kube {
  const kube = createSimKube(createApiServer({ clock: createVirtualClock(0), seed: 1 }));
  return {
    ...kube,
    create: async (_kind, review) => {
      const { spec } = JSON.parse(JSON.stringify(review)) as {
        readonly spec: { readonly resourceAttributes: Readonly<Record<string, string>> };
      };
      const allowed = answer(spec.resourceAttributes);
      if (allowed instanceof PortError) throw allowed;
      return { ...review, status: { allowed } };
    },
  };
}

test("everything that is missing is named at once, with verb, resource, group and place", async () => {
  const kube = asking(
    ({ verb, resource, subresource }) =>
      !(verb === "list" && resource === "poddisruptionbudgets") &&
      subresource !== "eviction" &&
      !(verb === "update" && resource === "leases"),
  );
  await assert.rejects(
    checkAccess(kube, { namespace: systemNamespace, isJoining: false }),
    (error: Error) => {
      assert.equal(error.name, "StartError");
      assert.match(
        error.message,
        /It may not: create pods\/eviction; list poddisruptionbudgets\.policy; update leases\.coordination\.k8s\.io in poolkeeper-system\. /,
      );
      assert.match(error.message, /Check with: kubectl auth can-i create pods --subresource eviction$/);
      return true;
    },
  );
});

test("a server that does not answer such questions is tried all the same", async () => {
  const refused = new PortError({ kind: "Denied", message: "no" });
  await checkAccess(
    asking(() => refused),
    { namespace: systemNamespace, isJoining: true },
  );
});
