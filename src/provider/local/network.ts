/**
 * Addresses of instances without root: a loopback address each, under which the host reaches the kubelet; and a segment
 * that all guests of one provider share, over which their pods reach each other. Worked out from numbers, never asked for.
 */
import { createHash } from "node:crypto";
import type { ArchiveFile } from "./tar.ts";

/** One provider's place among all that run on this host. */
export interface Network {
  /** The loopback addresses `127.A.B.1` to `127.A.B.254`. */
  readonly block: string;
  /** Multicast group and port of the segment, on the loopback interface only. */
  readonly segment: string;
}

/** Numbers run from 1 to this: one byte of every address. */
export const largestNumber = 254;

/** All that another instance may have beside this one. */
export function otherNumbers(number: number): readonly number[] {
  return Array.from({ length: largestNumber }, (_, index) => index + 1).filter((other) => other !== number);
}

export const kubeletPort = 10_250;
/** Where a guest finds the host, and with it whatever listens on the host's loopback address. */
const hostInGuest = "10.0.2.2";

/** Two data directories on one host get, nearly always, different addresses; what is in use is found out besides. */
export function networkOf(folder: string): Network {
  const hash = createHash("sha256").update(folder).digest();
  const [a = 0, b = 0, c = 0, d = 0] = hash;
  return {
    block: `127.${64 + (a % 64)}.${b}`,
    segment: `239.${192 + (c % 32)}.${d}.${hash.readUInt8(4)}:${20_000 + (hash.readUInt16BE(5) % 10_000)}`,
  };
}

export function addressOf({ block }: Network, number: number): string {
  return `${block}.${number}`;
}

/** Of the card that leads to the host. Each guest is alone behind it, so that only the instance itself matters. */
export function hostCardAddress(instanceId: string): string {
  const digits = instanceId.replace(/^i-/, "").slice(0, 6).padEnd(6, "0");
  return `52:54:00:${digits.match(/../g)?.join(":")}`;
}

export function segmentCardAddress(number: number): string {
  return `52:54:01:00:00:${number.toString(16).padStart(2, "0")}`;
}

/** A server on the host's loopback is reached by its guests under another name; every other one under its own. */
export function serverForGuest(server: string): string {
  const url = new URL(server);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (!/^(localhost|127(\.\d+){3}|::1|0\.0\.0\.0|::)$/.test(host)) return server;
  url.hostname = hostInGuest;
  return url.toString().replace(/\/$/, "");
}

/**
 * All pods lie in one network, a /24 of it on each node. A pod asks for a far one on its own bridge; the node answers
 * for it, as it knows the way over the segment. So pods keep their addresses between nodes.
 */
export function networkFiles(instanceId: string, number: number): readonly ArchiveFile[] {
  return [
    { path: "/etc/systemd/network/10-poolkeeper-host.network", text: hostNetwork(instanceId), mode: 0o644 },
    { path: "/etc/systemd/network/11-poolkeeper-segment.network", text: segmentNetwork(number), mode: 0o644 },
    { path: "/etc/sysctl.d/91-poolkeeper-pods.conf", text: sysctls, mode: 0o644 },
    { path: "/etc/cni/net.d/10-poolkeeper.conflist", text: podNetworkFile(number), mode: 0o644 },
  ];
}

/** All pods of all nodes. */
export const podNetworkRange = "10.244.0.0/16";

export function podsOf(number: number): string {
  return `10.244.${number}`;
}

export function segmentAddressOf(number: number): string {
  return `10.88.0.${number}`;
}

function hostNetwork(instanceId: string): string {
  return `[Match]
MACAddress=${hostCardAddress(instanceId)}

[Network]
DHCP=ipv4
IPv6AcceptRA=no
`;
}

/** The ways to all nodes that may ever be: then nobody has to be told when one comes or goes. */
function segmentNetwork(number: number): string {
  const routes = otherNumbers(number).map(
    (n) => `
[Route]
Destination=${podsOf(n)}.0/24
Gateway=${segmentAddressOf(n)}
`,
  );
  return `[Match]
MACAddress=${segmentCardAddress(number)}

[Link]
RequiredForOnline=no

[Network]
Address=${segmentAddressOf(number)}/16
LinkLocalAddressing=no
IPv6AcceptRA=no
${routes.join("")}`;
}

const sysctls = `# The pods of other nodes are answered for on the bridge, at once.
net.ipv4.ip_forward = 1
net.ipv4.conf.cni0.proxy_arp = 1
net.ipv4.neigh.cni0.proxy_delay = 0
`;

function podNetworkFile(number: number): string {
  const pods = podsOf(number);
  const range = {
    subnet: podNetworkRange,
    rangeStart: `${pods}.2`,
    rangeEnd: `${pods}.254`,
    gateway: `${pods}.1`,
  };
  const bridge = {
    type: "bridge",
    bridge: "cni0",
    isGateway: true,
    ipMasq: true,
    hairpinMode: true,
    ipam: { type: "host-local", ranges: [[range]], routes: [{ dst: "0.0.0.0/0" }] },
  };
  const plugins = [bridge, { type: "portmap", capabilities: { portMappings: true } }];
  return `${JSON.stringify({ cniVersion: "1.0.0", name: "poolkeeper", plugins }, null, 2)}\n`;
}
