import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import test, { type TestContext } from "node:test";
import { containerdPrograms, obtainContainerd } from "./containerd.ts";
import { containerdVersion } from "./recipe.ts";
import { aFolder, withServer } from "./testing.ts";

const name = `containerd-static-${containerdVersion.slice(1)}-linux-amd64.tar.gz`;
const linux = process.platform === "linux" ? {} : { skip: "needs Linux" };

/** A machine with the programs that every system has, and no Go. */
function aMachine(t: TestContext) {
  const home = aFolder(t);
  const [cache, path] = [join(home, "node"), join(home, "path")];
  for (const dir of [cache, path]) mkdirSync(dir);
  const said: string[] = [];
  const progress = {
    say: (text: string) => void said.push(text),
    during: <T>(_text: string, work: () => Promise<T>) => work(),
  };
  const obtain = (releasesUrl = "http://127.0.0.1:2") => {
    const surroundings = { env: { PATH: path }, signal: undefined };
    return obtainContainerd({ cache, architecture: "amd64", progress, surroundings, releasesUrl });
  };
  const script = (body: string): void =>
    writeFileSync(join(path, "go"), `#!/bin/sh\nPATH=${["/usr/bin", "/bin"].join(delimiter)}\n${body}\n`, {
      mode: 0o755,
    });
  return { home, cache, said, obtain, script };
}

function anArchive(home: string): Buffer {
  mkdirSync(join(home, "bin"));
  for (const each of [...containerdPrograms, "containerd-stress"])
    writeFileSync(join(home, "bin", each), `the ${each}`, { mode: 0o755 });
  return execFileSync("tar", ["-cz", "-C", home, "bin"]);
}

/** The release as its makers offer it. */
function release(archive: Buffer, checksum: string): Readonly<Record<string, string | Buffer>> {
  const file = `/${containerdVersion}/${name}`;
  return { [file]: archive, [`${file}.sha256sum`]: `${checksum}  ${name}\n` };
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

test("the official release is taken when its checksum is right, and kept", linux, async (t) => {
  const { home, cache, obtain } = aMachine(t);
  const archive = anArchive(home);
  const dir = join(cache, `containerd-${containerdVersion}`);
  await withServer(release(archive, sha256(archive)), async (url) => {
    assert.deepEqual(await obtain(url), { kind: "Programs", dir });
  });
  assert.deepEqual(readdirSync(dir).toSorted(), containerdPrograms.toSorted());
  assert.equal(readFileSync(join(dir, "ctr"), "utf8"), "the ctr");
  assert.deepEqual(await obtain(), { kind: "Programs", dir }, "a second time nothing is asked");
});

test("a release with another checksum is refused and not kept", linux, async (t) => {
  const { home, cache, obtain } = aMachine(t);
  await withServer(release(anArchive(home), sha256(Buffer.from("another"))), async (url) => {
    await assert.rejects(obtain(url), /has the checksum .*nothing was installed/);
  });
  assert.deepEqual(readdirSync(cache), []);
});

test("without a way out Go builds all three programs from tools/node, without C", linux, async (t) => {
  const { home, cache, said, obtain, script } = aMachine(t);
  const words = join(home, "words");
  script(
    `echo "$PWD $CGO_ENABLED" "$@" > ${words}; for word; do case $word in -o=*) touch "\${word#-o=}ctr";; esac; done`,
  );
  const dir = join(cache, `containerd-${containerdVersion}`);
  assert.deepEqual(await obtain(), { kind: "Programs", dir });
  assert.deepEqual(readdirSync(dir), ["ctr"]);
  const call = readFileSync(words, "utf8");
  assert.match(call, /tools\/node 0 build -trimpath -tags=no_btrfs,no_devmapper,no_zfs /);
  for (const program of containerdPrograms) assert.ok(call.includes(`/cmd/${program}`), program);
  assert.match(said.join("\n"), /cannot be used \(ECONNREFUSED\), so Go builds it/);
});

test("with neither a way out nor a Go, Debian's containerd is taken, and that is said", linux, async (t) => {
  const { cache, said, obtain, script } = aMachine(t);
  assert.deepEqual(await obtain(), { kind: "Package" });
  assert.match(said.join("\n"), /Go is not on the PATH, so the image gets Debian's containerd/);
  script("echo 'go: go.mod requires go >= 1.26.0 (running go 1.19.8)'; exit 1");
  assert.deepEqual(await obtain(), { kind: "Package" });
  assert.match(said.join("\n"), /Go is too old, so the image gets Debian's containerd/);
  assert.deepEqual(readdirSync(cache), []);
});

test(
  "a build with Go that fails for another reason is an error, with the end of its log",
  linux,
  async (t) => {
    const { cache, obtain, script } = aMachine(t);
    script("echo 'dial tcp: lookup proxy.golang.org: no such host'; exit 1");
    await assert.rejects(
      obtain(),
      /Building containerd with Go failed.*no such host.*build-containerd\.log/s,
    );
    assert.deepEqual(readdirSync(cache), ["build-containerd.log"]);
  },
);
