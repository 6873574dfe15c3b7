/** Kubernetes versions such as v1.36.3: which is newer, and by how many minors. */

interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

function parse(text: string): Version {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return { major: Number(match?.[1]), minor: Number(match?.[2]), patch: Number(match?.[3] ?? 0) };
}

/** Negative when `a` is older. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  return left.major - right.major || left.minor - right.minor || left.patch - right.patch;
}

/** Minors on one scale across majors; NaN for text that is no version, so that no comparison with it holds. */
export function minorOf(text: string): number {
  const version = parse(text);
  return version.major * 1000 + version.minor;
}
