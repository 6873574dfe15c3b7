/** What a machine is given to join with: a token of its own that is still good, where the cluster is, and whom to trust. */
import type { Clock } from "../../ports/clock.ts";
import { isPortError, PortError } from "../../ports/errors.ts";
import type { Kube } from "../../ports/kube.ts";
import type { JoinCredentials } from "../../ports/provider.ts";
import type { SecretObject } from "../../schema/kubernetes.ts";
import { createToken, endToken } from "./act.ts";
import { type Attempt, isFor, isFresh, newToken, parseToken, type Token } from "./token.ts";

/** The cluster as machines reach it. */
export type ClusterEntry = Omit<JoinCredentials, "token">;

export interface AdmissionDeps {
  readonly kube: Kube;
  readonly clock: Clock;
  /** Rejects where machines cannot join this cluster, and says why. */
  readonly entry: () => Promise<ClusterEntry>;
}

/** Made before the provider is asked. A repeat finds the same token, so that what was sent the first time stays good. */
export async function admit(attempt: Attempt, deps: AdmissionDeps): Promise<JoinCredentials> {
  const entry = await deps.entry();
  const token = await issueToken(attempt, deps);
  return { ...entry, token: token.text };
}

async function issueToken(attempt: Attempt, { kube, clock }: AdmissionDeps): Promise<Token> {
  const wanted = newToken(attempt, clock.now());
  const found = await find(kube, wanted);
  if (found !== null) {
    const token = parseToken(found);
    if (token === null || !isFor(token, attempt)) throw taken(wanted);
    if (isFresh(token, clock.now())) return token;
    await endToken(kube, found);
  }
  const made = parseToken(await createToken(kube, wanted));
  if (made === null) throw taken(wanted);
  return made;
}

async function find(kube: Kube, { metadata }: SecretObject): Promise<SecretObject | null> {
  try {
    return await kube.get("Secret", { name: metadata.name, namespace: metadata.namespace ?? "" });
  } catch (error) {
    if (isPortError(error, "NotFound")) return null;
    throw error;
  }
}

function taken({ metadata }: SecretObject): PortError {
  const { namespace = "", name } = metadata;
  return new PortError({
    kind: "Unreachable",
    message: `the bootstrap token ${namespace}/${name}, which this machine needs, is somebody else's; it was left as it is, and is looked at again. See it with: kubectl -n ${namespace} describe secret ${name}`,
  });
}
