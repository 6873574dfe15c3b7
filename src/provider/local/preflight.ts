/** What this machine must have before anything else: an operating system that is supported, and QEMU. */
import { type Architecture, hostArchitecture } from "../../image/manifest.ts";
import { platforms } from "./command-line.ts";
import { type Host, ProgramError } from "./host.ts";
import { refusal } from "./map.ts";

export interface Preflight {
  readonly architecture: Architecture;
  readonly qemuVersion: string;
}

export async function preflight(host: Pick<Host, "run">, folder: string): Promise<Preflight> {
  const architecture = hostArchitecture(process.arch);
  if (process.platform !== "linux" || architecture === null) {
    const here = `${process.platform} on ${process.arch}`;
    throw refusal("Invalid", `provider type local needs Linux on amd64 or arm64, and this is ${here}`);
  }
  const { program, debianPackage } = platforms[architecture];
  // Whoever lacks the one may lack the other: one command gets both.
  const packages = `${debianPackage} qemu-utils`;
  const qemuVersion = await versionOf(host, { program, packages, folder });
  await versionOf(host, { program: "qemu-img", packages, folder });
  return { architecture, qemuVersion };
}

interface Wanted {
  readonly program: string;
  readonly packages: string;
  readonly folder: string;
}

async function versionOf(host: Pick<Host, "run">, { program, packages, folder }: Wanted): Promise<string> {
  try {
    return (await host.run(program, ["--version"], folder)).split("\n")[0] ?? "";
  } catch (error) {
    const why = error instanceof ProgramError && error.message.includes("ENOENT") ? "is not installed" : null;
    const said = why ?? `does not run: ${error instanceof Error ? error.message : String(error)}`;
    throw refusal("Unreachable", `${program} ${said}. Install it: apt-get install ${packages}`);
  }
}
