/** Writes an instant as Kubernetes' MicroTime, which has six digits after the point and refuses any other number. */
export function microTime(instantMs: number): string {
  return new Date(instantMs).toISOString().replace("Z", "000Z");
}
