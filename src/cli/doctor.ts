/** `doctor`: everything that must be in order for pools to be managed, checked one by one, each with its fix. */
import type { Command } from "commander";
import {
  checkBrakes,
  checkClocks,
  checkController,
  checkDefinitions,
  checkPools,
  checkProviders,
  checkServer,
  checkVersions,
  checkWindows,
} from "./doctor-checks.ts";
import { checkAccess } from "./doctor-access.ts";
import { type Check, fail, type Finding, warn } from "./doctor-finding.ts";
import { endingOf, CommandError, exitCodes } from "./failure.ts";
import { isPortError } from "../ports/errors.ts";
import { kubeconfigOf } from "./connect.ts";
import type { Tone } from "../text/tone.ts";
import type { Session } from "./session.ts";
import { paint } from "./table.ts";

/** In order: what a later one reports may only follow from an earlier one. */
const checks: readonly Check[] = [
  checkServer,
  checkVersions,
  checkDefinitions,
  checkAccess,
  checkController,
  checkClocks,
  checkProviders,
  checkWindows,
  checkPools,
  checkBrakes,
];

export function register(program: Command, session: Session): void {
  program
    .command("doctor")
    .description("check the cluster, permissions, kinds, controller, providers and clocks")
    .action(() => doctor(session));
}

async function doctor(session: Session): Promise<void> {
  const { terminal } = session;
  const { origin } = kubeconfigOf(session.choice(), session.outside.env);
  let failures = 0;
  for (const check of checks) {
    const findings = await findingsOf(check, session, origin);
    for (const finding of findings) terminal.out(findingLine(finding, session.look().hasColor));
    failures += findings.filter(({ level }) => level === "FAIL").length;
    const isUnreachable = check === checkServer && failures > 0;
    if (isUnreachable) break;
  }
  if (failures > 0)
    throw new CommandError(
      exitCodes.error,
      failures === 1 ? "One check failed." : `${failures} checks failed.`,
    );
}

/** A check that cannot be made, for want of a permission, say, is a finding of its own. */
async function findingsOf(check: Check, session: Session, origin: string): Promise<readonly Finding[]> {
  try {
    return await check(session);
  } catch (error) {
    const [line = "", ...fixes] = endingOf(error, check === checkServer ? origin : null).lines;
    const text = line.replace(/^error: /, "");
    // What may not be looked at may well be in order.
    if (isPortError(error, "Denied") && check !== checkServer) return [warn(`Not checked: ${text}`)];
    return [fail(text, fixes.length === 0 ? null : fixes.join("\n      "))];
  }
}

const tones: Readonly<Record<Finding["level"], Tone>> = { ok: "Good", warn: "Busy", FAIL: "Bad" };

function findingLine({ level, text, fix }: Finding, hasColor: boolean): string {
  const label = hasColor ? paint(level.padEnd(4), tones[level]) : level.padEnd(4);
  return `${label}  ${text.replaceAll("\n", "\n      ")}${fix === null ? "" : `\n      fix: ${fix}`}`;
}
