/** A refusal stands until there is another answer, as an answer does. */
import assert from "node:assert/strict";
import test from "node:test";
import { notifyManager, QueryCache, QueryClient, QueryObserver } from "@tanstack/react-query";
import { keepRefusals } from "./kept-refusals.ts";

type Answer = string | Error;

/** A page that has asked, and whoever answers it. */
function createPage() {
  const queryCache = new QueryCache();
  keepRefusals(queryCache);
  const client = new QueryClient({ queryCache, defaultOptions: { queries: { retry: false } } });
  let waiting: ((answer: Answer) => void)[] = [];
  const observer = new QueryObserver<string>(client, {
    queryKey: ["pools", "one", "web"],
    queryFn: async () => {
      const answer = await new Promise<Answer>((resolve) => waiting.push(resolve));
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  const shown: string[] = [];
  const look = (): void => {
    const { status, error, data } = observer.getCurrentResult();
    const words = `${status}: ${data ?? error?.message ?? "nothing"}`;
    if (shown.at(-1) !== words) shown.push(words);
  };
  // So does the client's own hook: React looks when all is done, not at each step of it.
  const stop = observer.subscribe(notifyManager.batchCalls(look));
  return {
    client,
    shown,
    stop,
    answer: async (answer: Answer) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      assert.equal(waiting.length, 1, "one question waits for its answer");
      for (const give of waiting) give(answer);
      waiting = [];
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
}

test("a refusal stays while it is asked again, and goes with the answer", async (t) => {
  const { client, shown, answer, stop } = createPage();
  t.after(stop);
  await answer(new Error("not there"));
  void client.invalidateQueries();
  await answer(new Error("not there"));
  void client.invalidateQueries();
  await answer(new Error("not yours"));
  void client.invalidateQueries();
  await answer("web");
  void client.invalidateQueries();
  await answer("web, changed");
  assert.deepEqual(shown, [
    "pending: nothing",
    "error: not there",
    "error: not yours",
    "success: web",
    "success: web, changed",
  ]);
  client.clear();
});

test("what is begun anew is begun without it", async (t) => {
  const { client, shown, answer, stop } = createPage();
  t.after(stop);
  await answer(new Error("not signed in"));
  void client.resetQueries();
  await answer(new Error("not there"));
  assert.deepEqual(shown, [
    "pending: nothing",
    "error: not signed in",
    "pending: nothing",
    "error: not there",
  ]);
  client.clear();
});
