/** What the tests of this folder stand on: the embedded start in a process of its own, and a Chromium that is signed in. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { parse } from "yaml";
import { realClock } from "../../src/ports/clock.ts";
import { createProgress } from "../../src/start/progress.ts";
import { ensureChromium } from "./chromium.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** Generous: a loaded machine is slow, and a test that fails for that tells nothing. */
export const limitMs = 120_000;

export interface Rig {
  readonly url: string;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Another tab of the same person. */
  openTab(): Promise<Page>;
  /** A request to the REST API as the person who is signed in. */
  ask(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: object): Promise<unknown>;
  /** A request to the Kubernetes API of this world. A body that is no new object is a merge patch. */
  kube(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: object): Promise<unknown>;
  /** Ends the server with its world. */
  stopServer(): Promise<void>;
  /** Begins it again on the same port, with the same folder and a fresh world. */
  startServer(): Promise<void>;
  /** Of this world. */
  readonly kubeconfig: string;
  /** A part of a longer story: where it fails, its name is in the error, and what was on the page beside it. */
  step(name: string, run: () => Promise<void>): Promise<void>;
  /** Nothing that the pages may not do was tried, and none of them has failed. */
  assertClean(): void;
}

/** Null where there is no browser to be had; the reason is then the test's reason to be skipped. */
export async function createRig(
  t: TestContext,
  args: readonly string[] = ["--no-sample"],
): Promise<Rig | null> {
  const found = await ensureChromium(createProgress(process.stderr, realClock));
  if (found.kind === "Missing") {
    t.skip(found.why);
    return null;
  }
  const dataDir = mkdtempSync(path.join(tmpdir(), "pk-browser-"));
  const server = createServer(dataDir, args);
  const browser = await launch(found.file);
  t.after(async () => {
    await browser.close();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  await server.start();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
  const complaints = watch(context);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(server.link());
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  return rigOf({ server, context, page, complaints, dataDir });
}

interface Parts {
  readonly server: Server;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: string[];
  readonly dataDir: string;
}

function rigOf({ server, context, page, complaints, dataDir }: Parts): Rig {
  return {
    url: server.url(),
    context,
    page,
    openTab: async () => {
      const tab = await context.newPage();
      tab.setDefaultTimeout(limitMs);
      return tab;
    },
    ask: (method, place, body) => ask(context, server.url(), { method, place, body }),
    kube: (method, place, body) => kube(dataDir, { method, place, body }),
    stopServer: server.stop,
    startServer: server.start,
    kubeconfig: path.join(dataDir, "kubeconfig"),
    step: async (name, run) => {
      try {
        await run();
      } catch (error) {
        const shown = await page.locator("body").ariaSnapshot();
        throw new Error(
          `${name}: ${error instanceof Error ? error.message : String(error)}\nOn the page:\n${shown}`,
          { cause: error },
        );
      }
    },
    assertClean: () => assert.deepEqual(complaints, []),
  };
}

async function launch(file: string): Promise<Browser> {
  return await chromium.launch({
    executablePath: file,
    args: [
      "--headless",
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Violations of the page's policy and faults of the page, of all tabs. */
function watch(context: BrowserContext): string[] {
  const complaints: string[] = [];
  context.on("weberror", (error) => complaints.push(`fault: ${error.error().message}`));
  context.on("console", (message) => {
    const text = message.text();
    if (/Content Security Policy|TrustedScript|TrustedHTML/.test(text)) complaints.push(`policy: ${text}`);
  });
  return complaints;
}

interface Request {
  readonly method: string;
  readonly place: string;
  readonly body: object | undefined;
}

async function ask(context: BrowserContext, url: string, { method, place, body }: Request): Promise<unknown> {
  const headers = { origin: url, "content-type": "application/json" };
  const session: { readonly csrf: string } = await (
    await context.request.get(`${url}/api/v1/session`, { headers })
  ).json();
  const response = await context.request.fetch(`${url}/api/v1${place}`, {
    method,
    headers: { ...headers, "x-poolkeeper-csrf": session.csrf },
    ...(body === undefined ? {} : { data: body }),
  });
  const text = await response.text();
  if (!response.ok()) throw new Error(`${method} ${place}: ${response.status()} ${text}`);
  return text === "" ? null : JSON.parse(text);
}

async function kube(dataDir: string, { method, place, body }: Request): Promise<unknown> {
  const { clusters }: { readonly clusters: readonly { readonly cluster: { readonly server: string } }[] } =
    parse(readFileSync(path.join(dataDir, "kubeconfig"), "utf8"));
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const response = await fetch(`${clusters[0]?.cluster.server}${place}`, {
    method,
    headers: { "content-type": type },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${place}: ${response.status} ${text}`);
  return JSON.parse(text);
}

interface Server {
  url(): string;
  /** Signs in once. */
  link(): string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

function createServer(dataDir: string, args: readonly string[]): Server {
  let child: ChildProcess | null = null;
  let output = "";
  let url = "";
  return {
    url: () => url,
    link: () => /Console: (\S+)/.exec(output)?.[1] ?? url,
    start: async () => {
      output = "";
      const port = url === "" ? "0" : new URL(url).port;
      const own = spawn(
        process.execPath,
        [path.join(root, "bin", "poolkeeper"), "start", "--port", port, "--data-dir", dataDir, ...args],
        { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, POOLKEEPER_LOG: "error" } },
      );
      child = own;
      url = await new Promise<string>((resolve, reject) => {
        own.stderr.on("data", (chunk) => {
          output += String(chunk);
          const [, ready] = /ready on (\S+?),/.exec(output) ?? [];
          if (ready !== undefined && output.includes("Stop with Ctrl-C")) resolve(ready);
        });
        own.on("exit", (code) => reject(new Error(`the start ended with ${code}:\n${output}`)));
      });
    },
    stop: async () => {
      const own = child;
      child = null;
      if (own === null || own.exitCode !== null) return;
      const gone = new Promise((resolve) => own.once("exit", resolve));
      own.kill("SIGTERM");
      await gone;
    },
  };
}

/** A simulated cloud that takes no time to speak of, so that tests wait for Poolkeeper and not for it. */
export async function makeFastProvider(rig: Rig): Promise<void> {
  const seconds = {
    bootSeconds: 1,
    joinSeconds: 1,
    stopSeconds: 1,
    replaceDiskSeconds: 1,
    rebootSeconds: 1,
    releaseSeconds: 1,
  };
  const simulator = { ...seconds, jitterPercent: 0 };
  await rig.ask("POST", "/providers", {
    name: "fast",
    spec: { type: "simulator", region: "cn-hangzhou", simulator },
  });
}

export async function makePool(rig: Rig, name: string, spec: object): Promise<void> {
  await rig.ask("POST", "/pools", { name, spec: { providerRef: { name: "fast" }, ...spec } });
}
