/** Which of two resource versions is newer. Kubernetes promises since 1.35 that they compare as whole numbers. */

/** Negative when `a` is older, 0 when they are equal. What is no number counts as older than any number. */
export function compareResourceVersions(a: string, b: string): number {
  if (a === b) return 0;
  const isKnownA = isWellFormed(a);
  const isKnownB = isWellFormed(b);
  if (!isKnownA || !isKnownB) return Number(isKnownA) - Number(isKnownB);
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : 1;
}

/** Digits without a leading zero, so that a longer text is a greater number. */
function isWellFormed(version: string): boolean {
  if (version.length === 0 || version.charCodeAt(0) === 0x30) return false;
  for (let at = 0; at < version.length; at += 1) {
    const code = version.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}
