/**
 * The certificates and keys of one local control plane, kept in one folder and reused over restarts. What has less than
 * 30 days left, or names other hosts than it should, is made anew; what cannot be read is an error and stays as it is.
 */
import { X509Certificate, createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { StartError } from "./error.ts";
import { writeWholeFile } from "./whole-file.ts";
import { issueCertificate } from "./x509.ts";
import type { Name, Profile } from "./x509.ts";

export const renewBeforeMs = 30 * 86_400_000;
const authorityLifetimeMs = 3650 * 86_400_000;
const leafLifetimeMs = 365 * 86_400_000;
/** Nodes whose clock runs behind ours must not find the certificates to be from the future. */
const backdatedMs = 3_600_000;

/** The `kubernetes` Service: the first address of `serviceRange`. */
export const serviceRange = "10.96.0.0/16";
export const serviceAddress = "10.96.0.1";
/** How virtual machines in QEMU's user network reach this host's loopback. */
export const hostAddressForGuests = "10.0.2.2";

export const kubeletClientUser = "kube-apiserver-kubelet-client";

export type LeafName =
  | "apiserver"
  | "apiserver-kubelet-client"
  | "admin"
  | "kube-controller-manager"
  | "kube-scheduler";

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Certificates {
  readonly authority: CertificateFiles;
  readonly leaves: Readonly<Record<LeafName, CertificateFiles>>;
  /** Signs and checks the tokens of service accounts. */
  readonly serviceAccount: { readonly publicFile: string; readonly privateFile: string };
}

const authorityName: Name = { commonName: "poolkeeper-local-ca" };

const leaves: Readonly<Record<LeafName, { readonly subject: Name; readonly profile: Profile }>> = {
  apiserver: {
    subject: { commonName: "kube-apiserver" },
    profile: {
      kind: "Server",
      dnsNames: [
        "localhost",
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        "kubernetes.default.svc.cluster.local",
      ],
      addresses: ["127.0.0.1", "::1", hostAddressForGuests, serviceAddress],
    },
  },
  // How the API server shows itself to kubelets, for logs, exec and port-forward. What it may there is a role's business.
  "apiserver-kubelet-client": { subject: { commonName: kubeletClientUser }, profile: { kind: "Client" } },
  admin: {
    subject: { organization: "system:masters", commonName: "poolkeeper-admin" },
    profile: { kind: "Client" },
  },
  "kube-controller-manager": {
    subject: { commonName: "system:kube-controller-manager" },
    profile: { kind: "Client" },
  },
  "kube-scheduler": { subject: { commonName: "system:kube-scheduler" }, profile: { kind: "Client" } },
};

export function ensureCertificates(dir: string, now: number): Certificates {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const authority = ensureAuthority(dir, now);
  const ensure = (name: LeafName) => ensureLeaf({ dir, name, authority, now });
  return {
    authority: authority.files,
    leaves: {
      apiserver: ensure("apiserver"),
      "apiserver-kubelet-client": ensure("apiserver-kubelet-client"),
      admin: ensure("admin"),
      "kube-controller-manager": ensure("kube-controller-manager"),
      "kube-scheduler": ensure("kube-scheduler"),
    },
    serviceAccount: ensureServiceAccountKeys(dir),
  };
}

interface Authority {
  readonly files: CertificateFiles;
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

function ensureAuthority(dir: string, now: number): Authority {
  const files = filesOf(dir, "ca");
  const found = readPair(files);
  if (found !== null && expiresAt(found.certificate) - now >= renewBeforeMs) return { files, ...found };
  const key = newKey();
  const certificate = issueCertificate({
    subject: authorityName,
    issuer: authorityName,
    key,
    issuerKey: key,
    notBefore: now - backdatedMs,
    notAfter: now + authorityLifetimeMs,
    profile: { kind: "Authority" },
  });
  writePair(files, certificate, key);
  return { files, certificate: new X509Certificate(certificate), key };
}

interface LeafRequest {
  readonly dir: string;
  readonly name: LeafName;
  readonly authority: Authority;
  readonly now: number;
}

function ensureLeaf({ dir, name, authority, now }: LeafRequest): CertificateFiles {
  const files = filesOf(dir, name);
  const { subject, profile } = leaves[name];
  const found = readPair(files);
  if (found !== null && isGood(found.certificate, { profile, authority, now })) return files;
  const key = newKey();
  const certificate = issueCertificate({
    subject,
    issuer: authorityName,
    key,
    issuerKey: authority.key,
    notBefore: now - backdatedMs,
    notAfter: Math.min(now + leafLifetimeMs, expiresAt(authority.certificate)),
    profile,
  });
  writePair(files, certificate, key);
  return files;
}

interface Expected {
  readonly profile: Profile;
  readonly authority: Authority;
  readonly now: number;
}

function isGood(certificate: X509Certificate, { profile, authority, now }: Expected): boolean {
  if (expiresAt(certificate) - now < renewBeforeMs) return false;
  if (!certificate.verify(authority.certificate.publicKey)) return false;
  if (profile.kind !== "Server") return true;
  return (
    profile.dnsNames.every((name) => certificate.checkHost(name) !== undefined) &&
    profile.addresses.every((address) => certificate.checkIP(address) !== undefined)
  );
}

function ensureServiceAccountKeys(dir: string): Certificates["serviceAccount"] {
  const files = {
    publicFile: path.join(dir, "service-account.pub"),
    privateFile: path.join(dir, "service-account.key"),
  };
  const isKept = existsSync(files.privateFile);
  const key = isKept ? readKey(files.privateFile) : newKey();
  if (!isKept) writeWholeFile(files.privateFile, exportKey(key), 0o600);
  const publicHalf = createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
  writeWholeFile(files.publicFile, publicHalf, 0o644);
  return files;
}

function expiresAt(certificate: X509Certificate): number {
  return Date.parse(certificate.validTo);
}

function newKey(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

function exportKey(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

function filesOf(dir: string, name: string): CertificateFiles {
  return { certFile: path.join(dir, `${name}.crt`), keyFile: path.join(dir, `${name}.key`) };
}

/** The certificate goes last: as long as it is missing, its key was never used. */
function writePair(files: CertificateFiles, certificate: string, key: KeyObject): void {
  writeWholeFile(files.keyFile, exportKey(key), 0o600);
  writeWholeFile(files.certFile, certificate, 0o644);
}

function readPair(files: CertificateFiles): { certificate: X509Certificate; key: KeyObject } | null {
  if (!existsSync(files.certFile)) return null;
  const certificate = readOrRefuse(files.certFile, (text) => new X509Certificate(text));
  const key = readKey(files.keyFile);
  if (!certificate.checkPrivateKey(key)) {
    throw unreadable(files.keyFile, new Error(`the key does not belong to ${path.basename(files.certFile)}`));
  }
  return { certificate, key };
}

function readKey(file: string): KeyObject {
  return readOrRefuse(file, (text) => createPrivateKey(text));
}

function readOrRefuse<T>(file: string, parse: (text: string) => T): T {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, cause: unknown): StartError {
  const dir = path.dirname(file);
  return new StartError(
    `${file} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}. ` +
      `Nothing was changed or deleted, and the cluster's objects do not depend on it. Put the file back, or move the ` +
      `folder away (mv ${dir} ${dir}.broken) and start again: new certificates are made, and kubeconfig files that ` +
      `were copied elsewhere have to be copied anew.`,
    cause,
  );
}
