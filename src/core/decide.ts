/** What should happen to one pool now. No clock, no I/O, no randomness: the controller, the forecast and the tests all ask here. */
import type { Decision, Policy } from "./action.ts";
import { brake } from "./brake.ts";
import { create } from "./create.ts";
import { finish } from "./finish.ts";
import { correctDates } from "./future.ts";
import type { Instant, Snapshot } from "./model.ts";
import { remove } from "./remove.ts";
import { repair } from "./repair.ts";
import { retention } from "./retention.ts";
import { scale } from "./scale.ts";
import { sync } from "./sync.ts";
import { upgrade } from "./upgrade.ts";

/** Same snapshot, same instant, same answer. */
export function decide(snapshot: Snapshot, now: Instant): Decision {
  return brake(
    snapshot,
    now,
    policies.map((policy) => policy(snapshot, now)),
  );
}

/** The product on one screen. On one machine the earlier policy wins; `brake` holds the later wish back. */
const policies: readonly Policy[] = [
  correctDates, // Before anything is measured by them.
  remove, // Machines a person named, whatever else goes on with them, and pools that are deleted.
  finish, // What has begun goes on, or is put back.
  sync, // Labels, taints and tags a person asked for.
  repair, // Machines proven sick, one rung at a time.
  upgrade, // Machines behind the template, inside the window.
  scale, // The count.
  create, // Places for what is missing.
  retention, // Old records of what was done, last.
];
