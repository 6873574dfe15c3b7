/** One caller with a name: what they are called, what they may do by the API server's own word, and the port that acts as them. */
import { askAccess } from "../ports/access.ts";
import { isPortError } from "../ports/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Kube } from "../ports/kube.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import type { Permission } from "./answers.ts";
import { failed } from "./problem.ts";
import type { Caller, World } from "./world.ts";

export interface Person {
  /** Tells callers apart, for limits and idempotency keys. Holds no secret. */
  readonly id: string;
  readonly way: Caller["kind"];
  readonly name: string;
  readonly groups: readonly string[];
  readonly kube: Kube;
  may(permission: Permission): Promise<boolean>;
  /** Throws the problem that names what is missing. */
  mustBeAllowed(permission: Permission): Promise<void>;
}

export interface People {
  /** Throws when the API server does not know the caller. */
  personOf(caller: Caller, id: string, world: World): Promise<Person>;
}

/** A right that was taken away ends this soon at the latest. */
const trustMs = 5000;
const maxPeople = 2000;

interface Known {
  readonly world: World;
  readonly kube: Kube;
  identity: { readonly at: number; readonly answer: Promise<Identity> };
  readonly rights: Map<string, { readonly at: number; readonly answer: Promise<boolean> }>;
}

interface Identity {
  readonly name: string;
  readonly groups: readonly string[];
}

export function createPeople(clock: Clock): People {
  const known = new Map<string, Known>();
  return {
    personOf: async (caller, id, world) => {
      const entry = entryOf(known, { caller, id, world }, clock.monotonic());
      const { name, groups } = await entry.identity.answer.catch((error: unknown) => {
        known.delete(id);
        throw error;
      });
      const may = (permission: Permission): Promise<boolean> =>
        askRight(entry, permission, clock.monotonic());
      const mustBeAllowed = async (permission: Permission): Promise<void> => {
        if (!(await may(permission))) throw failed("NotPermitted", permissionFacts(permission));
      };
      return { id, way: caller.kind, name, groups, kube: entry.kube, may, mustBeAllowed };
    },
  };
}

interface Asker {
  readonly caller: Caller;
  readonly id: string;
  readonly world: World;
}

function entryOf(known: Map<string, Known>, { caller, id, world }: Asker, now: number): Known {
  const before = known.get(id);
  if (before !== undefined && before.world === world) {
    if (now - before.identity.at < trustMs) return before;
    before.identity = { at: now, answer: identityOf(caller, before.kube, world) };
    return before;
  }
  if (known.size >= maxPeople) known.clear();
  const kube = world.kubeAs(caller);
  const entry = {
    world,
    kube,
    identity: { at: now, answer: identityOf(caller, kube, world) },
    rights: new Map(),
  };
  known.set(id, entry);
  return entry;
}

async function identityOf(caller: Caller, kube: Kube, world: World): Promise<Identity> {
  switch (caller.kind) {
    case "LocalAdmin":
      return { name: world.adminName, groups: [] };
    case "Oidc":
      return { name: caller.user, groups: caller.groups };
    case "Token":
      return await askIdentity(kube);
  }
}

interface SelfReview extends KubeObject {
  readonly status?: {
    readonly userInfo?: { readonly username?: string; readonly groups?: readonly string[] };
  };
}

/** Asked with the token itself: an audience, a lifetime or a revocation that the API server knows of holds here too. */
async function askIdentity(kube: Kube): Promise<Identity> {
  const review = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "SelfSubjectReview",
    metadata: { name: "" },
  };
  try {
    const answer: SelfReview = await kube.create("SelfSubjectReview", review);
    const { username = "", groups = [] } = answer.status?.userInfo ?? {};
    if (username === "" || username === "system:anonymous") throw failed("TokenInvalid");
    return { name: username, groups };
  } catch (error) {
    if (isPortError(error, "Denied")) throw failed("TokenInvalid");
    throw error;
  }
}

function askRight(entry: Known, permission: Permission, now: number): Promise<boolean> {
  const key = JSON.stringify(permission);
  const before = entry.rights.get(key);
  if (before !== undefined && now - before.at < trustMs) return before.answer;
  const answer = review(entry.kube, permission);
  entry.rights.set(key, { at: now, answer });
  // An answer that did not come is no answer: the next request asks again.
  answer.catch(() => entry.rights.delete(key));
  return answer;
}

async function review(kube: Kube, permission: Permission): Promise<boolean> {
  const { verb, group, resource, subresource, namespace } = permission;
  try {
    return await askAccess(kube, {
      verb,
      group,
      resource,
      ...(subresource === null ? {} : { subresource }),
      ...(namespace === null ? {} : { namespace }),
    });
  } catch (error) {
    // Whoever may not even ask may nothing.
    if (isPortError(error, "Denied") && error.status === 403) return false;
    throw error;
  }
}

export function permissionFacts(permission: Permission): Readonly<Record<string, string>> {
  const { verb, group, resource, subresource, namespace } = permission;
  const full = `${resource}${group === "" ? "" : `.${group}`}${subresource === null ? "" : `/${subresource}`}`;
  return namespace === null ? { verb, resource: full } : { verb, resource: full, namespace };
}
