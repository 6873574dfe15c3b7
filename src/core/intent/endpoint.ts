/** Does an endpoint point into this machine or network by its very text? What a name resolves to, the adapter looks at. */

/** Answers of such addresses are meant for the machine they are asked from: credentials of its role, for example. */
export function isInnerEndpoint(endpoint: string): boolean {
  const host = hostOf(endpoint);
  if (host === "localhost" || host.endsWith(".localhost") || host.endsWith(".internal")) return true;
  const parts = host.split(".");
  // Browsers and resolvers read 127.1 and 2130706433 as addresses too, so whatever is all digits counts as one.
  if (!parts.every((part) => /^(0x[0-9a-f]*|\d+)$/.test(part))) return false;
  const [first = 0, second = 0] = parts.map(Number);
  if (parts.length < 4 || parts.some((part) => part.startsWith("0") && part !== "0")) return true;
  return isInner(first, second);
}

function isInner(first: number, second: number): boolean {
  if (first === 0 || first === 10 || first === 127 || first >= 224) return true;
  if (first === 169 && second === 254) return true;
  if (first === 172 && second >= 16 && second <= 31) return true;
  if (first === 192 && second === 168) return true;
  // Shared address space; Alibaba Cloud's metadata is at 100.100.100.200.
  return first === 100 && second >= 64 && second <= 127;
}

function hostOf(endpoint: string): string {
  return endpoint
    .toLowerCase()
    .replace(/^https?:\/\//, "")
    .replace(/\/$/, "")
    .replace(/:\d+$/, "")
    .replace(/\.$/, "");
}
