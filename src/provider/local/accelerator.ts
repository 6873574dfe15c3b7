/**
 * Whether guests run on the processor itself or are emulated. A `/dev/kvm` that exists may still hang or kill every
 * kernel, so it is believed only after a kernel has booted on it. The answer is kept until host or QEMU change.
 */
import { accessSync, constants, readFileSync } from "node:fs";
import { release } from "node:os";
import { z } from "zod";
import type { ImageManifest } from "../../image/manifest.ts";
import type { Clock } from "../../ports/clock.ts";
import type { LocalSettings } from "../../schema/provider.ts";
import { type Accelerator, acceleration, platforms } from "./command-line.ts";
import type { Host } from "./host.ts";
import { isProcessAlive } from "../../start/process-id.ts";
import { sleep } from "../../ports/clock.ts";
import type { Layout } from "./layout.ts";

export interface Accelerators {
  /** For a guest with this image, whose kernel is in `folder`. */
  choose(manifest: ImageManifest, folder: string): Promise<Accelerator>;
}

export interface AcceleratorOptions {
  readonly settings: LocalSettings;
  readonly layout: Layout;
  readonly host: Host;
  readonly clock: Clock;
  readonly qemuVersion: string;
  readonly log: (line: string) => void;
}

const device = "/dev/kvm";
const probeLimitMs = 20_000;
const pollMs = 50;

const answer = z.object({ host: z.string(), accelerator: z.enum(["kvm", "tcg"]), why: z.string() });
type Answer = z.infer<typeof answer>;

export function createAccelerators(options: AcceleratorOptions): Accelerators {
  const { settings, log } = options;
  const wanted = settings.accelerator ?? "auto";
  let chosen: Promise<Accelerator> | null = null;
  return {
    choose: (manifest, folder) => {
      if (wanted !== "auto") return Promise.resolve(wanted);
      // Without a kernel of its own an image cannot prove anything.
      if (manifest.kernel === null && chosen === null)
        return Promise.resolve(read(options)?.accelerator ?? "tcg");
      chosen ??= find(manifest, folder, options).then(({ accelerator, why }) => {
        log(
          accelerator === "kvm" ? `guests run with KVM: ${why}` : `guests are emulated in software: ${why}`,
        );
        return accelerator;
      });
      // What could not be tried this time may be tried again.
      chosen.catch(() => (chosen = null));
      return chosen;
    },
  };
}

async function find(manifest: ImageManifest, folder: string, options: AcceleratorOptions): Promise<Answer> {
  const known = read(options);
  if (known !== null) return known;
  const found = { host: hostName(options), ...(await probe(manifest, folder, options)) };
  options.host.writeFile(options.layout.accelerator, `${JSON.stringify(found)}\n`, 0o644);
  return found;
}

function read(options: AcceleratorOptions): Answer | null {
  try {
    const known = answer.parse(JSON.parse(readFileSync(options.layout.accelerator, "utf8")));
    return known.host === hostName(options) ? known : null;
  } catch {
    return null;
  }
}

/** What may change the answer. */
function hostName({ qemuVersion }: AcceleratorOptions): string {
  return [release(), qemuVersion, isUsable() ? device : `no ${device}`].join(", ");
}

function isUsable(): boolean {
  try {
    accessSync(device, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** A kernel without a root file system panics, restarts, and so ends QEMU: if it gets that far, it has booted. */
async function probe(
  { architecture, kernel }: ImageManifest,
  folder: string,
  { layout, host, clock }: AcceleratorOptions,
): Promise<Omit<Answer, "host">> {
  if (!isUsable()) return { accelerator: "tcg", why: `${device} cannot be opened by this user` };
  const { program, machine } = platforms[architecture];
  const logFile = `${layout.accelerator}.log`;
  const args = [
    ["-machine", machine, "-m", "512", "-no-user-config", "-nodefaults", "-display", "none", "-no-reboot"],
    acceleration.kvm,
    ["-kernel", `${folder}/${kernel ?? ""}`, "-append", "panic=-1"],
  ].flat();
  const launched = await host.launch({ program, args, folder: layout.root, logFile });
  const until = clock.monotonic() + probeLimitMs;
  while (isProcessAlive(launched.process) && clock.monotonic() < until) await sleep(clock, pollMs);
  const hangs = isProcessAlive(launched.process);
  if (hangs) host.signal(launched.process, "SIGKILL");
  const end = await launched.ended;
  const said = readFileSync(logFile, "utf8").trim().split("\n").at(-1) ?? "";
  await host.remove(logFile);
  if (hangs) return { accelerator: "tcg", why: `a kernel hung on ${device} for ${probeLimitMs / 1000} s` };
  if (end === "exit code 0") return { accelerator: "kvm", why: `a kernel booted on ${device}` };
  return {
    accelerator: "tcg",
    why: `no kernel boots on ${device} (${end}${said === "" ? "" : `: ${said}`})`,
  };
}
