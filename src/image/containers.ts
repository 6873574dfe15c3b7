/**
 * The container images that every node has from its first second: what holds a pod together, and a workload to look at.
 * Both are busybox with a script. Written as one OCI archive, for `ctr images import`; nothing is pulled for them.
 */
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Run, Words } from "../start/program.ts";
import { putFile, putFolder, treeFiles } from "./tree.ts";

/** `etc/containerd/config.toml` names the first, and `poolkeeper-images.service` imports both. */
export const pauseImage = "poolkeeper.dev/pause:1";
export const workloadImage = "poolkeeper.dev/workload:1";

/** What of busybox can be called by its own name. */
const applets = `
  sh sleep kill ps top free date env id uname hostname true false
  cat cp dd df du echo find grep head ls mkdir mv rm rmdir sed sort stat sync tail test touch tr wc vi
  httpd wget nc nslookup ping ip netstat traceroute
`
  .trim()
  .split(/\s+/);

/** All that the two images are made of but busybox itself. */
export const containerSource = { pauseImage, workloadImage, applets, files: treeFiles("container") };

export interface ArchiveRequest {
  readonly busybox: string;
  /** An empty folder to work in. */
  readonly work: string;
  readonly archive: string;
  readonly architecture: string;
  readonly epochSeconds: number;
  readonly run: Run;
}

export async function writeContainerArchive(request: ArchiveRequest): Promise<void> {
  const { work, archive, architecture, epochSeconds, run } = request;
  const [layout, layer] = [join(work, "layout"), join(work, "layer.tar")];
  const blobs = putFolder(layout, "/blobs/sha256");
  layOut(join(work, "files"), request.busybox);
  await run(tarWords(join(work, "files"), layer, epochSeconds));

  const put = (mediaType: string, content: Buffer | string): Descriptor => {
    const data = Buffer.from(content);
    const hash = createHash("sha256").update(data).digest("hex");
    writeFileSync(join(blobs, hash), data);
    return { mediaType, digest: `sha256:${hash}`, size: data.length };
  };
  const base = put("application/vnd.oci.image.layer.v1.tar", readFileSync(layer));
  const created = new Date(epochSeconds * 1000).toISOString();
  const manifestOf = (name: string, config: Readonly<Record<string, unknown>>): Descriptor => {
    const rootfs = { type: "layers", diff_ids: [base.digest] };
    const body = JSON.stringify({ created, architecture, os: "linux", config, rootfs });
    const described = put("application/vnd.oci.image.config.v1+json", body);
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    const manifest = { schemaVersion: 2, mediaType, config: described, layers: [base] };
    const annotations = { "io.containerd.image.name": name, "org.opencontainers.image.ref.name": "1" };
    return { ...put(mediaType, JSON.stringify(manifest)), annotations };
  };
  const path = ["PATH=/bin"];
  const manifests = [
    manifestOf(pauseImage, { Entrypoint: ["/bin/pause"], Env: path, User: "65534:65534" }),
    manifestOf(workloadImage, {
      Entrypoint: ["/bin/serve"],
      Env: path,
      User: "65534:65534",
      ExposedPorts: { "8080/tcp": {} },
    }),
  ];
  writeFileSync(join(layout, "index.json"), JSON.stringify({ schemaVersion: 2, manifests }));
  writeFileSync(join(layout, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  await run(tarWords(layout, archive, epochSeconds));
  rmSync(work, { recursive: true });
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

function layOut(dir: string, busybox: string): void {
  const bin = putFolder(dir, "/bin");
  chmodSync(putFolder(dir, "/tmp"), 0o1777);
  copyFileSync(busybox, join(bin, "busybox"));
  chmodSync(join(bin, "busybox"), 0o755);
  for (const applet of applets) symlinkSync("busybox", join(bin, applet));
  for (const file of containerSource.files) putFile(dir, file);
}

/** The same files give the same bytes: sorted, of nobody's user, and of one age. */
function tarWords(from: string, to: string, epochSeconds: number): Words {
  return [
    "tar",
    "--create",
    `--file=${to}`,
    `--directory=${from}`,
    "--format=ustar",
    "--sort=name",
    "--owner=0",
    "--group=0",
    "--numeric-owner",
    `--mtime=@${epochSeconds}`,
    ".",
  ];
}
