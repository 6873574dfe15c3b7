/**
 * What a schema or an intent finds wrong, in other languages than English. The English words are their own, because the
 * API server says those of the schema too; here they are recognised, with `*` for what they name.
 */
import type { Problem } from "../schema/parse.ts";
import type { Language } from "./words.ts";

type Pair = readonly [english: string, chinese: string];

const pairs: readonly Pair[] = [
  // The parser.
  ["must be given", "必须填写"],
  ["must be given, with a name", "必须填写，并包含名称"],
  ["must be given, or a token", "必须填写，或提供令牌"],
  ["* is none of *", "“*”不在可选值之内：*"],
  ["is not known", "不是已知字段"],
  ["must be text", "必须是文本"],
  ["must be a number", "必须是数字"],
  ["must be a whole number", "必须是整数"],
  ["must be true or false", "必须是 true 或 false"],
  ["must be a list", "必须是列表"],
  ["must be a group of fields", "必须是一组字段"],
  ["must be a map of text to text", "必须是文本到文本的映射"],
  ["must have at least * characters", "至少需要 * 个字符"],
  ["must have at most * characters", "最多允许 * 个字符"],
  ["must have * to * characters", "长度必须为 * 至 * 个字符"],
  ["must have at least * entries", "至少需要 * 项"],
  ["must have at most * entries", "最多允许 * 项"],
  ["must be at least *", "不能小于 *"],
  ["must be at most *", "不能大于 *"],
  ["* keys are too many: at most *", "键的数量为 *，过多：最多 * 个"],
  ["'*' is in the list twice: remove one", "列表中“*”重复出现：请删除一个"],
  ["* is in the list twice: remove one", "列表中“*”重复出现：请删除一个"],
  ["'*' is in the list twice", "列表中“*”重复出现"],
  // Names, labels and taints.
  [
    "must be the name of an object in this namespace: lower-case letters, digits, '-' and '.'",
    "必须是本命名空间中对象的名称：小写字母、数字、“-”和“.”",
  ],
  [
    "must be a label value: at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit",
    "必须是标签值：最多 63 个字母、数字、“-”、“_”和“.”，且以字母或数字开头和结尾",
  ],
  [
    "tag key '*' is not possible: use 1 to 128 characters, not beginning with aliyun, acs: or poolkeeper.dev/",
    "实例标签键“*”不可用：须为 1 至 128 个字符，且不能以 aliyun、acs: 或 poolkeeper.dev/ 开头",
  ],
  [
    "key '*' is no Kubernetes label key: write one such as team or example.com/team",
    "“*”不是 Kubernetes 标签键：请使用 team 或 example.com/team 这样的键",
  ],
  [
    "key '*' is set by the system: use a prefix of your own, or node-restriction.kubernetes.io/",
    "键“*”由系统设置：请使用自己的前缀，或 node-restriction.kubernetes.io/",
  ],
  [
    "must be a taint key such as dedicated or example.com/dedicated",
    "必须是污点键，例如 dedicated 或 example.com/dedicated",
  ],
  [
    "must be a key of your own: taints under node.kubernetes.io/ and poolkeeper.dev/ are set and lifted by the system",
    "必须是自己的键：node.kubernetes.io/ 与 poolkeeper.dev/ 下的污点由系统设置和移除",
  ],
  // Pools.
  [
    "'*' is too long for a pool: at most 40 characters, because the names of its machines are made from it",
    "节点池名称“*”过长：最多 40 个字符，因为机器的名称由它生成",
  ],
  [
    "'*' is no name for a pool: use lower-case letters, digits and '-', without '.'",
    "“*”不能作为节点池名称：请使用小写字母、数字和“-”，不能包含“.”",
  ],
  ["must be of lower-case letters, digits and '-', such as data", "只能包含小写字母、数字和“-”，例如 data"],
  ["must be a version with all three numbers, such as v1.36.3", "必须是包含三段数字的版本，例如 v1.36.3"],
  ["must be 0 to 1000, or a percentage such as 5%", "必须是 0 至 1000，或 5% 这样的百分比"],
  [
    "the provider cannot change to '*': clone the pool and choose the provider there (poolkeeper clone)",
    "云服务商不能改为“*”：请克隆节点池并在新节点池中选择（poolkeeper clone）",
  ],
  [
    "maxUnavailable and maxSurge are both 0, so no node could ever be upgraded: raise one of them",
    "maxUnavailable 与 maxSurge 均为 0，节点将永远无法升级：请调大其中一个",
  ],
  [
    "maxSurge is above 0, but method ReplaceSystemDisk keeps the instances: set maxSurge to 0, or method to ReplaceInstance",
    "maxSurge 大于 0，但 ReplaceSystemDisk 方式会保留实例：请将 maxSurge 设为 0，或将方式改为 ReplaceInstance",
  ],
  [
    "autoUpgrade is true but no maintenanceWindowRef is set: name a MaintenanceWindow, or set autoUpgrade to false",
    "已开启自动升级但未设置维护窗口：请指定一个 MaintenanceWindow，或关闭自动升级",
  ],
  ["must be given, or replicas, and not both", "add 与 replicas 必须且只能填写一个"],
  // Windows.
  ["must be a day of the calendar, such as 2026-12-24", "必须是日历中的日期，例如 2026-12-24"],
  [
    "must be a time of day from 00:00 to 23:59, such as 02:00",
    "必须是 00:00 至 23:59 之间的时刻，例如 02:00",
  ],
  [
    "must be 30 to 1440 minutes; at least 240 are advised, so that a drain fits in",
    "必须为 30 至 1440 分钟；建议至少 240 分钟，以便完成排空",
  ],
  [
    "must be an IANA zone such as Europe/Berlin, or UTC; an offset such as +02:00 would ignore daylight saving",
    "必须是 IANA 时区，例如 Europe/Berlin，或 UTC；+02:00 这样的偏移量会忽略夏令时",
  ],
  [
    "must be an IANA zone that exists, such as Europe/Berlin, or UTC",
    "必须是存在的 IANA 时区，例如 Europe/Berlin，或 UTC",
  ],
  [
    "an exclusion cannot end on *, before it begins: swap from and to",
    "排除日期不能在开始之前结束（*）：请交换开始与结束日期",
  ],
  // Providers.
  [
    "must be a host, such as ecs.cn-hangzhou.aliyuncs.com; credentials belong in credentialsRef",
    "必须是主机名，例如 ecs.cn-hangzhou.aliyuncs.com；凭据应写入 credentialsRef",
  ],
  [
    "simulator settings are set, but type is *: remove spec.simulator, or set type to simulator",
    "填写了模拟器设置，但类型为 *：请删除 spec.simulator，或将类型改为 simulator",
  ],
  [
    "local settings are set, but type is *: remove spec.local, or set type to local",
    "填写了本机设置，但类型为 *：请删除 spec.local，或将类型改为 local",
  ],
  [
    "* of a provider cannot change: create another InfrastructureProvider and clone the pools to it",
    "云服务商的 * 不能更改：请新建 InfrastructureProvider，并将节点池克隆过去",
  ],
  // Operations and machines.
  [
    "release is true, but kind * keeps its instances: set release to false, or kind to RemoveNodes",
    "release 为 true，但 * 会保留实例：请将 release 设为 false，或将 kind 改为 RemoveNodes",
  ],
  [
    "rung is *, but only a Repair has rungs: remove it, or set kind to Repair",
    "rung 为 *，但只有 Repair 才有修复级别：请删除它，或将 kind 改为 Repair",
  ],
  ["* of an operation cannot change: cancel it and ask for a new one", "操作的 * 不能更改：请取消后重新发起"],
  [
    "state cannot become *: a cancelled operation stays cancelled, ask for a new one",
    "状态不能变为 *：已取消的操作不能恢复，请重新发起",
  ],
  [
    "retry can only grow, because each entry counts once: add the machine's name at the end",
    "retry 只能追加，因为每一项只计一次：请在末尾添加机器名称",
  ],
  [
    "* of a machine cannot change: only its attributes can, the rest is its identity",
    "机器的 * 不能更改：只有 attributes 可以更改，其余为其身份",
  ],
  [
    "the instance of a machine cannot change: a new instance gets a machine of its own",
    "机器的实例不能更改：新实例会有自己的记录",
  ],
  [
    "lastEpoch cannot fall: a newer operation of this machine has begun, read the machine again",
    "lastEpoch 不能变小：该机器已开始新的操作，请重新读取",
  ],
  [
    "token and request of one attempt cannot change, or an instance could be made twice: raise creation.attempt",
    "同一次尝试的 token 与 request 不能更改，否则可能重复创建实例：请增大 creation.attempt",
  ],
  // Intents.
  ["all nodes carry the template's labels, taints and tags", "所有节点均已带有模板中的标签、污点与实例标签"],
  ["it is paused already", "已处于暂停状态"],
  ["it is not paused", "未处于暂停状态"],
  ["it is running", "正在运行"],
  ["it is being cancelled already", "已在取消中"],
  ["it is being cancelled, which cannot be taken back", "正在取消，无法撤回"],
  ["it is waiting", "正在等待"],
  ["it is succeeded", "已成功"],
  ["it is skipped", "已跳过"],
  ["no node of it has failed or is blocked", "其中没有失败或受阻的节点"],
  ["no node was named", "未指定节点"],
  ["it has * nodes already", "已有 * 个节点"],
  ["these days are excluded already", "这些日期已被排除"],
  [
    "it points into this machine or network, which is no place of a cloud",
    "指向本机或本网络，不是云服务的地址",
  ],
  ["provider * cannot replace system disks", "云服务商 * 不支持更换系统盘"],
  [
    "system disks are not replaced there; method ReplaceInstance works",
    "不支持更换系统盘；可使用 ReplaceInstance 方式",
  ],
  [
    "the provider's catalogue does not say what the newest image and version are",
    "云服务商的目录未说明最新的镜像与版本",
  ],
  ["the image * runs none that this API server allows", "镜像 * 不支持此 API Server 允许的任何版本"],
  ["the image * runs *", "镜像 * 支持 *"],
  ["say why, people will read it", "请说明原因，其他人会看到"],
  ["there is no provider, so nothing moves", "没有云服务商，因此不会有任何操作"],
  ["the brake is on with these words", "制动已启用，内容相同"],
  ["no brake is on in the API", "API 中没有启用制动"],
  // Providers and what they run.
  ["the instances were not listed yet", "尚未列出实例"],
  [
    "carries the tags of machine * of pool *, which does not exist",
    "带有节点池 {2} 的机器 {1} 的标签，但该机器不存在",
  ],
  [
    "carries the tags of machine * of pool *, whose instance is *",
    "带有节点池 {2} 的机器 {1} 的标签，但该机器的实例是 {3}",
  ],
  // Last, because it fits much.
  ...[6, 5, 4, 3, 2, 1].map((count): Pair => {
    const values = Array.from({ length: count }, () => "*");
    return [`must be ${values.join(" or ")}`, `必须是 ${values.join(" 或 ")}`];
  }),
];

/** What is not recognised stays as it is. */
export function complaintText(message: string, language: Language): string {
  if (language === "en") return message;
  for (const { shape, chinese } of shapes) {
    const found = shape.exec(message);
    if (found !== null) return fill(chinese, found.slice(1));
  }
  return message;
}

/** The first complaint about a field or a part of it. */
export function complaintAt(
  problems: readonly Problem[],
  path: string,
  language: Language,
): string | undefined {
  const found = problems.find((problem) => problem.path.startsWith(path));
  return found === undefined ? undefined : complaintText(found.message, language);
}

const shapes = pairs.map(([english, chinese]) => ({
  shape: new RegExp(`^${english.split("*").map(literal).join("(.*)")}$`, "s"),
  chinese,
}));

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** Names stand in their order, or by their number where Chinese has another. */
function fill(pattern: string, names: readonly string[]): string {
  const inOrder = names.values();
  return pattern.replaceAll(/\*|\{(\d)\}/g, (_, number?: string) =>
    number === undefined ? (inOrder.next().value ?? "") : (names[Number(number) - 1] ?? ""),
  );
}
