/** What stands in the way of a drain, or is lost by it, in words: the thing, and what it does. */
import type { BlockerFields } from "../schema/field.ts";
import type { Language } from "./words.ts";

/** What keeps the pod that an operation's status names; the blocker has the facts for it. */
export function blockerText(
  { reason, facts = {}, message }: Omit<BlockerFields, "object" | "since">,
  language: Language = "en",
): string {
  const { budget, allowed, message: said } = facts;
  if (budget === undefined && reason !== "NamespaceTerminating") return said ?? message;
  const budgets = budget === undefined ? [] : [{ name: budget, allowed: Number(allowed) }];
  return obstacleText({ reason, budgets }, language).join(": ");
}

interface Obstacle {
  readonly reason: string;
  readonly budgets: readonly { readonly name: string; readonly allowed: number }[];
}

interface Words {
  readonly what: Readonly<Record<Language, (budgets: string) => string>>;
  readonly why: Readonly<Record<Language, string>>;
}

const budgetWords = {
  en: (budgets: string) => `budget ${budgets}`,
  zh: (budgets: string) => `中断预算 ${budgets}`,
};

const words: Readonly<Partial<Record<string, Words>>> = {
  DrainImpossible: {
    what: budgetWords,
    why: {
      en: "never allows an eviction while all its pods are healthy",
      zh: "在其所有 Pod 健康时永不允许驱逐",
    },
  },
  TooManyBudgets: {
    what: { en: (budgets) => `budgets ${budgets}`, zh: (budgets) => `多个中断预算 ${budgets}` },
    why: {
      en: "cover the same pods, which can never be evicted so",
      zh: "覆盖同一批 Pod，因此永远无法驱逐",
    },
  },
  DrainBlocked: { what: budgetWords, why: { en: "is waited for", zh: "需要等待" } },
  NamespaceTerminating: {
    what: { en: () => "its namespace", zh: () => "所在命名空间" },
    why: { en: "is being deleted", zh: "正在删除" },
  },
  NoController: {
    what: { en: () => "no controller", zh: () => "没有控制器" },
    why: { en: "ends for good", zh: "将永久结束" },
  },
  LocalStorage: {
    what: { en: () => "local storage", zh: () => "本地存储" },
    why: { en: "is lost", zh: "将丢失" },
  },
  NotSafeToEvict: {
    what: { en: () => "asked to stay", zh: () => "要求不被驱逐" },
    why: { en: "is evicted all the same", zh: "仍会被驱逐" },
  },
};

export function obstacleText(
  { reason, budgets }: Obstacle,
  language: Language = "en",
): readonly [what: string, why: string] {
  const allows = { en: "allows", zh: "允许" }[language];
  const names = budgets.map(({ name, allowed }) => `${name} (${allows} ${allowed})`).join(", ");
  const found = words[reason];
  if (found === undefined) return [reason, { en: "stands in the way", zh: "造成阻碍" }[language]];
  return [found.what[language](names), found.why[language]];
}
