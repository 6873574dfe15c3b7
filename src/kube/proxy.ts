/** Which hosts are this machine, and whether the environment sends a host through an HTTP proxy. */
import { BlockList, isIP } from "node:net";

type Env = Readonly<Record<string, string | undefined>>;

export function isLoopbackHost(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, "");
  if (bare === "localhost" || bare.endsWith(".localhost") || bare === "::1") return true;
  return isIP(bare) === 4 && bare.startsWith("127.");
}

/** As kubectl does it: HTTPS_PROXY unless NO_PROXY names the host, and never for loopback. */
export function proxyFor(server: URL, env: Env): string | null {
  if (isLoopbackHost(server.hostname)) return null;
  const name = server.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const proxy = env[name] ?? env[name.toLowerCase()] ?? "";
  if (proxy === "") return null;
  const exceptions = (env["NO_PROXY"] ?? env["no_proxy"] ?? "").split(",").map((entry) => entry.trim());
  if (exceptions.some((entry) => entry !== "" && isCovered(server, entry))) return null;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

function isCovered(server: URL, entry: string): boolean {
  const host = server.hostname.replace(/^\[|\]$/g, "");
  if (entry === "*" || entry === host || entry === server.host) return true;
  const [address = "", bits] = entry.split("/");
  const family = isIP(address);
  if (family !== 0)
    return bits !== undefined && family === isIP(host) && isInSubnet(host, address, Number(bits));
  const suffix = entry.startsWith(".") ? entry : `.${entry}`;
  return `.${host}`.endsWith(suffix);
}

function isInSubnet(host: string, address: string, bits: number): boolean {
  const type = isIP(address) === 6 ? "ipv6" : "ipv4";
  if (!Number.isInteger(bits) || bits < 0 || bits > (type === "ipv6" ? 128 : 32)) return false;
  const subnet = new BlockList();
  subnet.addSubnet(address, bits, type);
  return subnet.check(host, type);
}
