/** One virtual machine on an image, as plain as QEMU makes it: a console to read, and the guest agent to ask. */
import { execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Image } from "../../src/image/manifest.ts";

export interface Guest {
  /** What the console shows so far. */
  console(): string;
  /** Resolves when the console shows that; rejects when the machine ends without. */
  until(text: string): Promise<void>;
  /** Runs it in the guest's shell and answers what it printed. */
  shell(command: string): Promise<string>;
  /** As a person would: the button, and then waiting. */
  powerDown(): Promise<void>;
  kill(): void;
}

/** `dir` is for its files. Software emulation, since KVM is not everywhere. */
export function startGuest({ dir: folder, manifest }: Image, seed: string, dir: string): Guest {
  const [disk, consoleFile, agent, monitor] = ["disk.qcow2", "console.log", "agent", "monitor"].map((name) =>
    join(dir, name),
  ) as [string, string, string, string];
  const root = join(folder, manifest.rootDisk);
  execFileSync("qemu-img", ["create", "-q", "-f", "qcow2", "-b", root, "-F", "qcow2", disk, "8G"]);
  const words = `
    -accel tcg,thread=multi -cpu max -smp 1 -m 1280 -nodefaults -no-user-config -display none
    -kernel ${folder}/vmlinuz -initrd ${folder}/initrd.img
    -drive file=${disk},if=virtio,format=qcow2 -drive file=${seed},if=virtio,format=raw,readonly=on
    -netdev user,id=n0 -device virtio-net-pci,netdev=n0 -device virtio-rng-pci -device virtio-serial-pci
    -chardev socket,path=${agent},server=on,wait=off,id=agent
    -device virtserialport,chardev=agent,name=org.qemu.guest_agent.0
    -serial file:${consoleFile} -qmp unix:${monitor},server=on,wait=off
  `;
  const args = [...words.trim().split(/\s+/), "-append", `${manifest.kernelArgs} console=ttyS0`];
  const errors = openSync(join(dir, "qemu.err"), "w");
  const qemu = spawn("qemu-system-x86_64", args, { stdio: ["ignore", "ignore", errors] });
  closeSync(errors);
  const ended = new Promise<void>((settle) => qemu.on("close", () => settle()));
  const hasEnded = (): boolean => qemu.exitCode !== null || qemu.signalCode !== null;
  const shown = (): string => (existsSync(consoleFile) ? readFileSync(consoleFile, "utf8") : "");
  return {
    console: shown,
    until: async (text) => {
      while (!shown().includes(text)) {
        if (hasEnded())
          throw new Error(`the machine ended: ${readFileSync(join(dir, "qemu.err"), "utf8")}\n${shown()}`);
        await sleep(100);
      }
    },
    shell: async (command) => {
      const given = { path: "/bin/sh", arg: ["-c", command], "capture-output": true };
      const started = await ask(agent, { execute: "guest-exec", arguments: given });
      const pid: unknown = Reflect.get(Object(started), "pid");
      for (;;) {
        const question = { execute: "guest-exec-status", arguments: { pid } };
        const status = (await ask(agent, question)) as {
          readonly exited: boolean;
          readonly "out-data"?: string;
        };
        if (status.exited) return Buffer.from(status["out-data"] ?? "", "base64").toString();
        await sleep(100);
      }
    },
    powerDown: async () => {
      await ask(monitor, { execute: "qmp_capabilities" }, { execute: "system_powerdown" });
      await ended;
    },
    kill: () => void qemu.kill("SIGKILL"),
  };
}

interface Question {
  readonly execute: string;
  readonly arguments?: object;
}

/** Asks a socket that speaks JSON lines, one question after the other; the answer is the last one's. */
async function ask(socket: string, ...questions: readonly Question[]): Promise<unknown> {
  const line = connect(socket);
  const [...left] = questions;
  const next = (): void => void line.write(`${JSON.stringify(left.shift())}\n`);
  try {
    next();
    for await (const text of createInterface({ input: line })) {
      const answer = JSON.parse(text) as Record<string, unknown>;
      if ("error" in answer) throw new Error(text);
      // Greetings and events come between.
      if (!("return" in answer)) continue;
      if (left.length === 0) return answer["return"];
      next();
    }
    throw new Error(`${socket} was closed`);
  } finally {
    line.destroy();
  }
}
