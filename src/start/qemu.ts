/** What runs virtual machines on this host. Whether it can run them well is found out by the provider. */
import { hostArchitecture } from "../image/manifest.ts";
import { platforms } from "../provider/local/command-line.ts";
import { type EnsureOptions, ensurePrograms, isRoot } from "./debian-packages.ts";
import type { Surroundings } from "./program.ts";

/** A machine of another kind is left to the provider, which says what it needs. */
export async function ensureQemu(
  surroundings: Surroundings,
  progress: EnsureOptions["progress"],
): Promise<void> {
  const architecture = hostArchitecture(process.arch);
  if (architecture === null) return;
  const { program, debianPackage } = platforms[architecture];
  const needs = [
    { name: program, debianPackage },
    { name: "qemu-img", debianPackage: "qemu-utils" },
  ];
  await ensurePrograms(needs, surroundings, { who: "Virtual machines", progress, isRoot: isRoot() });
}
