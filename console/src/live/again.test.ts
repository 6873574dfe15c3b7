/** What was asked before a change is not taken for what is after it. */
import assert from "node:assert/strict";
import test from "node:test";
import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { askAgain } from "./again.ts";

const key = ["machines", "list"];

test("an answer that was on its way when something changed is asked for once more", async (t) => {
  const client = new QueryClient();
  const waiting: ((answer: string) => void)[] = [];
  const observer = new QueryObserver(client, {
    queryKey: key,
    queryFn: () => new Promise<string>((resolve) => waiting.push(resolve)),
  });
  t.after(observer.subscribe(() => {}));
  assert.equal(waiting.length, 1, "the page has asked");

  const again = askAgain(client, { queryKey: ["machines"] });
  waiting[0]?.("from before the change");
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(waiting.length, 2, "it is asked again after the first answer");
  waiting[1]?.("from after it");
  await again;
  assert.equal(client.getQueryData(key), "from after it");

  const third = askAgain(client, { queryKey: ["machines"] });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(waiting.length, 3, "where an answer is there, it is asked for at once, and once");
  waiting[2]?.("later still");
  await third;
  assert.equal(waiting.length, 3);
  assert.equal(client.getQueryData(key), "later still");
  client.clear();
});
