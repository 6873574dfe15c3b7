import assert from "node:assert/strict";
import { X509Certificate, createPrivateKey } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import type { TLSSocket } from "node:tls";
import { ensureCertificates } from "./certificates.ts";
import type { Certificates } from "./certificates.ts";
import { StartError } from "./error.ts";

const dayMs = 86_400_000;
const today = Date.parse("2026-03-01T00:00:00Z");

function inFolder(run: (dir: string) => Promise<void> | void): () => Promise<void> {
  return async () => {
    const dir = mkdtempSync(path.join(tmpdir(), "pk-pki-"));
    try {
      await run(dir);
    } finally {
      rmSync(dir, { recursive: true });
    }
  };
}

function read(file: string): X509Certificate {
  return new X509Certificate(readFileSync(file));
}

function serials(certificates: Certificates): Record<string, string> {
  const leaves = Object.entries(certificates.leaves).map(([name, { certFile }]) => [name, certFile] as const);
  const all = [["ca", certificates.authority.certFile] as const, ...leaves];
  return Object.fromEntries(all.map(([name, file]) => [name, read(file).serialNumber]));
}

test(
  "every leaf is signed by the authority, belongs to its key, and names its user and hosts",
  inFolder((dir) => {
    const { authority, leaves } = ensureCertificates(dir, today);
    const ca = read(authority.certFile);
    assert(ca.ca && ca.verify(ca.publicKey) && ca.checkIssued(ca));
    for (const { certFile, keyFile } of Object.values(leaves)) {
      const certificate = read(certFile);
      assert(!certificate.ca && certificate.checkIssued(ca) && certificate.verify(ca.publicKey), certFile);
      assert(certificate.checkPrivateKey(createPrivateKey(readFileSync(keyFile))), certFile);
      assert.equal(statSync(keyFile).mode & 0o777, 0o600);
    }
    assert.equal(read(leaves.admin.certFile).subject, "O=system:masters\nCN=poolkeeper-admin");
    assert.equal(read(leaves["kube-scheduler"].certFile).subject, "CN=system:kube-scheduler");
    const server = read(leaves.apiserver.certFile);
    for (const host of ["localhost", "kubernetes.default.svc"]) assert.equal(server.checkHost(host), host);
    for (const address of ["127.0.0.1", "10.0.2.2", "10.96.0.1"])
      assert.equal(server.checkIP(address), address);
    assert.match(server.subjectAltName ?? "", /IP Address:0:0:0:0:0:0:0:1/);
    assert.equal(server.checkHost("example.org"), undefined);
    assert.deepEqual(server.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
    assert.equal(server.validToDate.getTime(), today + 365 * dayMs);
  }),
);

test(
  "a server and a client that know only the authority trust each other",
  inFolder(async (dir) => {
    const { authority, leaves } = ensureCertificates(dir, Date.now());
    const ca = readFileSync(authority.certFile);
    const identity = (name: "apiserver" | "admin") => ({
      cert: readFileSync(leaves[name].certFile),
      key: readFileSync(leaves[name].keyFile),
    });
    const tls = { ca, ...identity("apiserver"), requestCert: true, rejectUnauthorized: true };
    const server = createServer(tls, (incoming, answer) => {
      answer.end((incoming.socket as TLSSocket).getPeerCertificate().subject.O);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const group = await new Promise<string>((resolve, reject) => {
      const options = { host: "127.0.0.1", port, ca, ...identity("admin"), agent: false };
      request(options, (answer) => answer.on("data", (chunk) => resolve(String(chunk))))
        .on("error", reject)
        .end();
    });
    server.close();
    assert.equal(group, "system:masters");
  }),
);

test(
  "everything is reused over restarts while more than 30 days are left",
  inFolder((dir) => {
    const before = serials(ensureCertificates(dir, today));
    const key = readFileSync(path.join(dir, "service-account.key"), "utf8");
    assert.deepEqual(serials(ensureCertificates(dir, today + 334 * dayMs)), before);
    assert.equal(readFileSync(path.join(dir, "service-account.key"), "utf8"), key);
    assert.deepEqual(
      readdirSync(dir).filter((name) => name.endsWith(".part")),
      [],
    );
  }),
);

test(
  "leaves with less than 30 days left are made anew under the same authority",
  inFolder((dir) => {
    const before = serials(ensureCertificates(dir, today));
    const after = serials(ensureCertificates(dir, today + 336 * dayMs));
    assert.equal(after["ca"], before["ca"]);
    for (const name of ["apiserver", "admin", "kube-scheduler"]) assert.notEqual(after[name], before[name]);
  }),
);

test(
  "a new authority, past the year 2049 too, signs every leaf anew",
  inFolder((dir) => {
    const before = serials(ensureCertificates(dir, today));
    const later = Date.parse("2050-06-01T00:00:00Z");
    const certificates = ensureCertificates(dir, later);
    const ca = read(certificates.authority.certFile);
    assert.notEqual(ca.serialNumber, before["ca"]);
    for (const { certFile } of Object.values(certificates.leaves))
      assert(read(certFile).verify(ca.publicKey));
    assert.equal(read(certificates.leaves.admin.certFile).validToDate.getTime(), later + 365 * dayMs);
  }),
);

test(
  "what cannot be read, or does not fit together, is named and left as it is",
  inFolder((dir) => {
    ensureCertificates(dir, today);
    const caKey = readFileSync(path.join(dir, "ca.key"), "utf8");
    const damages = [
      ["ca.crt", "-----BEGIN CERTIFICATE-----\nnonsense\n"],
      ["admin.key", ""],
      ["apiserver.key", caKey],
      ["service-account.key", "x"],
    ] as const;
    for (const [name, text] of damages) {
      const file = path.join(dir, name);
      const good = readFileSync(file);
      writeFileSync(file, text);
      assert.throws(
        () => ensureCertificates(dir, today),
        (error) =>
          error instanceof StartError &&
          error.message.startsWith(`${file} cannot be used: `) &&
          error.message.includes(`mv ${dir} ${dir}.broken`),
      );
      assert.equal(readFileSync(file, "utf8"), text);
      writeFileSync(file, good);
    }
    rmSync(path.join(dir, "ca.key"));
    assert.throws(() => ensureCertificates(dir, today), /ca\.key cannot be used: ENOENT/);
  }),
);
