/** Carries out what joining needs: the only place of this folder that calls a mutating method of a port. */
import { isPortError } from "../../ports/errors.ts";
import type { Kube } from "../../ports/kube.ts";
import type { Provider } from "../../ports/provider.ts";
import type {
  CertificateSigningRequestObject,
  KubeObject,
  NodeObject,
  SecretObject,
} from "../../schema/kubernetes.ts";

export async function createToken(kube: Kube, secret: SecretObject): Promise<SecretObject> {
  return kube.create("Secret", secret);
}

/** The token ends with its Secret: the API server knows no other copy of it. */
export async function endToken(kube: Kube, { metadata }: SecretObject): Promise<void> {
  const { name, namespace = "", uid = "" } = metadata;
  return ignoreGone(kube.delete("Secret", { name, namespace }, { uid }));
}

export async function approve(
  kube: Kube,
  request: CertificateSigningRequestObject,
  message: string,
): Promise<void> {
  const conditions = [
    ...(request.status?.conditions ?? []),
    { type: "Approved", status: "True", reason: "MachineOfPool", message } as const,
  ];
  const approved = { ...request, status: { ...request.status, conditions } };
  await ignoreGone(kube.replace("CertificateSigningRequest", approved, "approval"));
}

export interface NodePatch {
  readonly subresource?: "status";
  readonly body: { readonly metadata?: object; readonly spec?: object; readonly status?: object };
}

/** On the version that was looked at: whoever was faster is seen first, and looked at again. */
export async function patchNode(
  kube: Kube,
  node: NodeObject,
  { subresource, body }: NodePatch,
): Promise<NodeObject> {
  const { name, uid, resourceVersion } = node.metadata;
  return kube.patch(
    "Node",
    { name },
    {
      type: "merge",
      body: { ...body, metadata: { ...body.metadata, uid, resourceVersion } },
      ...(subresource === undefined ? {} : { subresource }),
    },
  );
}

export async function tellJoined(provider: Provider, instanceId: string): Promise<void> {
  return ignoreGone(provider.joined(instanceId));
}

async function ignoreGone(effect: Promise<KubeObject | void>): Promise<void> {
  try {
    await effect;
  } catch (error) {
    if (!isPortError(error, "NotFound")) throw error;
  }
}
