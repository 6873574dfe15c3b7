/** The person's side: data goes to `out`, everything else to `err`, and questions are asked only where somebody sits. */
import { createInterface } from "node:readline/promises";

export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Null: nobody can be asked, or nothing was answered. */
  ask(question: string): Promise<string | null>;
  /** The rest of standard input, for `-f -`. */
  readInput(): Promise<string>;
  readonly hasColor: boolean;
  /** Columns of the screen; 0 when the output is no screen. */
  readonly width: number;
}

export function createTerminal(env: Readonly<Record<string, string | undefined>>): Terminal {
  const { stdin, stdout, stderr } = process;
  // A reader that has seen enough, such as `head`, closes the pipe; that is no failure.
  for (const stream of [stdout, stderr]) stream.on("error", () => {});
  return {
    out: (text) => {
      stdout.write(`${text}\n`);
    },
    err: (text) => {
      stderr.write(`${text}\n`);
    },
    ask: async (question) => {
      if (!stdin.isTTY) return null;
      const reader = createInterface({ input: stdin, output: stderr });
      // While a question is open, the reader has the keyboard, Ctrl-C included.
      reader.once("SIGINT", () => process.emit("SIGINT"));
      const closed = new Promise<null>((resolve) => {
        reader.once("close", () => resolve(null));
      });
      const answer = await Promise.race([reader.question(question), closed]);
      reader.close();
      return answer;
    },
    readInput: async () => {
      let text = "";
      stdin.setEncoding("utf8");
      for await (const chunk of stdin) text += String(chunk);
      return text;
    },
    hasColor: stdout.isTTY && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb",
    width: stdout.isTTY ? stdout.columns : 0,
  };
}
