/** Requests as other programs write them. */
import assert from "node:assert/strict";
import test from "node:test";
import { parseRequest } from "./request.ts";
import { aCsr, commonName, kubeletCsr, organization } from "./testing.ts";

/** openssl req -new -key … -subj "/O=system:nodes/CN=system:node:local.i-1" -addext "subjectAltName=DNS:local.i-1,IP:127.64.0.1" */
const fromOpenssl = `-----BEGIN CERTIFICATE REQUEST-----
MIIBHzCBxgIBADA3MRUwEwYDVQQKDAxzeXN0ZW06bm9kZXMxHjAcBgNVBAMMFXN5
c3RlbTpub2RlOmxvY2FsLmktMTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABDLa
FU6qYoJikYjm05DoGk4dBiKa7OkoBrOuCHOtZe2aQKoAYWiG+JHnWXdx8WqLnkl5
4a74a2RRUw8tTw5UAmqgLTArBgkqhkiG9w0BCQ4xHjAcMBoGA1UdEQQTMBGCCWxv
Y2FsLmktMYcEf0AAATAKBggqhkjOPQQDAgNIADBFAiA4vTwOvh5vURAsVt/Kzcw3
5OOLvt3HVplAD5OgVLe1+gIhAJBQSRHrPqZZK/t/WmHWx1xftaCsvt2kV41C0wgk
QPRD
-----END CERTIFICATE REQUEST-----
`;

const api = (pem: string): string => Buffer.from(pem).toString("base64");

test("a request of another program is read as it was meant", () => {
  assert.deepEqual(parseRequest(api(fromOpenssl)), {
    commonName: "system:node:local.i-1",
    organizations: ["system:nodes"],
    dnsNames: ["local.i-1"],
    addresses: ["127.64.0.1"],
    others: [],
  });
});

test("a client's request names nothing but its user and group", () => {
  assert.deepEqual(parseRequest(kubeletCsr("local.i-1")), {
    commonName: "system:node:local.i-1",
    organizations: ["system:nodes"],
    dnsNames: [],
    addresses: [],
    others: [],
  });
});

test("addresses of both families are read", () => {
  const names = [{ iPAddress: "127.64.0.1" }, { iPAddress: "fd00::1" }];
  assert.deepEqual(parseRequest(kubeletCsr("n", { names }))?.addresses, ["127.64.0.1", "fd00::1"]);
});

test("nothing in a request is passed over: what no kubelet asks for is told", () => {
  const cases = [
    [kubeletCsr("n", { extensions: ["2.5.29.19"] }), "the extension 2.5.29.19"],
    [kubeletCsr("n", { names: [{ rfc822Name: "a@b" }] }), "an alternative name of kind rfc822Name"],
    [
      kubeletCsr("n", { names: [{ uniformResourceIdentifier: "spiffe://n" }] }),
      "an alternative name of kind uniformResourceIdentifier",
    ],
    [kubeletCsr("n", { names: [{ dNSName: "n" }], lists: 2 }), "a second list of alternative names"],
    [
      aCsr({
        subject: [
          [commonName, "system:node:a"],
          [commonName, "system:node:b"],
        ],
      }),
      "a second common name",
    ],
    [
      aCsr({
        subject: [
          [commonName, "system:node:a"],
          ["2.5.4.11", "unit"],
        ],
      }),
      "the subject attribute 2.5.4.11",
    ],
  ] as const;
  for (const [request, other] of cases) assert.deepEqual(parseRequest(request)?.others, [other]);
});

test("every organization counts", () => {
  const subject = ["system:nodes", "system:masters"].map((name) => [organization, name] as const);
  assert.deepEqual(parseRequest(aCsr({ subject }))?.organizations, ["system:nodes", "system:masters"]);
});

test("what is no request is none", () => {
  for (const text of ["", "no base64", api("hello"), api(fromOpenssl.replace("MII", "AII"))]) {
    assert.equal(parseRequest(text), null);
  }
});
