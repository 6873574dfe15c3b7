/** People in Chromium, each in a browser of their own that is signed in to nothing else. Knows no server. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { realClock } from "../../src/ports/clock.ts";
import { createProgress } from "../../src/start/progress.ts";
import { ensureChromium } from "./chromium.ts";

/** Generous: a loaded machine is slow, and a test that fails for that tells nothing. */
export const limitMs = 120_000;
const actionLimitMs = 60_000;

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

export interface Visit {
  /** Of the server, without a path. */
  readonly url: string;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Another tab of the same person. */
  openTab(): Promise<Page>;
  /** A request to the REST API as this person. */
  ask(method: Method, path: string, body?: object): Promise<unknown>;
  /** A part of a longer story: where it fails, its name is in the error, and what was on the page beside it. */
  step(name: string, run: () => Promise<void>): Promise<void>;
  /** Nothing that the pages may not do was tried, and none of them has failed. */
  assertClean(): void;
}

export interface Visitors {
  /** Somebody new, at this address. */
  arrive(address: string): Promise<Visit>;
}

/** A test, or whatever else ends and then puts its things away. */
export type Occasion = Pick<TestContext, "skip" | "after">;

/** Null where there is no browser to be had; the reason is then the test's reason to be skipped. */
export async function createVisitors(t: Occasion): Promise<Visitors | null> {
  const found = await ensureChromium(createProgress(process.stderr, realClock));
  if (found.kind === "Missing") {
    t.skip(found.why);
    return null;
  }
  const browser = await launch(found.file);
  t.after(() => browser.close());
  return {
    arrive: async (address) => {
      const context = await browser.newContext({
        viewport: { width: 1440, height: 900 },
        locale: "en-GB",
        timezoneId: "UTC",
      });
      context.setDefaultTimeout(actionLimitMs);
      const complaints = watch(context);
      const page = await context.newPage();
      await page.goto(address);
      return visitOf({ context, page, complaints, url: new URL(address).origin });
    },
  };
}

interface Parts {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: readonly string[];
  readonly url: string;
}

function visitOf({ context, page, complaints, url }: Parts): Visit {
  return {
    url,
    context,
    page,
    openTab: () => context.newPage(),
    ask: (method, place, body) => ask(context, url, { method, place, body }),
    step: async (name, run) => {
      try {
        await run();
      } catch (error) {
        const shown = await page.locator("body").ariaSnapshot();
        const message = error instanceof Error ? error.message : String(error);
        throw new Error(`${name}: ${message}\nOn the page:\n${shown}`, { cause: error });
      }
    },
    assertClean: () => assert.deepEqual(complaints, []),
  };
}

/** A button that is off says why, on a closer look and to those who hear the page. */
export async function offBecause(page: Page, name: string, why: string): Promise<void> {
  const button = page
    .locator("[aria-disabled=true]")
    .and(page.getByRole("button", { name, exact: true }).or(page.getByRole("link", { name, exact: true })));
  await button.hover();
  await page.getByText(why).filter({ visible: true }).first().waitFor();
  const described = (await button.getAttribute("aria-describedby")) ?? "";
  assert.match(await page.locator(`[id="${described}"]`).innerText(), new RegExp(why));
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

export interface Request {
  readonly method: Method;
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
