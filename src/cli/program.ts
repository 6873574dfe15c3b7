/** The command line as a whole: which verbs there are, what all of them know, and how every error ends. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { kubeconfigOf } from "./connect.ts";
import { endingOf, exitCodes, usageError } from "./failure.ts";
import { version } from "./product.ts";
import { type CommonOptions, createSession, type Outside, type Session } from "./session.ts";
import { paint } from "./table.ts";

interface Verb {
  readonly names: readonly string[];
  readonly load: () => Promise<{ readonly register: (program: Command, session: Session) => void }>;
}

/** In the order of help. A verb's file is loaded only when the verb is typed, or help wants them all. */
const verbs: readonly Verb[] = [
  { names: ["start"], load: () => import("./start.ts") },
  { names: ["console"], load: () => import("./console.ts") },
  { names: ["status"], load: () => import("./status.ts") },
  { names: ["get"], load: () => import("./get.ts") },
  { names: ["describe"], load: () => import("./describe.ts") },
  { names: ["why"], load: () => import("./why.ts") },
  { names: ["create"], load: () => import("./create.ts") },
  { names: ["clone"], load: () => import("./clone.ts") },
  { names: ["scale"], load: () => import("./scale.ts") },
  { names: ["set"], load: () => import("./set.ts") },
  { names: ["remove"], load: () => import("./remove.ts") },
  { names: ["delete"], load: () => import("./delete.ts") },
  { names: ["pause", "resume"], load: () => import("./pause.ts") },
  { names: ["brake"], load: () => import("./brake.ts") },
  { names: ["upgrade"], load: () => import("./upgrade.ts") },
  { names: ["repair"], load: () => import("./repair.ts") },
  { names: ["window"], load: () => import("./window.ts") },
  { names: ["drain"], load: () => import("./drain.ts") },
  { names: ["history"], load: () => import("./history.ts") },
  { names: ["rollback"], load: () => import("./rollback.ts") },
  { names: ["doctor"], load: () => import("./doctor.ts") },
  { names: ["install"], load: () => import("./install.ts") },
  { names: ["image"], load: () => import("./image.ts") },
  { names: ["completion", "complete"], load: () => import("./completion.ts") },
  { names: ["version"], load: () => import("./version.ts") },
];

/** Resolves with the exit code, whatever happens. */
export async function run(args: readonly string[], outside: Outside): Promise<number> {
  const program = createProgram(outside);
  const session = createSession(outside, () => program.opts<CommonOptions>());
  try {
    for (const { load } of verbsFor(args)) (await load()).register(program, session);
    await program.parseAsync([...args], { from: "user" });
    return Number(process.exitCode ?? exitCodes.ok);
  } catch (error) {
    return report(session, error);
  } finally {
    await session.close();
  }
}

/** Any word may be a verb, since options may stand before it; one that turns out to be a name costs only its loading. */
function verbsFor(args: readonly string[]): readonly Verb[] {
  const words = new Set(args);
  const named = verbs.filter(({ names }) => names.some((name) => words.has(name)));
  const wantsAll =
    named.length === 0 || words.has("help") || named.some(({ names }) => names.includes("completion"));
  return wantsAll ? verbs : named;
}

function createProgram({ terminal }: Outside): Command {
  const program = new Command("poolkeeper");
  return program
    .description("Managed node pools for any Kubernetes cluster")
    .version(version, "-V, --version")
    .option("-n, --namespace <name>", "namespace of the pools (default: poolkeeper-system)")
    .option("-A, --all-namespaces", "over all namespaces")
    .option("--kubeconfig <file>", "kubeconfig of the cluster")
    .option("--context <name>", "context of the kubeconfig")
    .option("--data-dir <dir>", "where a start on this machine keeps its kubeconfig (default: .poolkeeper)")
    .addOption(new Option("--no-color", "no colours, as with NO_COLOR"))
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    })
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText("after", helpEnd);
}

const helpEnd = `
The cluster is taken from --kubeconfig, KUBECONFIG, the last start on this machine, or ~/.kube/config.
Exit codes: 0 done, 1 error, 2 usage, 3 stopped before anything was changed, 4 timed out waiting,
5 conflict, 6 not found, 130 interrupted.

Begin with: poolkeeper status, poolkeeper get pools, poolkeeper create pool NAME --provider P --nodes 3`;

function report({ terminal, ...session }: Session, error: unknown): number {
  // Thrown by an option of our own, it was printed by nobody yet.
  const isUnprinted = error instanceof InvalidArgumentError;
  if (error instanceof CommanderError && !isUnprinted) {
    // Commander has printed its message, or the help that was asked for.
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
  const { origin } = kubeconfigOf(session.choice(), session.outside.env);
  const shown = isUnprinted ? usageError(error.message) : error;
  const { code, lines } = endingOf(shown, origin);
  const { hasColor } = session.look();
  for (const line of lines) terminal.err(hasColor ? line.replace(/^error:/, paint("error:", "Bad")) : line);
  return code;
}
