/** What tests need of this machine besides npm's packages. Builds or installs what is missing and says what it does. */
import { ensureImage } from "../src/image/ensure.ts";
import { realClock } from "../src/ports/clock.ts";
import { ensureBinaries, kubernetesVersion } from "../src/start/binaries.ts";
import { createProgress } from "../src/start/progress.ts";
import { ensureQemu } from "../src/start/qemu.ts";
import { ensureChromium } from "./browser/chromium.ts";

/** Machines are upgraded from it to the version of the control plane. */
const olderVersion = "v1.35.4";

/** Without Kubernetes nothing is tested; without a browser or machines the tests that need them say so and are skipped. */
export async function ensureNeeds(): Promise<void> {
  const progress = createProgress(process.stderr, realClock);
  const { env } = process;
  await ensureBinaries({
    names: ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"],
    version: kubernetesVersion,
    env,
    clock: realClock,
    progress,
  });
  const browser = await ensureChromium(progress);
  if (browser.kind === "Missing") console.log(`skip  test/browser: ${browser.why}`);
  try {
    await ensureQemu({ env, signal: undefined }, progress);
    for (const version of [olderVersion, kubernetesVersion])
      await ensureImage({ kubernetesVersion: version, env, clock: realClock, progress });
  } catch (error) {
    console.log(`skip  tests on real machines: ${error instanceof Error ? error.message : String(error)}`);
  }
}
