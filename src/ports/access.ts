/** Asks Kubernetes whether whoever speaks through a port may do something. What a missing answer means, the asker decides. */
import type { KubeObject } from "../schema/kubernetes.ts";
import type { Kube } from "./kube.ts";

/** One kind of request. Absent namespace: over all of them, or the kind has none. */
export interface AccessQuestion {
  readonly verb: string;
  readonly group: string;
  /** Plural. */
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

interface Review extends KubeObject {
  readonly spec: { readonly resourceAttributes: AccessQuestion };
  readonly status?: { readonly allowed?: boolean };
}

/** A SelfSubjectAccessReview. Throws `PortError` where the server does not answer such questions, or not this caller's. */
export async function askAccess(kube: Kube, question: AccessQuestion): Promise<boolean> {
  const review: Review = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    metadata: { name: "" },
    spec: { resourceAttributes: question },
  };
  const answer: KubeObject & Pick<Review, "status"> = await kube.create("SelfSubjectAccessReview", review);
  return answer.status?.allowed === true;
}
