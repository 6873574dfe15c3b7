/** Requests for certificates: the server says who asked, and approval is an endpoint of its own. */
import assert from "node:assert/strict";
import { type Answer, type Behaviour, type Wire, at, list, must, refused } from "./wire-world.ts";

const place = "/apis/certificates.k8s.io/v1/certificatesigningrequests";

/** Of `system:node:wire` in `system:nodes`, by a key that nobody has kept. */
const pem = `-----BEGIN CERTIFICATE REQUEST-----
MIHuMIGUAgEAMDIxFTATBgNVBAoMDHN5c3RlbTpub2RlczEZMBcGA1UEAwwQc3lz
dGVtOm5vZGU6d2lyZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAmqI+cD/qGi
U/YQiBCPQu1buahAHl9yXTN5I8xGGziCMoOKKMJCDf51qzmPATS3G25lLPZGnr3S
W6/Ch5z1Kj+gADAKBggqhkjOPQQDAgNJADBGAiEAqB0GTHLScPS5ZGUFB4WaUDYs
XslHg2PGRrLEyfLfMSkCIQCJTmCkX2afBiaVy9PU7gEeVUkgRQd8YAjHN9Orn7p4
Pg==
-----END CERTIFICATE REQUEST-----
`;

const aRequest = (name: string) => ({
  apiVersion: "certificates.k8s.io/v1",
  kind: "CertificateSigningRequest",
  metadata: { name },
  spec: {
    request: Buffer.from(pem).toString("base64"),
    // Nobody signs for it, so that what is seen here is the API server alone.
    signerName: "wire.poolkeeper.dev/nobody",
    usages: ["client auth", "digital signature"],
    username: "somebody-else",
    groups: ["system:bootstrappers"],
  },
  status: { conditions: [{ type: "Approved", status: "True", reason: "Myself", message: "" }] },
});

const approved = { type: "Approved", status: "True", reason: "Wire", message: "it is good" };

async function made(wire: Wire, name: string): Promise<Answer> {
  await wire.delete(`${place}/${name}`);
  return must(await wire.post(place, aRequest(name)), 201);
}

export const certificateBehaviours: readonly Behaviour[] = [
  {
    name: "a request for a certificate carries who really asked, and no verdict of their own",
    run: async (wire) => {
      const { body } = await made(wire, "wire-asks");
      assert.equal(at(body, "spec.username"), "poolkeeper-admin");
      assert.deepEqual(at(body, "spec.groups"), ["system:masters", "system:authenticated"]);
      assert.deepEqual(list(body, "status.conditions"), []);
    },
  },
  {
    name: "what was asked for cannot be changed, only what is said about the request",
    run: async (wire) => {
      const { body } = await made(wire, "wire-stays");
      const spec = { ...aRequest("wire-stays").spec, usages: ["server auth"] };
      const metadata = { ...Object(at(body, "metadata")), labels: { a: "b" } };
      const after = must(await wire.put(`${place}/wire-stays`, { ...body, metadata, spec }), 200);
      assert.deepEqual(at(after.body, "spec"), at(body, "spec"));
      assert.equal(at(after.body, "metadata.labels.a"), "b");
    },
  },
  {
    name: "a request is approved at its own endpoint, once and for all",
    run: async (wire) => {
      const { body } = await made(wire, "wire-approved");
      const wish = { ...body, status: { conditions: [approved] } };
      const elsewhere = must(await wire.put(`${place}/wire-approved`, wish), 200);
      assert.deepEqual(list(elsewhere.body, "status.conditions"), []);
      const { body: after } = must(await wire.put(`${place}/wire-approved/approval`, wish), 200);
      const [condition] = list(after, "status.conditions");
      assert.equal(at(condition, "reason"), "Wire");
      assert.match(String(at(condition, "lastTransitionTime")), /^\d{4}-/);
      const undone = await wire.put(`${place}/wire-approved/approval`, { ...after, status: {} });
      refused(undone, 422, "Invalid", /updates may not remove a condition of type "Approved"/);
      const both = { ...after, status: { conditions: [condition, { ...approved, type: "Denied" }] } };
      const torn = await wire.put(`${place}/wire-approved/approval`, both);
      refused(torn, 422, "Invalid", /mutually exclusive/);
    },
  },
  {
    name: "what is no request for a certificate is refused",
    run: async (wire) => {
      const bad = aRequest("wire-bad");
      const request = Buffer.from("nothing").toString("base64");
      refused(
        await wire.post(place, { ...bad, spec: { ...bad.spec, request } }),
        422,
        "Invalid",
        /PEM block type must be CERTIFICATE REQUEST/,
      );
      const { usages: _, ...spec } = bad.spec;
      refused(await wire.post(place, { ...bad, spec }), 422, "Invalid", /spec\.usages: Required value/);
    },
  },
];
