/** The four programs of a control plane and their flags. Who starts them, and in which order, is decided elsewhere. */
import path from "node:path";
import { stringify } from "yaml";
import type { BinaryName } from "./binary.ts";
import { hostAddressForGuests, serviceRange } from "./certificates.ts";
import type { Certificates } from "./certificates.ts";
import { writeComponentKubeconfig } from "./kubeconfig.ts";
import type { ChildSpec } from "./supervisor-protocol.ts";
import { writeWholeFile } from "./whole-file.ts";

export const componentNames = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
] as const satisfies readonly BinaryName[];

export type ComponentName = (typeof componentNames)[number];

export interface Layout {
  readonly dataDir: string;
  readonly binaries: Readonly<Record<ComponentName, string>>;
  readonly certificates: Certificates;
  readonly apiPort: number;
  /** Gives up what a power cut would cost, for speed. */
  readonly isTest: boolean;
}

/** Enough for thousands of simulated nodes, each of which is a few requests per second while things move. */
const clientRequestsPerSecond = 2000;

export function apiUrl(layout: Layout): string {
  return `https://127.0.0.1:${layout.apiPort}`;
}

export function logFile(dataDir: string, name: string): string {
  return path.join(dataDir, "logs", `${name}.log`);
}

/**
 * etcd and the API server meet on a Unix socket in a folder that only this user may enter: no port, no password, and no
 * other user of the machine can read the cluster's secrets. Both run in that folder, because the path of a socket may
 * not be longer than about 100 characters, and a data directory's may.
 */
export const etcdSocket = "clients.sock:0";

export function etcdDir(dataDir: string): string {
  return path.join(dataDir, "etcd");
}

function etcdArgs({ isTest }: Layout): readonly string[] {
  // A single member never dials itself; the address only has to be the same in both places.
  const nowhere = "http://localhost:0";
  return [
    "--name=poolkeeper",
    "--data-dir=data",
    `--listen-client-urls=unix://${etcdSocket}`,
    `--advertise-client-urls=${nowhere}`,
    "--listen-peer-urls=unix://peers.sock:0",
    `--initial-advertise-peer-urls=${nowhere}`,
    `--initial-cluster=poolkeeper=${nowhere}`,
    // Alone there is nobody to wait for: it elects itself at once.
    "--heartbeat-interval=20",
    "--election-timeout=100",
    "--quota-backend-bytes=8589934592",
    "--log-level=warn",
    ...(isTest ? ["--unsafe-no-fsync"] : []),
  ];
}

function apiserverArgs({ certificates, apiPort }: Layout): readonly string[] {
  const { authority, leaves, serviceAccount } = certificates;
  return [
    `--etcd-servers=unix://${etcdSocket}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${apiPort}`,
    // Loopback would be refused as the address of the `kubernetes` Service; this one is the host, seen by QEMU guests.
    `--advertise-address=${hostAddressForGuests}`,
    `--service-cluster-ip-range=${serviceRange}`,
    `--client-ca-file=${authority.certFile}`,
    `--tls-cert-file=${leaves.apiserver.certFile}`,
    `--tls-private-key-file=${leaves.apiserver.keyFile}`,
    "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
    `--service-account-key-file=${serviceAccount.publicFile}`,
    `--service-account-signing-key-file=${serviceAccount.privateFile}`,
    `--kubelet-client-certificate=${leaves["apiserver-kubelet-client"].certFile}`,
    `--kubelet-client-key=${leaves["apiserver-kubelet-client"].keyFile}`,
    // Kubelets serve with certificates that this authority has signed; no other is believed.
    `--kubelet-certificate-authority=${authority.certFile}`,
    // Names of nodes are no names of hosts.
    "--kubelet-preferred-address-types=InternalIP,Hostname",
    "--authorization-mode=Node,RBAC",
    "--enable-admission-plugins=NodeRestriction",
    "--enable-bootstrap-token-auth=true",
    "--allow-privileged=true",
    "--max-requests-inflight=1600",
    "--max-mutating-requests-inflight=800",
    "--profiling=false",
  ];
}

function controllerManagerArgs(layout: Layout): readonly string[] {
  const { authority, serviceAccount } = layout.certificates;
  return [
    `--kubeconfig=${componentKubeconfig(layout, "kube-controller-manager")}`,
    "--secure-port=0",
    "--leader-elect=false",
    "--controllers=*,bootstrapsigner,tokencleaner",
    "--use-service-account-credentials=true",
    `--service-account-private-key-file=${serviceAccount.privateFile}`,
    `--root-ca-file=${authority.certFile}`,
    `--cluster-signing-cert-file=${authority.certFile}`,
    `--cluster-signing-key-file=${authority.keyFile}`,
    `--kube-api-qps=${clientRequestsPerSecond}`,
    `--kube-api-burst=${2 * clientRequestsPerSecond}`,
    "--profiling=false",
  ];
}

function schedulerArgs(layout: Layout): readonly string[] {
  const file = path.join(layout.dataDir, "kube-scheduler.yaml");
  const config = {
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    clientConnection: {
      kubeconfig: componentKubeconfig(layout, "kube-scheduler"),
      qps: clientRequestsPerSecond,
      burst: 2 * clientRequestsPerSecond,
    },
    leaderElection: { leaderElect: false },
    enableProfiling: false,
  };
  writeWholeFile(file, stringify(config, { lineWidth: 0 }), 0o600);
  return [`--config=${file}`, "--secure-port=0"];
}

const argsOf: Readonly<Record<ComponentName, (layout: Layout) => readonly string[]>> = {
  etcd: etcdArgs,
  "kube-apiserver": apiserverArgs,
  "kube-controller-manager": controllerManagerArgs,
  "kube-scheduler": schedulerArgs,
};

export function componentSpec(layout: Layout, name: ComponentName): ChildSpec {
  return {
    name,
    command: layout.binaries[name],
    args: argsOf[name](layout),
    cwd: etcdDir(layout.dataDir),
    logFile: logFile(layout.dataDir, name),
  };
}

function componentKubeconfig(layout: Layout, name: "kube-controller-manager" | "kube-scheduler"): string {
  const file = path.join(layout.dataDir, "pki", `${name}.kubeconfig`);
  writeComponentKubeconfig({
    file,
    url: apiUrl(layout),
    authorityFile: layout.certificates.authority.certFile,
    user: name,
    client: layout.certificates.leaves[name],
  });
  return file;
}
