/**
 * One X.509 certificate as PEM, for keys on the curve P-256. It only writes; reading and checking is left to
 * `node:crypto`. The few DER shapes below are all that RFC 5280 asks of certificates such as ours.
 */
import { createHash, createPublicKey, randomBytes, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";

export interface CertificateRequest {
  readonly subject: Name;
  readonly issuer: Name;
  /** The key that the certificate is for; its public half goes in. */
  readonly key: KeyObject;
  readonly issuerKey: KeyObject;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly profile: Profile;
}

/** Kubernetes reads the organization as the user's group and the common name as the user. */
export interface Name {
  readonly organization?: string;
  readonly commonName: string;
}

export type Profile =
  | { readonly kind: "Authority" }
  | { readonly kind: "Client" }
  | { readonly kind: "Server"; readonly dnsNames: readonly string[]; readonly addresses: readonly string[] };

export function issueCertificate(request: CertificateRequest): string {
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))), // Version 3.
    integer(serialNumber()),
    ecdsaWithSha256,
    nameToDer(request.issuer),
    sequence(time(request.notBefore), time(request.notAfter)),
    nameToDer(request.subject),
    publicKeyToDer(request.key),
    explicit(3, sequence(...extensions(request))),
  );
  const signature = bitString(sign("sha256", body, request.issuerKey));
  const base64 = sequence(body, ecdsaWithSha256, signature).toString("base64");
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{1,64}/g, "$&\n")}-----END CERTIFICATE-----\n`;
}

function extensions({ profile, key, issuerKey }: CertificateRequest): readonly Buffer[] {
  const authorityKeyId = sequence(implicit(0, keyId(issuerKey)));
  if (profile.kind === "Authority") {
    return [
      extension("2.5.29.19", isCritical, sequence(der(0x01, Buffer.from([0xff])))),
      extension("2.5.29.15", isCritical, keyUsage(["keyCertSign", "cRLSign"])),
      extension("2.5.29.14", isPlain, octetString(keyId(key))),
    ];
  }
  const purpose = profile.kind === "Server" ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2";
  const common = [
    extension("2.5.29.19", isCritical, sequence()),
    extension("2.5.29.15", isCritical, keyUsage(["digitalSignature"])),
    extension("2.5.29.37", isPlain, sequence(objectId(purpose))),
    extension("2.5.29.35", isPlain, authorityKeyId),
  ];
  if (profile.kind === "Client") return common;
  const names = [
    ...profile.dnsNames.map((name) => implicit(2, Buffer.from(name, "ascii"))),
    ...profile.addresses.map((address) => implicit(7, addressToBytes(address))),
  ];
  return [...common, extension("2.5.29.17", isPlain, sequence(...names))];
}

/** A set top bit would read as a negative number; a set second bit keeps the length fixed and the number above zero. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes;
}

function publicKeyToDer(key: KeyObject): Buffer {
  const half = key.type === "private" ? createPublicKey(key) : key;
  return half.export({ type: "spki", format: "der" });
}

/** RFC 7093, method 4: any short name of the key that two keys do not share. */
function keyId(key: KeyObject): Buffer {
  return createHash("sha256").update(publicKeyToDer(key)).digest().subarray(0, 20);
}

function addressToBytes(address: string): Buffer {
  if (address.includes(":")) return ipv6ToBytes(address);
  return Buffer.from(address.split(".").map(Number));
}

function ipv6ToBytes(address: string): Buffer {
  const [left = [], right = []] = address
    .split("::")
    .map((half) => half.split(":").filter((group) => group !== ""));
  const zeros = Array<string>(8 - left.length - right.length).fill("0");
  const groups = [...left, ...zeros, ...right];
  return Buffer.from(groups.map((group) => group.padStart(4, "0")).join(""), "hex");
}

// --- Distinguished names and times.

function nameToDer(name: Name): Buffer {
  const organization = name.organization === undefined ? [] : [attribute("2.5.4.10", name.organization)];
  return sequence(...organization, attribute("2.5.4.3", name.commonName));
}

function attribute(id: string, value: string): Buffer {
  return der(0x31, sequence(objectId(id), der(0x0c, Buffer.from(value, "utf8"))));
}

/** RFC 5280 4.1.2.5: two digits for the year up to 2049, four from then on. */
function time(at: number): Buffer {
  const text = `${new Date(at).toISOString().slice(0, 19).replace(/[-:T]/g, "")}Z`;
  const isShort = Number(text.slice(0, 4)) < 2050;
  return isShort ? der(0x17, Buffer.from(text.slice(2))) : der(0x18, Buffer.from(text));
}

// --- Extensions.

const isCritical = der(0x01, Buffer.from([0xff]));
const isPlain = Buffer.alloc(0);

function extension(id: string, criticality: Buffer, value: Buffer): Buffer {
  return sequence(objectId(id), criticality, octetString(value));
}

const keyUsageBits = { digitalSignature: 0, keyCertSign: 5, cRLSign: 6 } as const;

function keyUsage(uses: readonly (keyof typeof keyUsageBits)[]): Buffer {
  const bits = uses.reduce((byte, use) => byte | (0x80 >> keyUsageBits[use]), 0);
  const unused = 7 - Math.max(...uses.map((use) => keyUsageBits[use]));
  return der(0x03, Buffer.from([unused, bits]));
}

// --- DER (ITU-T X.690): a tag, a length, the contents.

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length = unsigned(body.length);
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body]);
}

function unsigned(value: number): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
}

function sequence(...items: readonly Buffer[]): Buffer {
  return der(0x30, ...items);
}

function integer(bytes: Buffer): Buffer {
  return der(0x02, bytes);
}

function octetString(value: Buffer): Buffer {
  return der(0x04, value);
}

function bitString(value: Buffer): Buffer {
  return der(0x03, Buffer.from([0]), value);
}

function explicit(number: number, value: Buffer): Buffer {
  return der(0xa0 | number, value);
}

function implicit(number: number, value: Buffer): Buffer {
  return der(0x80 | number, value);
}

function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return der(0x06, Buffer.from([40 * first + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [...base128(value >>> 7).map((byte) => byte | 0x80), low];
}

const ecdsaWithSha256 = sequence(objectId("1.2.840.10045.4.3.2"));
