/** Files that go into an image as they stand, from the trees beside this file. Links and programs are not among them. */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export interface TreeFile {
  /** Where it will be, such as /etc/fstab. */
  readonly path: string;
  readonly mode: 0o644 | 0o755;
  readonly text: string;
}

/** `root` is for the guest, `containerd-1` goes over it with Debian's containerd, `container` is for what runs in containers. */
export type TreeName = "root" | "containerd-1" | "container";

/** In the order of their paths. */
export function treeFiles(name: TreeName): readonly TreeFile[] {
  const tree = fileURLToPath(new URL(name, import.meta.url));
  const entries = readdirSync(tree, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.toSorted().map((file) => ({
    path: `/${relative(tree, file)}`,
    // A checkout says who may run a file, and nothing else about its mode that could be relied on.
    mode: (statSync(file).mode & 0o100) === 0 ? 0o644 : 0o755,
    text: readFileSync(file, "utf8"),
  }));
}

export function putFile(root: string, { path, mode, text }: TreeFile): void {
  const file = join(root, path);
  putFolder(root, dirname(path));
  writeFileSync(file, text);
  chmodSync(file, mode);
}

/** A copy of `program` that everybody may run. */
export function putProgram(root: string, path: string, program: string): void {
  const file = join(root, path);
  putFolder(root, dirname(path));
  copyFileSync(program, file);
  chmodSync(file, 0o755);
}

/** Open to all, whatever the umask of whoever builds is; so are the folders above it. */
export function putFolder(root: string, path: string): string {
  const folder = join(root, path);
  if (path !== "/" && path !== ".") putFolder(root, dirname(path));
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  return folder;
}
