import assert from "node:assert/strict";
import test from "node:test";
import { aligned, type Column, fieldLines, type Look, tableLines, widthOf } from "./table.ts";

const look: Look = { now: 0, timeZone: "UTC", hasColor: false };
const columns: readonly Column<{ readonly name: string; readonly state: string }>[] = [
  { title: "NAME", show: "Always", text: ({ name }) => name },
  { title: "STATE", show: "Always", text: ({ state }) => state, tone: () => "Bad" },
  { title: "MORE", show: "Wide", text: () => "x" },
];
const rows = [
  { name: "web", state: "Active" },
  { name: "节点池", state: "" },
];

test("Columns are as wide as their widest cell, three spaces apart, without trailing space", () => {
  assert.deepEqual(tableLines(columns, rows, look, false), [
    "NAME     STATE",
    "web      Active",
    "节点池   -",
  ]);
});

test("Wide columns are shown when asked for", () => {
  assert.equal(tableLines(columns, rows, look, true)[0], "NAME     STATE    MORE");
});

test("Colour is put around a cell and does not count as width", () => {
  const [, line] = tableLines(columns, rows, { ...look, hasColor: true }, true);
  assert.equal(line, "web      \u001b[31mActive\u001b[0m   x");
});

test("Chinese, Japanese and Korean signs take two columns", () => {
  assert.deepEqual([widthOf("web"), widthOf("节点"), widthOf("ノード"), widthOf("한국")], [3, 4, 6, 4]);
});

test("Rows of different lengths are aligned as far as they go", () => {
  assert.deepEqual(aligned([["a", "bb"], ["aaa"]]), [["a  ", "bb"], ["aaa"]]);
});

test("A value of several lines goes on below itself", () => {
  const lines = fieldLines([
    ["Name", "web"],
    ["Labels", "a=1\nb=2"],
    ["Note", ""],
  ]);
  assert.deepEqual(lines, ["Name:    web", "Labels:  a=1", "         b=2", "Note:"]);
});
