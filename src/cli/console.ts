/** `console`: a new one-time link into the console of the Poolkeeper that runs on this machine. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { durationText, instantOf } from "../core/time.ts";
import { CommandError, exitCodes } from "./failure.ts";
import type { Session } from "./session.ts";

export function register(program: Command, session: Session): void {
  program
    .command("console")
    .description("print a link that signs in to the console once")
    .action(() => printLink(session));
}

async function printLink(session: Session): Promise<void> {
  const { dataDir } = session.choice();
  const door = await readDoor(path.join(dataDir, "console.json"));
  const answer = door === null ? null : await askCode(door);
  if (answer === null) {
    const message = `No Poolkeeper with data directory ${dataDir} runs here, so there is no console to sign in to.`;
    throw new CommandError(exitCodes.notFound, message, "npm start");
  }
  session.terminal.out(answer.link);
  const life = durationText(instantOf(answer.expiresTime) - session.now());
  session.terminal.err(`It works once, within ${life}.`);
}

interface Door {
  readonly url: string;
  readonly key: string;
}

async function readDoor(file: string): Promise<Door | null> {
  try {
    const { url, key } = { url: null, key: null, ...Object(JSON.parse(await readFile(file, "utf8"))) };
    return typeof url === "string" && typeof key === "string" ? { url, key } : null;
  } catch {
    return null;
  }
}

/** Null where nobody answers, or somebody else does: the file is of an earlier start. */
async function askCode({
  url,
  key,
}: Door): Promise<{ readonly link: string; readonly expiresTime: string } | null> {
  try {
    const response = await fetch(`${url}/api/v1/session/link`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ key }),
    });
    if (!response.ok) return null;
    const { link, expiresTime } = { link: null, expiresTime: null, ...Object(await response.json()) };
    return typeof link === "string" && typeof expiresTime === "string" ? { link, expiresTime } : null;
  } catch {
    return null;
  }
}
