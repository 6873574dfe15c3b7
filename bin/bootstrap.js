// Makes a fresh clone runnable: installs the npm packages once, finds a Node that runs TypeScript, then starts the
// program. Plain JavaScript that any Node >= 18 understands; everything else lives in src/.
const { spawn, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "..");
const minimum = [22, 19];

function run(entry, args) {
  installPackages();
  const node = findNode();
  // This Node can do it itself: no second process between the terminal and the program.
  if (node === process.execPath && process.argv[1] !== __filename) {
    process.argv = [process.argv[0], path.join(root, entry), ...args];
    import(path.join(root, entry)).catch(fail);
    return;
  }
  // The channel tells the child when this process dies, even by SIGKILL, so that it never outlives its terminal.
  const child = spawn(node, [path.join(root, entry), ...args], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", fail);
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
}

/** `npm ci` when the lockfile is newer than what is installed. Two at once wait for each other. */
function installPackages() {
  const lockfile = path.join(root, "package-lock.json");
  const stamp = path.join(root, "node_modules", ".poolkeeper-installed");
  const wanted = fs.readFileSync(lockfile, "utf8");
  const isInstalled = () => fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === wanted;
  if (isInstalled()) return;
  const unlock = lock(path.join(root, ".install-lock"));
  try {
    if (isInstalled()) return;
    console.error("Installing the npm packages of poolkeeper (once, about half a minute) ...");
    const npm = spawnSync("npm", ["ci", "--loglevel=error"], { cwd: root, stdio: ["ignore", 2, 2] });
    if (npm.error !== undefined || npm.status !== 0) {
      throw new Error(
        `npm ci failed in ${root}. Read its message above, mend the cause and run the same command again.`,
      );
    }
    fs.writeFileSync(stamp, wanted);
  } catch (error) {
    fail(error);
  } finally {
    unlock();
  }
}

/** A lock that its holder's death frees: the file names the holder's pid. */
function lock(file) {
  for (;;) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: "wx" });
      return () => fs.rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      const holder = Number(readOr(file, ""));
      if (holder > 0 && !isAlive(holder)) fs.rmSync(file, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    }
  }
}

function readOr(file, fallback) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return fallback;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** This Node if it is new enough, else the one that npm installed as a package. */
function findNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > minimum[0] || (major === minimum[0] && minor >= minimum[1])) return process.execPath;
  const packaged = path.join(root, "node_modules", `node-${process.platform}-${process.arch}`, "bin", "node");
  if (fs.existsSync(packaged)) return packaged;
  return fail(
    new Error(
      `Node ${process.versions.node} is too old and no packaged Node exists for ${process.platform}-${process.arch}. ` +
        `Install Node ${minimum.join(".")} or newer and run the same command again.`,
    ),
  );
}

function fail(error) {
  console.error(error instanceof Error && error.name === "Error" ? error.message : error);
  process.exit(1);
}

module.exports = { run };

if (require.main === module) run(process.argv[2], process.argv.slice(3));
