/** Where the official releases of the Kubernetes programs are, by name, version and this machine's platform. */
import type { BinaryName, BinarySources } from "./binary.ts";
import type { Release } from "./download.ts";

export const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;

export function releaseOf(name: BinaryName, version: string, sources: BinarySources): Release {
  if (name !== "etcd") {
    const url = `${sources.kubernetesUrl}/${version}/bin/${platform.replace("-", "/")}/${name}`;
    return { url, checksumUrl: `${url}.sha256`, memberOfArchive: null };
  }
  const folder = `${sources.etcdUrl}/${version}`;
  const archive = `etcd-${version}-${platform}`;
  return {
    url: `${folder}/${archive}.tar.gz`,
    checksumUrl: `${folder}/SHA256SUMS`,
    memberOfArchive: `${archive}/etcd`,
  };
}
