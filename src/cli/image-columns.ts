/** The columns of the table of images on this machine. */
import type { Image } from "../image/manifest.ts";
import { bytesText } from "../image/room.ts";
import type { Column } from "./table.ts";
import { ageOf } from "./time.ts";

export const imageColumns: readonly Column<Image>[] = [
  { title: "NAME", show: "Always", text: ({ manifest }) => `${manifest.family}:${manifest.version}` },
  { title: "KUBELET", show: "Always", text: ({ manifest }) => manifest.kubernetesVersion ?? "by user data" },
  { title: "KIND", show: "Always", text: ({ manifest }) => manifest.kind },
  { title: "SIZE", show: "Always", text: ({ manifest }) => bytesText(manifest.rootDiskBytes) },
  { title: "AGE", show: "Always", text: ({ manifest }, look) => ageOf(manifest.builtAt, look) },
  { title: "ARCHITECTURE", show: "Wide", text: ({ manifest }) => manifest.architecture },
  { title: "SMALLEST DISK", show: "Wide", text: ({ manifest }) => `${manifest.minDiskGiB} GiB` },
  { title: "KERNEL", show: "Wide", text: ({ manifest }) => manifest.contents?.["kernel"] ?? "" },
  { title: "CONTAINERD", show: "Wide", text: ({ manifest }) => manifest.contents?.["containerd"] ?? "" },
  { title: "FOLDER", show: "Wide", text: ({ dir }) => dir },
];
