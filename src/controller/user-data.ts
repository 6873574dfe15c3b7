/** What a pool wants run at the first boot of each disk: read from its Secret each time, and kept nowhere here. */
import { isPortError, PortError } from "../ports/errors.ts";
import type { Kube, ObjectRef } from "../ports/kube.ts";

const key = "userData";

/** Null where the pool names no Secret. Refused for good where it does not say what to run: a node must not come up without. */
export async function readUserData(
  kube: Kube,
  namespace: string,
  name: string | undefined,
): Promise<string | null> {
  if (name === undefined) return null;
  const data = await secretData(kube, { namespace, name });
  const encoded = data?.[key];
  if (encoded !== undefined) return Buffer.from(encoded, "base64").toString("utf8");
  const flaw = data === null ? "does not exist" : `has no key ${key}`;
  throw new PortError({
    kind: "Invalid",
    message:
      `Secret ${namespace}/${name}, which userDataSecretRef of the pool names, ${flaw}; nothing was sent to the provider. ` +
      `Make it: kubectl -n ${namespace} create secret generic ${name} --from-file=${key}=FILE`,
  });
}

async function secretData(kube: Kube, ref: ObjectRef): Promise<Readonly<Record<string, string>> | null> {
  try {
    return (await kube.get("Secret", ref)).data ?? {};
  } catch (error) {
    if (isPortError(error, "NotFound")) return null;
    throw error;
  }
}
