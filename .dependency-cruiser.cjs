// The borders of ARCHITECTURE.md, checked by machine: what each folder may import. Tests may cross them.

/** `folders` of ours and `packages` of npm are allowed; a package list of null means that packages are not this rule's business. */
function only(name, from, folders, packages = null) {
  const ours = folders.map((folder) => `^src/${folder}/`).join("|");
  const npm = packages === null ? "" : packages.map((item) => `|node_modules/${item}/`).join("");
  return {
    name,
    severity: "error",
    from: { path: from, pathNot: "\\.test\\.ts$|/testing[a-z-]*\\.ts$" },
    to: packages === null ? { path: "^src/", pathNot: ours } : { pathNot: `${ours}${npm}` },
  };
}

module.exports = {
  forbidden: [
    only("core-is-pure", "^src/core/", ["core", "schema"], ["temporal-polyfill", "temporal-spec"]),
    {
      name: "core-takes-only-types-of-schema",
      severity: "error",
      from: { path: "^src/core/", pathNot: "\\.test\\.ts$" },
      to: { path: "^src/schema/", dependencyTypesNot: ["type-only"] },
    },
    only("schema", "^src/schema/", ["schema", "core"]),
    only("ports", "^src/ports/", ["ports", "core", "schema"], []),
    only("text", "^src/text/", ["text", "core", "schema"], []),
    only("controller", "^src/controller/", ["controller", "core", "ports", "schema", "text"]),
    only("kube", "^src/kube/", ["kube", "ports", "schema"]),
    only("provider", "^src/provider/", ["provider", "ports", "schema", "sim", "core", "image", "start"]),
    // What is said once of files, locks and processes holds for machines on this host as well.
    {
      name: "providers-take-of-start-what-is-about-the-host",
      severity: "error",
      from: { path: "^src/provider/", pathNot: "\\.test\\.ts$" },
      to: { path: "^src/start/", pathNot: "^src/start/(whole-file|lock|process-id|error)\\.ts$" },
    },
    {
      name: "providers-read-images-and-build-none",
      severity: "error",
      from: { path: "^src/provider/", pathNot: "\\.test\\.ts$" },
      to: { path: "^src/image/", pathNot: "^src/image/manifest\\.ts$" },
    },
    // Building images is a start of its own: it locks, downloads and tells its progress as `start` does.
    only("image", "^src/image/", ["image", "ports", "start"]),
    only("sim", "^src/sim/", ["sim", "core", "controller", "ports", "schema", "text"]),
    only("api", "^src/api/", ["api", "core", "ports", "schema", "text"]),
    // `cli/start.ts` is the door from the command line to the server, `cli/image.ts` that to images, both opened lazily.
    only("cli", "^src/cli/(?!start\\.ts|image\\.ts|image-columns\\.ts)", [
      "cli",
      "core",
      "schema",
      "text",
      "kube",
      "ports",
    ]),
    {
      name: "only-the-door-imports-main",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/cli/start\\.ts$" },
      to: { path: "^src/main\\.ts$" },
    },
    {
      name: "console-computes-nothing-of-its-own",
      severity: "error",
      from: { path: "^console/src/", pathNot: "\\.test\\.ts$" },
      to: { path: "^(src|test)/", pathNot: "^src/(core|schema|text)/|^src/api/(types|answers)\\.ts$" },
    },
    {
      name: "console-takes-only-types-of-the-api",
      severity: "error",
      from: { path: "^console/src/" },
      to: { path: "^src/api/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "nobody-imports-the-console",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^console/" },
    },
    { name: "no-cycles", severity: "error", from: { path: "^(src|console/src)/" }, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      extensions: [".ts", ".tsx", ".js", ".json", ".css"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
    },
  },
};
