/** `npm run traces`: performs every scenario and shows what differs from the golden trace; `-- --write` renews them. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { braking } from "./brake.ts";
import { faults } from "./fault.ts";
import { removing } from "./removal.ts";
import { repairing } from "./repair.ts";
import { sizing } from "./sizing.ts";
import { perform, type Scenario } from "./stage.ts";
import { upgrading } from "./upgrade.ts";

export const scenarios: readonly Scenario[] = [
  ...sizing,
  ...removing,
  ...upgrading,
  ...repairing,
  ...braking,
  ...faults,
];

export function tracePath(scenario: Scenario): string {
  return join(import.meta.dirname, `${scenario.name}.trace`);
}

if (process.argv[1] === import.meta.filename) {
  const isWriting = process.argv.includes("--write");
  const named = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
  const chosen = scenarios.filter(({ name }) => named.length === 0 || named.includes(name));
  for (const scenario of chosen) {
    const trace = await perform(scenario).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    const path = tracePath(scenario);
    const isSame = existsSync(path) && readFileSync(path, "utf8") === trace;
    if (isWriting && !isSame) writeFileSync(path, trace);
    console.log(`${isSame ? "same   " : isWriting ? "written" : "differs"} ${scenario.name}`);
    if (!isSame && !isWriting) process.exitCode = 1;
  }
}
