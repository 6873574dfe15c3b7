// The borders of ARCHITECTURE.md, checked by machine. Each rule says what a folder may import; the rest is an error.
const ours = "^src/";

/** A folder may import only what is listed; npm packages are listed by name. */
function only(name, from, allowed, packages = []) {
  const npm = packages.length > 0 ? `|node_modules/(${packages.join("|")})/` : "";
  return {
    name,
    severity: "error",
    from: { path: from, pathNot: "\\.test\\.ts$" },
    to: { pathNot: `${allowed.map((folder) => `^src/${folder}/`).join("|")}${npm}` },
  };
}

module.exports = {
  forbidden: [
    only("core-is-pure", "^src/core/", ["core"], ["temporal-polyfill", "temporal-spec"]),
    only("schema", "^src/schema/(?!write|crd)", ["schema", "core"], ["zod"]),
    only("ports", "^src/ports/", ["ports", "core", "schema"]),
    {
      name: "text",
      severity: "error",
      from: { path: "^src/text/" },
      to: { pathNot: "^src/(text|core|schema)/" },
    },
    {
      name: "controller",
      severity: "error",
      from: { path: "^src/controller/", pathNot: "\\.test\\.ts$" },
      to: { path: ours, pathNot: "^src/(controller|core|ports|schema|text)/" },
    },
    {
      name: "kube",
      severity: "error",
      from: { path: "^src/kube/", pathNot: "\\.test\\.ts$" },
      to: { path: ours, pathNot: "^src/(kube|ports|schema)/" },
    },
    {
      name: "provider",
      severity: "error",
      from: { path: "^src/provider/", pathNot: "\\.test\\.ts$" },
      to: { path: ours, pathNot: "^src/(provider|ports|schema|sim|core)/" },
    },
    {
      name: "sim",
      severity: "error",
      from: { path: "^src/sim/", pathNot: "\\.test\\.ts$" },
      to: { path: ours, pathNot: "^src/(sim|core|controller|ports|schema|text)/" },
    },
    {
      name: "cli",
      severity: "error",
      from: { path: "^src/cli/", pathNot: "\\.test\\.ts$" },
      to: { path: ours, pathNot: "^src/(cli|core|schema|text|kube|ports)/" },
    },
    { name: "nobody-imports-main", severity: "error", from: { path: ours }, to: { path: "^src/main\\.ts$" } },
    { name: "no-cycles", severity: "error", from: { path: ours }, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      extensions: [".ts", ".js", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
    },
  },
};
