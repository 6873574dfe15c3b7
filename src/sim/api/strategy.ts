/** The places where one kind may differ from all others. The differences themselves are in strategies.ts. */
import type { Stored } from "./json.ts";
import type { User } from "./request.ts";
import type { FieldError } from "./status.ts";

export type Part = (live: Stored, draft: Stored, nowMs: number) => Stored;

export interface Strategy {
  /** Filled in on each write. */
  readonly defaults?: (object: Stored) => Stored;
  /** Set once, when the object is made. Kinds with a status lose what the client put there, unless this keeps it. */
  readonly create?: (object: Stored, nowMs: number, user: User) => Stored;
  readonly keepsStatusOnCreate?: true;
  /** What another endpoint than the object's own and its status changes; by the name of the subresource. */
  readonly parts?: { readonly [subresource: string]: Part };
  /** Everything but the metadata stays as it was made. */
  readonly isFixed?: true;
  readonly validate?: (object: Stored) => readonly FieldError[];
  readonly validateUpdate?: (object: Stored, before: Stored) => readonly FieldError[];
  /** Seconds a deletion waits for somebody else to finish it. Absent: none. */
  readonly graceSeconds?: (object: Stored, asked: number | null) => number;
}
