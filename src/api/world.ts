/** What the API is given from outside: the cluster's caches, a port per caller, the clock, and places to keep secrets in. */
import type { Held } from "../core/action.ts";
import type { Snapshot } from "../core/model.ts";
import type { Clock } from "../ports/clock.ts";
import type { Kube, KubeCache } from "../ports/kube.ts";

/** Who asks. What they may do, the API server alone decides. */
export type Caller =
  /** The person at this machine, with the rights of the kubeconfig that we were started with. */
  | { readonly kind: "LocalAdmin" }
  /** Their own token goes to the API server as it is. */
  | { readonly kind: "Token"; readonly token: string }
  /** Signed in at an identity provider; we speak for them by impersonation. */
  | { readonly kind: "Oidc"; readonly user: string; readonly groups: readonly string[] };

export interface World {
  /** Watched by the controller; we read along. */
  readonly cache: KubeCache;
  readonly namespace: string;
  readonly cluster: { readonly name: string; readonly server: string; readonly isSimulated: boolean };
  serverVersion(): string;
  /** The name of the kubeconfig's user, for what the local admin asks. */
  readonly adminName: string;
  /** The port with the caller's rights, and nobody else's. */
  kubeAs(caller: Caller): Kube;
  /** What the controller saw in its last pass over the pool; null before the first, or when another process leads. */
  lastLook(poolKey: string): Look | null;
}

export interface Look {
  readonly snapshot: Snapshot;
  /** What was held back then, with the facts that the status does not keep. */
  readonly held: readonly Held[];
}

export interface ApiDeps {
  readonly clock: Clock;
  readonly productVersion: string;
  /** Null until the caches are filled. */
  world(): World | null;
  notReadyBecause(): string | null;
  metrics(): Promise<string>;
  address(): ApiAddress;
  /** The folder of the built console; null: none. */
  readonly consoleDir: string | null;
  readonly admin: AdminDoor | null;
  readonly identityProvider: IdentityProvider | null;
  /** Unguessable bytes as text. */
  secret(bytes: number): string;
  audit(entry: AuditLine): void;
  fault(request: string, error: unknown): void;
}

/** Where we are reached. Known only once the port is. */
export interface ApiAddress {
  /** For links, without a slash at the end. */
  readonly url: string;
  /** Names in requests that are ours, such as 127.0.0.1:7410. */
  readonly hosts: readonly string[];
  /** Reached over TLS. */
  readonly isSecure: boolean;
  /** Name of the session's cookie. */
  readonly cookie: string;
}

/** How the person at this machine comes in. Null where nobody may come in so. */
export interface AdminDoor {
  /** A new code for a link. */
  issue(): { readonly code: string; readonly expiresAt: number };
  /** Whether it is the key that only readers of our folder know. */
  isKey(text: string): boolean;
  /** True once for each code that was given out and is young. */
  redeem(code: string): boolean;
  /** Sessions that outlive a restart, as text that nobody else can read. */
  load(): string | null;
  save(text: string): void;
}

/** Where people sign in with a name of their own. Each throws when the provider does not answer. */
export interface IdentityProvider {
  begin(): Promise<SignInRequest>;
  /** Null: the provider, or what came back from it, does not vouch for anybody. */
  finish(callback: URL, request: SignInRequest): Promise<Proven | null>;
}

/** What has to be known again when the person comes back. */
export interface SignInRequest {
  readonly url: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface Proven {
  readonly caller: Extract<Caller, { readonly kind: "Oidc" }>;
  readonly proof: Proof;
}

export interface Proof {
  /** Asks the provider again; null once it does not vouch for the person any more. */
  renew(): Promise<Proven | null>;
}

/** One change that was asked for through the API. Holds no secret. */
export interface AuditLine {
  readonly time: string;
  readonly request: string;
  readonly who: string;
  readonly verb: string;
  readonly kind: string;
  readonly name: string;
  readonly pool: string | null;
  readonly detail: string;
  readonly result: string;
}
