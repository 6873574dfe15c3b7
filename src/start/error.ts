/** A start that cannot go on for a reason that people can mend. The message alone is shown to them, without a stack. */
export class StartError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "StartError";
  }
}

/** The code of a failed system call, such as ENOSPC, wherever in the chain of causes it is. */
export function systemCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ("code" in error && typeof error.code === "string") return error.code;
  return systemCode(error.cause);
}

/** No room is left on the disk, or for this user. */
export function isOutOfRoom(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes(systemCode(error) ?? "");
}

/** True for failures of a folder or its disk, which only a person can mend. */
export function isDiskTrouble(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT", "EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST"].includes(
    systemCode(error) ?? "",
  );
}
