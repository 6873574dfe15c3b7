/** What an event says. Why something went wrong is said by the sentence of the failure's reason. */
import type { Announcement, News } from "../core/announce.ts";
import type { EventReason } from "../core/reason.ts";
import { fillPattern } from "./pattern.ts";
import { factsIn, finish, isReason, sentence } from "./sentence.ts";
import type { Language } from "./words.ts";

type Sentences = Readonly<Record<EventReason, readonly [en: string, zh: string]>>;

const sentences: Sentences = {
  NodeAdded: ["The node has joined its pool.", "节点已加入节点池。"],
  NodeAddFailed: ["The node could not be added.", "节点未能添加。"],
  NodeDrainStarted: ["It is cordoned; its pods are being evicted.", "节点已停止调度，正在驱逐其 Pod。"],
  NodeDrained: ["Every pod that can move has moved.", "可迁移的 Pod 均已迁出。"],
  SystemDiskReplaced: ["The system disk is new; data disks are untouched.", "系统盘已更换，数据盘未受影响。"],
  NodeUpgraded: ["The node runs what its pool asks for.", "节点已升级到节点池指定的版本。"],
  NodeUpgradeFailed: ["The node could not be upgraded.", "节点升级失败。"],
  RepairStarted: ["Repair begins with: {step}[ ({object})].", "开始修复：{step}[（{object}）]。"],
  RepairSucceeded: ["The node is well again.", "节点已恢复正常。"],
  RepairFailed: ["The repair did not help.", "修复未能奏效。"],
  InstanceReleased: ["The instance was given back.", "实例已释放。"],
  InstanceLeft: [
    "Instance {instance} left the pool, is kept and goes on being billed.",
    "实例 {instance} 已移出节点池，实例保留并继续计费。",
  ],
  NodeRemoved: [
    "The node is no longer in the pool[; its instance {instance} is gone].",
    "节点已移出节点池[，其实例 {instance} 已不存在]。",
  ],
  NodeKept: ["The node was kept.", "节点已保留。"],
  CreationForgotten: [
    "Instance {instance} never became a node, and is gone.",
    "实例 {instance} 未能成为节点，现已不存在。",
  ],
  CertificateNotApproved: [
    "Certificate request {object} was not approved: {message}.",
    "证书请求 {object} 未获批准：{message}。",
  ],
  DateCorrected: [
    "A date of its record ({since}) lay in the future and is taken as now: a clock is or was wrong.",
    "其记录中的时间（{since}）晚于当前，按当前时间处理：某个时钟现在或曾经不准。",
  ],
  RemoveNodesRecorded: ["Operation {operation} removes {object}.", "操作 {operation} 将移除 {object}。"],
  UpgradeRecorded: ["Operation {operation} upgrades {object}.", "操作 {operation} 将升级 {object}。"],
  RepairRecorded: ["Operation {operation} repairs {object}.", "操作 {operation} 将修复 {object}。"],
  SyncAttributesRecorded: [
    "Operation {operation} sets labels, taints and tags of {object}.",
    "操作 {operation} 将同步 {object} 的标签、污点与实例标签。",
  ],
};

/** The note of an event: whose it is, and what it says. */
export function noteText(news: Announcement, language: Language = "en"): string {
  const { machine, node } = news;
  const about = machine === "" ? "" : `${machine}${node === null ? "" : ` (${node})`}: `;
  return `${about}${eventText(news, language)}`;
}

/** The API takes notes of up to 1,024 characters; the names before it need room too. */
const longestNote = 900;

/** A code from another version without a sentence here is said as it is. */
export function eventText({ reason, because, facts }: News, language: Language = "en"): string {
  const text =
    because !== null && isReason(because)
      ? sentence(because, nameless(facts), language)
      : ownText(reason, facts, language);
  return text.length <= longestNote ? text : `${text.slice(0, longestNote - 1)}…`;
}

/** Whose event it is stands before it. */
function nameless({ node: _node, machine: _machine, ...facts }: News["facts"]): News["facts"] {
  return facts;
}

function ownText(reason: string, facts: News["facts"], language: Language): string {
  if (!isEvent(reason)) return reason;
  const pattern = sentences[reason][language === "en" ? 0 : 1];
  return finish(fillPattern(pattern, factsIn(facts, language)), language);
}

function isEvent(reason: string): reason is EventReason {
  return Object.hasOwn(sentences, reason);
}
