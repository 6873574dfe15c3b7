/** The Kubernetes programs by name, and where they may come from. */

export type BinaryName =
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kube-proxy"
  | "kube-scheduler"
  | "kubectl"
  | "kubelet";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface BinarySources {
  readonly kubernetesUrl: string;
  readonly etcdUrl: string;
  /** The folder whose folders hold the go.mod files to build from. */
  readonly toolsDir: string;
}
