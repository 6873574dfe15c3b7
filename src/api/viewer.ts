/** The OpenAPI document as a page: plain HTML without a script, so that it works offline and under the strictest policy. */
import { z } from "zod";

/** As much of the document as the page shows. */
const schema = z.looseObject({});
const document = z.object({
  info: z.object({ title: z.string(), version: z.string(), description: z.string() }),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        tags: z.array(z.string()),
        summary: z.string(),
        parameters: z.array(
          z.object({ name: z.string(), in: z.string(), description: z.string().optional(), schema }),
        ),
        requestBody: z.object({ content: z.record(z.string(), z.object({ schema })) }).optional(),
        responses: z.record(
          z.string(),
          z.object({
            description: z.string(),
            content: z.record(z.string(), z.object({ schema })).optional(),
          }),
        ),
      }),
    ),
  ),
  components: z.object({ schemas: z.record(z.string(), schema) }),
});
type Document = z.output<typeof document>;
type Operation = Document["paths"][string][string];

export const viewerStyle = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; }
details { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: 6px; margin: .4rem 0; }
summary { cursor: pointer; padding: .5rem .8rem; }
details > div { padding: 0 .8rem .8rem; overflow-x: auto; }
code, pre { font: 13px/1.45 ui-monospace, monospace; }
pre { white-space: pre-wrap; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; }
.method { display: inline-block; min-width: 4.5rem; font-weight: 600; }
`;

export function viewerPage(given: unknown): string {
  const { info, paths, components } = document.parse(given);
  const entries = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method, operation })),
  );
  const byTag = Map.groupBy(entries, ({ operation }) => operation.tags[0] ?? "");
  const sections = [...byTag].map(
    ([tag, group]) => `<h2>${escaped(tag)}</h2>${group.map((entry) => operationHtml(entry)).join("")}`,
  );
  const schemas = Object.entries(components.schemas).map(
    ([name, value]) =>
      `<details id="${escaped(name)}"><summary><code>${escaped(name)}</code></summary><div>${jsonHtml(value)}</div></details>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(info.title)} API</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/api/docs.css"></head>
<body><h1>${escaped(info.title)} API ${escaped(info.version)}</h1><p>${escaped(info.description)}</p>
<p><a href="/api/openapi.json">openapi.json</a></p>${sections.join("")}<h2>Schemas</h2>${schemas.join("")}</body></html>
`;
}

interface Entry {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

function operationHtml({ path, method, operation }: Entry): string {
  const { summary, parameters, requestBody, responses } = operation;
  const rows = parameters.map(
    ({ name, in: where, description = "" }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${escaped(where)}</td><td>${escaped(description)}</td></tr>`,
  );
  const bodies = Object.values(requestBody?.content ?? {}).map(
    (body) => `<h4>Body</h4>${jsonHtml(body.schema)}`,
  );
  const answers = Object.entries(responses).map(([status, { description, content = {} }]) => {
    const [shown] = Object.values(content);
    const name = shown === undefined ? "" : linkHtml(shown.schema);
    return `<tr><td>${escaped(status)}</td><td>${escaped(description)}</td><td>${name}</td></tr>`;
  });
  return `<details><summary><span class="method">${escaped(method.toUpperCase())}</span> <code>${escaped(path)}</code> ${escaped(summary)}</summary>
<div>${rows.length === 0 ? "" : `<h4>Parameters</h4><table>${rows.join("")}</table>`}${bodies.join("")}<h4>Answers</h4><table>${answers.join("")}</table></div></details>`;
}

function linkHtml(value: Readonly<Record<string, unknown>>): string {
  const { $ref } = value;
  if (typeof $ref !== "string") return jsonHtml(value);
  const name = $ref.split("/").at(-1) ?? "";
  return `<a href="#${escaped(name)}">${escaped(name)}</a>`;
}

function jsonHtml(value: unknown): string {
  const text = escaped(JSON.stringify(value, null, 2));
  const linked = text.replaceAll(
    /&quot;#\/components\/schemas\/(\w+)&quot;/g,
    (_match, name: string) => `<a href="#${name}">${name}</a>`,
  );
  return `<pre>${linked}</pre>`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
