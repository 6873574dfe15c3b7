/** Requests for certificates: watched while somebody needs it, judged one by one, and said once where they are not approved. */
import type { Announcement } from "../../core/announce.ts";
import type { Instant } from "../../core/model.ts";
import { secondMs } from "../../core/time.ts";
import type { Clock } from "../../ports/clock.ts";
import { isPortError } from "../../ports/errors.ts";
import type { Kube, KubeCache, PassingCache } from "../../ports/kube.ts";
import type { CertificateSigningRequestObject } from "../../schema/kubernetes.ts";
import type { ManagedNodePoolObject } from "../../schema/pool.ts";
import { approve } from "./act.ts";
import { isPending, judge, type Member, tokenIdOfUser } from "./approval.ts";
import type { Members } from "./members.ts";
import { parseToken, type Token, tokenName, tokenNamespace } from "./token.ts";

export interface RequestsDeps {
  readonly kube: Kube;
  readonly cache: KubeCache;
  readonly clock: Clock;
  readonly wake: (key: string) => void;
  /** Requests for certificates are watched only while a provider is open whose machines send them. */
  readonly openRequests: () => PassingCache;
  readonly announce: (about: { readonly pool: ManagedNodePoolObject }, announcement: Announcement) => void;
}

/** Until the provider's list has caught up with a machine that is faster. */
const againMs = secondMs;

export interface Requests {
  isOpen(): boolean;
  open(): void;
  close(): Promise<void>;
  pendingKeys(): readonly string[];
  judge(name: string): Promise<Instant | null>;
}

export function createRequests(deps: RequestsDeps, members: Members): Requests {
  let watched: PassingCache | null = null;
  /** What was said of a request, by its UID: it is said once. */
  const said = new Map<string, string>();
  const pendingKeys = (): readonly string[] =>
    (watched?.list("CertificateSigningRequest") ?? []).filter(isPending).map(keyOfRequest);
  const wakeAll = (): void => {
    for (const key of pendingKeys()) deps.wake(key);
  };
  const say = (request: CertificateSigningRequestObject, member: Member, why: string): void => {
    const uid = request.metadata.uid ?? "";
    if (said.get(uid) === why) return;
    said.set(uid, why);
    refused(request, { member, why }, deps);
  };
  return {
    isOpen: () => watched !== null,
    pendingKeys,
    open: () => {
      if (watched !== null) return;
      watched = deps.openRequests();
      watched.onChange(({ after, before }) => {
        if (after === undefined) said.delete(before?.metadata.uid ?? "");
        else deps.wake(keyOfRequest(after as CertificateSigningRequestObject));
      });
      watched.start();
      wakeAll();
    },
    close: async () => {
      const ending = watched;
      watched = null;
      await ending?.stop();
    },
    judge: async (name) => {
      const request = watched?.get("CertificateSigningRequest", name);
      if (request === undefined || !isPending(request)) return null;
      const token = await tokenOf(request, deps);
      const facts = { byNodeName: members.ofNode, byUid: members.ofUid, token, now: deps.clock.now() };
      const verdict = judge(request, facts);
      if (verdict.kind === "Wait") return deps.clock.now() + againMs;
      if (verdict.kind === "Refuse") say(request, verdict.member, verdict.why);
      if (verdict.kind === "Approve") await approve(deps.kube, request, proofOf(verdict.member));
      return null;
    },
  };
}

function keyOfRequest({ metadata }: CertificateSigningRequestObject): string {
  return `request ${metadata.name}`;
}

async function tokenOf(
  { spec }: CertificateSigningRequestObject,
  { kube }: RequestsDeps,
): Promise<Token | null> {
  const id = tokenIdOfUser(spec.username);
  if (id === null) return null;
  try {
    return parseToken(await kube.get("Secret", { name: tokenName(id), namespace: tokenNamespace }));
  } catch (error) {
    if (isPortError(error, "NotFound")) return null;
    throw error;
  }
}

function proofOf({ record, instance }: Member): string {
  return `Poolkeeper runs instance ${instance?.id ?? ""} as machine ${record.metadata.name} of pool ${record.spec.poolName}.`;
}

function refused(
  request: CertificateSigningRequestObject,
  { member, why }: { readonly member: Member; readonly why: string },
  { cache, announce }: RequestsDeps,
): void {
  const { metadata, spec } = member.record;
  const pool = cache.get("ManagedNodePool", `${metadata.namespace ?? ""}/${spec.poolName}`);
  if (pool === undefined) return;
  const news = {
    type: "Warning",
    reason: "CertificateNotApproved",
    because: null,
    facts: { object: request.metadata.name, message: why },
    machine: metadata.name,
    node: null,
  } as const;
  announce({ pool }, news);
}
