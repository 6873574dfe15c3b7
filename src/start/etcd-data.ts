/** etcd's files, judged from outside: whether a cluster was there before, and what to tell people when it is damaged. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { StartError } from "./error.ts";
import { writeWholeFile } from "./whole-file.ts";

/** Says that the cluster below was complete once, so that missing files mean damage and not a first start cut short. */
function markerOf(dir: string): string {
  return path.join(dir, "cluster");
}

export function markEtcdData(dir: string): void {
  if (!existsSync(markerOf(dir))) writeWholeFile(markerOf(dir), "made by poolkeeper\n", 0o600);
}

/** etcd that lost some of its files does not refuse to start: it waits for ever, or begins an empty cluster. */
export function checkEtcdData(dir: string): void {
  if (!existsSync(markerOf(dir))) return;
  const member = path.join(dir, "data", "member");
  const database = path.join(member, "snap", "db");
  if (!existsSync(database)) throw new StartError(`${database} is missing. ${etcdAdvice(dir)}`);
  const logs = path.join(member, "wal");
  const isLogged = existsSync(logs) && readdirSync(logs).some((name) => name.endsWith(".wal"));
  if (!isLogged) throw new StartError(`${logs} holds no log of etcd any more. ${etcdAdvice(dir)}`);
}

export function etcdAdvice(dir: string): string {
  return (
    `The cluster's objects are in ${dir}, and nothing there was deleted; a damaged log that etcd set aside has .broken ` +
    `at the end of its name. Put your copy of that folder back, or move it away (mv ${dir} ${dir}.broken) to begin ` +
    `with an empty cluster.`
  );
}
