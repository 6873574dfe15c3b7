/** Kubeconfig files for the local control plane: one that people copy around, and small ones for its own components. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import type { CertificateFiles } from "./certificates.ts";
import { writeWholeFile } from "./whole-file.ts";

export interface KubeconfigRequest {
  readonly file: string;
  readonly url: string;
  readonly authorityFile: string;
  readonly user: string;
  readonly client: CertificateFiles;
}

/** Holds the certificates themselves, so that a copy of it works from any folder. */
export function writePortableKubeconfig(request: KubeconfigRequest): void {
  write(request, {
    cluster: { "certificate-authority-data": base64(request.authorityFile) },
    user: {
      "client-certificate-data": base64(request.client.certFile),
      "client-key-data": base64(request.client.keyFile),
    },
  });
}

/** Names the certificate files relative to itself, so that renewed ones are found and the data directory may be moved. */
export function writeComponentKubeconfig(request: KubeconfigRequest): void {
  const relative = (file: string) => path.relative(path.dirname(request.file), file);
  write(request, {
    cluster: { "certificate-authority": relative(request.authorityFile) },
    user: {
      "client-certificate": relative(request.client.certFile),
      "client-key": relative(request.client.keyFile),
    },
  });
}

function base64(file: string): string {
  return readFileSync(file).toString("base64");
}

interface Credentials {
  readonly cluster: Readonly<Record<string, string>>;
  readonly user: Readonly<Record<string, string>>;
}

function write({ file, url, user }: KubeconfigRequest, credentials: Credentials): void {
  const name = "poolkeeper-local";
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: url, ...credentials.cluster } }],
    users: [{ name: user, user: credentials.user }],
    contexts: [{ name, context: { cluster: name, user } }],
    "current-context": name,
  };
  writeWholeFile(file, stringify(config, { lineWidth: 0 }), 0o600);
}
