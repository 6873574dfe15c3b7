/** Requests for certificates as kubelets, and others, make them: keys and signatures are real. Not for the product. */
import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { Attributes, CertificationRequest, CertificationRequestInfo } from "@peculiar/asn1-csr";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  Attribute,
  AttributeTypeAndValue,
  AttributeValue,
  Extension,
  Extensions,
  GeneralName,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectPublicKeyInfo,
} from "@peculiar/asn1-x509";

export interface CsrWishes {
  /** Type and value, in order. */
  readonly subject?: readonly (readonly [type: string, value: string])[];
  readonly names?: readonly ConstructorParameters<typeof GeneralName>[0][];
  /** The list of names is put in so often. */
  readonly lists?: number;
  readonly extensions?: readonly string[];
  readonly key?: KeyObject;
}

export const commonName = "2.5.4.3";
export const organization = "2.5.4.10";

/** Base64 of a PEM block, as the API takes it. */
export function aCsr({
  subject = [],
  names = [],
  lists = 1,
  extensions = [],
  key = aKey(),
}: CsrWishes): string {
  const parts = subject.map(
    ([type, utf8String]) =>
      new RelativeDistinguishedName([
        new AttributeTypeAndValue({ type, value: new AttributeValue({ utf8String }) }),
      ]),
  );
  const all = [
    ...(names.length === 0 ? [] : Array.from({ length: lists }, () => alternativeNames(names))),
    ...extensions.map((extnID) => new Extension({ extnID, extnValue: new OctetString([5, 0]) })),
  ];
  const wanted = new Attribute({
    type: "1.2.840.113549.1.9.14",
    values: [AsnConvert.serialize(new Extensions(all))],
  });
  const info = new CertificationRequestInfo({
    subject: new Name(parts),
    subjectPKInfo: AsnConvert.parse(publicPart(key), SubjectPublicKeyInfo),
    attributes: new Attributes(all.length === 0 ? [] : [wanted]),
  });
  const request = new CertificationRequest({
    certificationRequestInfo: info,
    signatureAlgorithm: new AlgorithmIdentifier({ algorithm: "1.2.840.10045.4.3.2" }),
    signature: bytesOf(sign("sha256", Buffer.from(AsnConvert.serialize(info)), key)),
  });
  const body = Buffer.from(AsnConvert.serialize(request)).toString("base64");
  const lines = body.replace(/.{1,64}/g, "$&\n");
  return Buffer.from(
    `-----BEGIN CERTIFICATE REQUEST-----\n${lines}-----END CERTIFICATE REQUEST-----\n`,
  ).toString("base64");
}

/** What the kubelet of this node asks for. */
export function kubeletCsr(nodeName: string, wishes: CsrWishes = {}): string {
  return aCsr({
    subject: [
      [organization, "system:nodes"],
      [commonName, `system:node:${nodeName}`],
    ],
    ...wishes,
  });
}

export function aKey(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

function alternativeNames(names: NonNullable<CsrWishes["names"]>): Extension {
  const list = new SubjectAlternativeName(names.map((name) => new GeneralName(name)));
  return new Extension({ extnID: "2.5.29.17", extnValue: new OctetString(AsnConvert.serialize(list)) });
}

function publicPart(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: "spki", format: "der" });
}

function bytesOf(buffer: Buffer): ArrayBuffer {
  return new Uint8Array(buffer).buffer;
}
