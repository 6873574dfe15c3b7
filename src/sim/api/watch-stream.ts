/** One watch over HTTP: a line of JSON for each event, until the client goes or its time is over. */
import type { ServerResponse } from "node:http";
import type { Form } from "./accept.ts";
import type { JsonObject, Stored } from "./json.ts";
import type { ApiRequest } from "./request.ts";
import type { ApiServer } from "./server.ts";
import { tableOf } from "./table.ts";
import type { WatchEvent } from "./watch.ts";

export interface StreamedWatch {
  readonly request: ApiRequest;
  readonly query: URLSearchParams;
  readonly form: Form;
  readonly includeObject: string;
}

const defaultTimeoutSeconds = 45 * 60;

/** A client that does not read is cut off before it fills the memory. It will list and watch again. */
const maxBufferedBytes = 64 * 1024 * 1024;

export function streamWatch(server: ApiServer, watched: StreamedWatch, response: ServerResponse): void {
  const { query, request } = watched;
  const initial = query.get("sendInitialEvents");
  const waiting: string[] = [];
  let isOpen = false;
  let allowedBytes = maxBufferedBytes;
  let stop = nothing;
  const end = () => {
    stop();
    response.end();
  };
  const show = painter(server, watched);
  const write = (line: string) => {
    if (response.writableEnded) return;
    response.write(line);
    if (response.writableLength > allowedBytes) end();
  };
  const send = (event: WatchEvent) => {
    const line = `${JSON.stringify({ type: event.type, object: show(event) })}\n`;
    if (isOpen) write(line);
    else waiting.push(line);
    if (event.type === "ERROR") queueMicrotask(end);
  };
  // What is wrong with the request is thrown here, before the head of the answer is sent.
  const stopWatch = server.watch(
    {
      ...request,
      bookmarks: query.get("allowWatchBookmarks") === "true",
      sendInitialEvents: initial === null ? null : initial === "true",
    },
    send,
  );
  const seconds = Number(query.get("timeoutSeconds") ?? "0") || defaultTimeoutSeconds;
  const stopTimer = server.clock.after(seconds * 1000, end);
  stop = () => {
    stopWatch();
    stopTimer();
  };
  response.on("close", () => stop());
  response.writeHead(200, { "content-type": "application/json", "transfer-encoding": "chunked" });
  response.flushHeaders();
  isOpen = true;
  // What was there before is sent at one stroke, however much it is: that is no fault of the client.
  allowedBytes += waiting.reduce((sum, line) => sum + line.length, 0);
  for (const line of waiting) write(line);
}

function nothing(): void {}

function painter(server: ApiServer, watched: StreamedWatch): (event: WatchEvent) => JsonObject {
  let hasColumns = true;
  return (event) => {
    if (watched.form !== "table" || event.type === "ERROR") return event.object;
    const object = event.object as unknown as Stored;
    const rows = event.type === "BOOKMARK" ? [] : [object];
    const metadata = { resourceVersion: object.metadata.resourceVersion };
    const table = tableOf(watched.request.type, rows, metadata, {
      nowMs: server.clock.now(),
      includeObject: watched.includeObject,
      hasColumns,
    });
    hasColumns = false;
    return table;
  };
}
