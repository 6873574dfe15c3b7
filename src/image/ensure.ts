/** A node image with a given kubelet: the one that is there and made as it would be made today, or a new one. */
import { isRoot } from "../start/debian-packages.ts";
import { StartError } from "../start/error.ts";
import { buildImage } from "./build.ts";
import { type Visit, checkVersion, withImagesLock } from "./folder.ts";
import { type Image, hostArchitecture, imagesDir, listImages } from "./manifest.ts";
import { type RecipeChoice, recipeOf } from "./recipe.ts";

export interface EnsureRequest extends Visit {
  /** Of the kubelet, such as v1.36.3. */
  readonly kubernetesVersion: string;
  /** The archive of Debian. Absent: POOLKEEPER_DEBIAN_MIRROR, else one that is reachable. */
  readonly mirror?: string;
  /** `Fresh`: today's packages of Debian, whatever is there. Absent: `Kept`. */
  readonly packages?: "Kept" | "Fresh";
}

/** An older image stays when a newer one is built: machines lie on it. */
export async function ensureImage(request: EnsureRequest): Promise<Image> {
  const { env, clock, progress, packages = "Kept" } = request;
  const choice = choiceOf(request.kubernetesVersion);
  const recipe = recipeOf(choice);
  const find = async (dir: string): Promise<Image | null> => {
    if (packages === "Fresh") return null;
    const { images } = await listImages(dir);
    return images.findLast(({ manifest }) => manifest.recipe === recipe) ?? null;
  };
  const found = await find(imagesDir(env));
  if (found !== null) return found;
  const named = request.mirror ?? env["POOLKEEPER_DEBIAN_MIRROR"] ?? "";
  const mirror = named === "" ? null : named;
  const surroundings = { env, signal: request.signal };
  return await withImagesLock(request, async (dir) => {
    const made = await find(dir);
    if (made !== null) return made;
    const how = { mirror, packages, isRoot: isRoot() };
    return await buildImage({ choice, dir, ...how, clock, progress, surroundings });
  });
}

function choiceOf(kubernetesVersion: string): RecipeChoice {
  checkVersion(kubernetesVersion);
  const architecture = hostArchitecture(process.arch);
  if (process.platform === "linux" && architecture !== null) return { kubernetesVersion, architecture };
  throw new StartError(
    `Images are built on Linux with an amd64 or arm64 processor, and this is ${process.platform} on ${process.arch}. Build ` +
      `there and copy the folder of the image into the folder of images here.`,
  );
}
