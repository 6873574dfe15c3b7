/** `version`: this program's, and the API server's where there is one. */
import type { Command } from "commander";
import { version } from "./product.ts";
import type { Session } from "./session.ts";

export function register(program: Command, session: Session): void {
  program
    .command("version")
    .description("versions of this program and of the API server")
    .option("--client", "only this program, without asking a server", false)
    .action((options: { readonly client: boolean }) => showVersion(session, options.client));
}

async function showVersion(session: Session, isClientOnly: boolean): Promise<void> {
  const { terminal } = session;
  terminal.out(`poolkeeper ${version} (node ${process.versions.node})`);
  if (isClientOnly) return;
  try {
    const cluster = await session.cluster();
    terminal.out(`API server ${await cluster.serverVersion()} (${cluster.server})`);
  } catch (error) {
    terminal.err(`No API server: ${error instanceof Error ? error.message : String(error)}`);
  }
}
