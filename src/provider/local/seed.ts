/** The second disk of an instance: what the guest reads at its boot to become its node. Which files, and how they are packed. */
import { isoOf } from "./iso.ts";
import { kubeletFiles, type Member } from "./kubelet.ts";
import {
  hostCardAddress,
  networkFiles,
  otherNumbers,
  podsOf,
  segmentAddressOf,
  segmentCardAddress,
} from "./network.ts";
import { type ArchiveFile, tarOf } from "./tar.ts";

export interface SeedFacts extends Member {
  readonly number: number;
  readonly systemDiskId: string;
  /** What the image reads: a tar, or the CD of cloud-init. */
  readonly kind: "Node" | "CloudInit";
}

/** Whole mebibytes, and no less than one, so that a wiped seed and a written one look the same from outside. */
const roundingBytes = 1024 * 1024;

export function seedOf(facts: SeedFacts, now: number): Buffer {
  const content = facts.kind === "Node" ? tarOf(seedFiles(facts), Math.floor(now / 1000)) : cd(facts, now);
  return Buffer.concat([content, Buffer.alloc(-content.length & (roundingBytes - 1))]);
}

export function seedFiles(facts: SeedFacts): readonly ArchiveFile[] {
  const { userData: text } = facts.bootstrap;
  const isOurs = facts.kind === "Node" && text !== null;
  return [
    ...kubeletFiles(facts),
    ...networkFiles(facts.instanceId, facts.number),
    ...(isOurs ? [{ path: "/var/lib/poolkeeper/user-data", text, mode: 0o700 }] : []),
  ];
}

/** Why the image cannot run it, as a sentence; null when it can. */
export function userDataFlaw(kind: SeedFacts["kind"], text: string | null): string | null {
  if (kind === "CloudInit" || text === null || text.startsWith("#!")) return null;
  return "its image runs user data as a program, which must begin with #! and the program to run it, such as #!/bin/sh";
}

function cd(facts: SeedFacts, now: number): Buffer {
  const files = [
    {
      name: "meta-data",
      text: json({ "instance-id": facts.systemDiskId, "local-hostname": facts.instanceId }),
    },
    { name: "user-data", text: cloudInitData(facts) },
    { name: "network-config", text: json(networkConfig(facts)) },
  ];
  return isoOf("cidata", files, new Date(now));
}

/**
 * The pool's, in whichever of its forms cloud-init knows it, and then ours. Lists of both are put together in this order:
 * what the pool wants run runs first, and where both write a file, ours stays.
 */
function cloudInitData(facts: SeedFacts): string {
  const ours = `#cloud-config\n${json(userData(facts))}`;
  const { userData: theirs } = facts.bootstrap;
  if (theirs === null) return ours;
  const boundary = "poolkeeper-part";
  const parts = [theirs, ours].map((text) =>
    [
      `--${boundary}`,
      'Content-Type: text/plain; charset="utf-8"',
      "Content-Transfer-Encoding: base64",
      "X-Merge-Type: list(append)+dict(no_replace,recurse_list)+str()",
      "",
      Buffer.from(text).toString("base64"),
    ].join("\n"),
  );
  const head = `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="${boundary}"\n\n`;
  return `${head}${parts.join("\n")}\n--${boundary}--\n`;
}

/** In a user's image systemd-networkd may not be what brings the network up: cloud-init is told of it separately. */
function userData(facts: SeedFacts): object {
  const files = [
    ...seedFiles(facts).filter(({ path }) => !/^\/etc\/(systemd\/network\/|hostname$)/.test(path)),
    { path: "/etc/systemd/system/kubelet.service.d/50-poolkeeper.conf", text: kubeletDropIn, mode: 0o644 },
  ];
  return {
    hostname: facts.instanceId,
    write_files: files.map(({ path, text, mode }) => ({
      path,
      permissions: `0${mode.toString(8)}`,
      encoding: "b64",
      content: Buffer.from(text).toString("base64"),
    })),
    runcmd: [
      ["sysctl", "--system"],
      ["sh", "-c", ownResolver],
      ["install", "-D", "/dev/null", setUpFile],
      ["systemctl", "daemon-reload"],
      ["systemctl", "enable", "kubelet"],
      ["systemctl", "restart", "kubelet"],
    ],
  };
}

/** Pods get the name servers of the guest, which not every distribution keeps where systemd-resolved does. */
const ownResolver =
  "test -e /run/systemd/resolve/resolv.conf || " +
  "sed -i s,/run/systemd/resolve/resolv.conf,/etc/resolv.conf, /var/lib/kubelet/config.yaml";

/** Of a system disk on which all user data has run. */
const setUpFile = "/var/lib/poolkeeper/user-data.done";

/** A kubelet that the image starts by itself waits as well. */
const kubeletDropIn = `[Unit]
ConditionPathExists=${setUpFile}

[Service]
EnvironmentFile=/etc/poolkeeper/kubelet.args
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_ARGS
`;

function networkConfig({ instanceId, number }: SeedFacts): object {
  return {
    version: 2,
    ethernets: {
      host: { match: { macaddress: hostCardAddress(instanceId) }, dhcp4: true },
      segment: {
        match: { macaddress: segmentCardAddress(number) },
        optional: true,
        addresses: [`${segmentAddressOf(number)}/16`],
        routes: otherNumbers(number).map((n) => ({ to: `${podsOf(n)}.0/24`, via: segmentAddressOf(n) })),
      },
    },
  };
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
