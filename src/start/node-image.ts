/** The image that real machines of this host boot from: there before the first pool asks for it. How it is built is in src/image. */
import { ensureImage } from "../image/ensure.ts";
import { imagesDir, listImages } from "../image/manifest.ts";
import { realClock } from "../ports/clock.ts";
import type { Environment } from "./binary.ts";
import { StartError } from "./error.ts";
import type { Progress } from "./progress.ts";

export interface ImageWish {
  readonly kubernetesVersion: string;
  readonly env: Environment;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** A new image that cannot be built is no reason not to start while there is an older one to go on with. */
export async function ensureNodeImage(wish: ImageWish): Promise<void> {
  const { kubernetesVersion, env, progress, signal } = wish;
  try {
    const { manifest } = await ensureImage({ kubernetesVersion, env, clock: realClock, progress, signal });
    progress.say(`Machines boot from ${manifest.family} ${manifest.version}, kubelet ${kubernetesVersion}`);
  } catch (error) {
    signal.throwIfAborted();
    const { images } = await listImages(imagesDir(env));
    if (images.length === 0 || !(error instanceof StartError)) throw error;
    progress.say(
      `There is no image with kubelet ${kubernetesVersion}, and none could be built: ${error.message}`,
    );
    progress.say("Older images are used: bin/poolkeeper image list");
  }
}
