/** The files with which a kubelet joins under its own name. What they are packed into is not decided here. */
import type { Bootstrap } from "../../ports/provider.ts";
import { podNetworkRange, serverForGuest } from "./network.ts";
import type { ArchiveFile } from "./tar.ts";

export interface Member {
  readonly instanceId: string;
  readonly nodeName: string;
  readonly providerId: string;
  readonly bootstrap: Bootstrap;
}

const authorityFile = "/etc/kubernetes/pki/ca.crt";
const kubeconfigFile = "/etc/kubernetes/kubelet.conf";
const bootstrapFile = "/etc/kubernetes/bootstrap-kubelet.conf";

export function kubeletFiles(member: Member): readonly ArchiveFile[] {
  const { instanceId, bootstrap } = member;
  const open = (path: string, text: string): ArchiveFile => ({ path, text, mode: 0o644 });
  const files = [
    open("/etc/hostname", `${instanceId}\n`),
    open("/etc/poolkeeper/node.env", environment(member)),
    open("/etc/poolkeeper/kubelet.args", `KUBELET_ARGS=${kubeletArgs(member).join(" ")}\n`),
    open("/etc/poolkeeper/kube-proxy.args", `KUBE_PROXY_ARGS=${kubeProxyArgs(member).join(" ")}\n`),
    open("/var/lib/kubelet/config.yaml", json(kubeletConfig(bootstrap))),
  ];
  const { join } = bootstrap;
  if (join === null) return files;
  return [
    ...files,
    open(authorityFile, join.authorityPem),
    { path: bootstrapFile, text: json(bootstrapKubeconfig(join)), mode: 0o600 },
  ];
}

function environment({ nodeName, providerId, bootstrap }: Member): string {
  return [
    `NODE_NAME=${nodeName}`,
    `PROVIDER_ID=${providerId}`,
    `MACHINE_NAME=${bootstrap.machineName}`,
    `POOL_NAME=${bootstrap.poolName}`,
    "",
  ].join("\n");
}

function kubeletArgs({ nodeName, bootstrap }: Member): readonly string[] {
  const labels = Object.entries(bootstrap.nodeLabels).filter(([key]) => mayLabelItself(key));
  return [
    `--bootstrap-kubeconfig=${bootstrapFile}`,
    `--kubeconfig=${kubeconfigFile}`,
    "--config=/var/lib/kubelet/config.yaml",
    `--hostname-override=${nodeName}`,
    "--cloud-provider=external",
    ...(labels.length === 0 ? [] : [`--node-labels=${labels.map((pair) => pair.join("=")).join(",")}`]),
    ...(bootstrap.unschedulable ? ["--register-schedulable=false"] : []),
  ];
}

/** It speaks with the kubelet's own certificate, so that there is no second secret. */
function kubeProxyArgs({ nodeName }: Member): readonly string[] {
  return [
    `--kubeconfig=${kubeconfigFile}`,
    `--hostname-override=${nodeName}`,
    `--cluster-cidr=${podNetworkRange}`,
    "--proxy-mode=iptables",
    // The limits of the kernel are left alone: before the first rule there is nothing to set them on, and it would not start.
    "--conntrack-max-per-core=0",
    "--conntrack-tcp-timeout-established=0s",
    "--conntrack-tcp-timeout-close-wait=0s",
  ];
}

/** A kubelet may not give itself labels of Kubernetes' own, and does not start with them: the controller sets those later. */
function mayLabelItself(key: string): boolean {
  const prefix = key.split("/").at(-2) ?? "";
  return !/(^|\.)(kubernetes|k8s)\.io$/.test(prefix) || /(^|\.)(kubelet|node)\.kubernetes\.io$/.test(prefix);
}

function kubeletConfig({ taints }: Bootstrap): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: authorityFile },
    },
    authorization: { mode: "Webhook" },
    cgroupDriver: "systemd",
    containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock",
    failSwapOn: false,
    resolvConf: "/run/systemd/resolve/resolv.conf",
    rotateCertificates: true,
    serverTLSBootstrap: true,
    ...(taints.length === 0 ? {} : { registerWithTaints: taints }),
  };
}

function bootstrapKubeconfig({ server, authorityPem, token }: NonNullable<Bootstrap["join"]>): object {
  const name = "poolkeeper";
  const authority = Buffer.from(authorityPem).toString("base64");
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name, cluster: { server: serverForGuest(server), "certificate-authority-data": authority } },
    ],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  };
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
