/** What a kubelet wants certified, read from its PKCS #10 request. Whether it may have it is judged in approval.ts. */
import { CertificationRequest } from "@peculiar/asn1-csr";
import { AsnConvert } from "@peculiar/asn1-schema";
import { type Attribute, Extensions, type GeneralName, SubjectAlternativeName } from "@peculiar/asn1-x509";

export interface Wanted {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
  /** Everything else in the request, which no kubelet puts there, in words. */
  readonly others: readonly string[];
}

/** Null where it is no request at all. `request` is the field of the API: base64 of a PEM block. */
export function parseRequest(request: string): Wanted | null {
  const pem = Buffer.from(request, "base64").toString("latin1");
  const [, body] =
    /-----BEGIN CERTIFICATE REQUEST-----([^-]*)-----END CERTIFICATE REQUEST-----/.exec(pem) ?? [];
  if (body === undefined) return null;
  try {
    const parsed = AsnConvert.parse(Buffer.from(body, "base64"), CertificationRequest);
    return wantedOf(parsed);
  } catch {
    return null;
  }
}

function wantedOf({ certificationRequestInfo: info }: CertificationRequest): Wanted {
  const subject = [...info.subject].flatMap((part) =>
    [...part].map(({ type, value }) => ({ type, text: value.utf8String ?? value.printableString ?? null })),
  );
  const textsOf = (id: string) => subject.flatMap(({ type, text }) => (type === id ? (text ?? []) : []));
  const names = textsOf(ids.commonName);
  const others = subject.filter(
    ({ type, text }) => text === null || (type !== ids.commonName && type !== ids.organization),
  );
  const attributes = [...(info.attributes ?? [])];
  const extensions = attributes.filter(({ type }) => type === ids.extensionRequest).flatMap(extensionsOf);
  const alternatives = extensions.filter(({ extnID }) => extnID === ids.alternativeNames);
  const general = alternatives.flatMap(({ extnValue }) => [
    ...AsnConvert.parse(extnValue.buffer, SubjectAlternativeName),
  ]);
  return {
    commonName: names[0] ?? "",
    organizations: textsOf(ids.organization),
    dnsNames: general.flatMap(({ dNSName = null }) => dNSName ?? []),
    addresses: general.flatMap(({ iPAddress = null }) => iPAddress ?? []),
    others: [
      ...(names.length > 1 ? ["a second common name"] : []),
      ...others.map(({ type }) => `the subject attribute ${type}`),
      ...attributes
        .filter(({ type }) => type !== ids.extensionRequest)
        .map(({ type }) => `the attribute ${type}`),
      ...extensions
        .filter(({ extnID }) => extnID !== ids.alternativeNames)
        .map(({ extnID }) => `the extension ${extnID}`),
      // Who reads only the first of two would judge another request than the one that is signed.
      ...(alternatives.length > 1 ? ["a second list of alternative names"] : []),
      ...general.flatMap(otherKind),
    ],
  };
}

function extensionsOf({ values }: Attribute): Extensions[number][] {
  return values.flatMap((value) => [...AsnConvert.parse(value, Extensions)]);
}

/** An alternative name that is neither a host's nor an address. */
function otherKind(name: GeneralName): readonly string[] {
  if (name.dNSName !== undefined || name.iPAddress !== undefined) return [];
  const kinds = Object.keys(name).filter((key) => Reflect.get(name, key) !== undefined);
  return [`an alternative name of kind ${kinds.join(", ") || "unknown"}`];
}

const ids = {
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  extensionRequest: "1.2.840.113549.1.9.14",
  alternativeNames: "2.5.29.17",
} as const;
