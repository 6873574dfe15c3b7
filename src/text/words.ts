/** Names of things for people: steps, states, summaries, conditions, events. Sentences are in the catalogues. */

export type Language = "en" | "zh";

type Words = Readonly<Record<string, readonly [en: string, zh: string]>>;

const steps: Words = {
  Request: ["request the instance", "申请实例"],
  Boot: ["boot", "启动实例"],
  Join: ["join the cluster", "加入集群"],
  Cordon: ["cordon", "停止调度"],
  Drain: ["drain", "排空"],
  Stop: ["stop", "停止实例"],
  ReplaceDisk: ["replace the system disk", "更换系统盘"],
  Start: ["start", "启动实例"],
  Reboot: ["reboot", "重启实例"],
  RestartService: ["restart the kubelet", "重启 kubelet"],
  AwaitReady: ["wait for the node", "等待节点就绪"],
  AwaitHealthy: ["wait for health", "等待恢复健康"],
  Restore: ["restore labels and scheduling", "恢复标签与调度"],
  Release: ["release the instance", "释放实例"],
  Leave: ["leave the pool", "移出节点池"],
  DeleteNode: ["delete the node object", "删除节点对象"],
  Forget: ["finish", "收尾"],
  ReplaceSystemDisk: ["replace the system disk", "更换系统盘"],
  ReplaceInstance: ["replace the instance", "更换实例"],
};

/** Pool summaries, machine summaries, states of operations. The English word is the code itself. */
const states: Words = {
  Initializing: ["Initializing", "初始化中"],
  Active: ["Active", "已激活"],
  Scaling: ["Scaling", "伸缩中"],
  Updating: ["Updating", "更新中"],
  Upgrading: ["Upgrading", "升级中"],
  Repairing: ["Repairing", "修复中"],
  Removing: ["Removing", "移除中"],
  Deleting: ["Deleting", "删除中"],
  Paused: ["Paused", "已暂停"],
  Degraded: ["Degraded", "部分异常"],
  Stalled: ["Stalled", "停滞"],
  "Waiting for window": ["Waiting for window", "等待维护窗口"],
  Pending: ["Pending", "待处理"],
  Running: ["Running", "进行中"],
  Succeeded: ["Succeeded", "成功"],
  Failed: ["Failed", "失败"],
  Cancelled: ["Cancelled", "已取消"],
  NeedsHuman: ["Needs a person", "需要人工处理"],
  Waiting: ["Waiting", "等待中"],
  Blocked: ["Blocked", "受阻"],
  Skipped: ["Skipped", "已跳过"],
  Creating: ["Creating", "创建中"],
  Ready: ["Ready", "就绪"],
  NotReady: ["NotReady", "未就绪"],
  Draining: ["Draining", "排空中"],
  Booting: ["Booting", "启动中"],
  Joining: ["Joining", "加入集群中"],
  Stopping: ["Stopping", "停止中"],
  ReplacingDisk: ["Replacing disk", "更换系统盘中"],
  Starting: ["Starting", "启动中"],
  Rebooting: ["Rebooting", "重启中"],
  Restarting: ["Restarting", "重启服务中"],
  Restoring: ["Restoring", "恢复中"],
  Releasing: ["Releasing", "释放中"],
  Leaving: ["Leaving", "移出中"],
  Working: ["Working", "处理中"],
  NodeMissing: ["Node missing", "节点缺失"],
};

const operations: Words = {
  RemoveNodes: ["remove nodes", "移除节点"],
  Upgrade: ["upgrade", "升级"],
  Repair: ["repair", "修复"],
  SyncAttributes: ["sync labels, taints and tags", "同步标签与污点"],
  Create: ["create", "创建"],
  Remove: ["remove", "移除"],
};

const conditions: Words = {
  Ready: ["Ready", "就绪"],
  Available: ["Available", "可用"],
  Initialized: ["Initialized", "已初始化"],
  Reconciling: ["Working on a change", "正在处理变更"],
  Stalled: ["Stalled", "停滞"],
  ScalingOut: ["Scaling out", "扩容中"],
  ScalingIn: ["Scaling in", "缩容中"],
  Upgrading: ["Upgrading", "升级中"],
  UpToDate: ["Up to date", "已是最新"],
  RepairInProgress: ["Repair in progress", "修复中"],
  Paused: ["Paused", "已暂停"],
  Deleting: ["Deleting", "删除中"],
};

const events: Words = {
  NodeAdded: ["Node added", "已添加节点"],
  NodeDrainStarted: ["Drain started", "开始排空"],
  NodeDrainBlocked: ["Drain blocked", "排空受阻"],
  NodeDrained: ["Drained", "已排空"],
  SystemDiskReplaced: ["System disk replaced", "已更换系统盘"],
  NodeUpgraded: ["Node upgraded", "节点已升级"],
  NodeUpgradeFailed: ["Node upgrade failed", "节点升级失败"],
  UpgradePaused: ["Upgrade paused", "升级已暂停"],
  WindowOpened: ["Window opened", "维护窗口已开启"],
  WindowClosing: ["Window closing", "维护窗口即将关闭"],
  RepairStarted: ["Repair started", "开始修复"],
  RepairEscalated: ["Repair escalated", "修复升级"],
  RepairSucceeded: ["Repair succeeded", "修复成功"],
  NodeRemoved: ["Node removed", "节点已移除"],
  NodeKept: ["Node kept", "节点已保留"],
  NodeAddFailed: ["Node could not be added", "添加节点失败"],
  RepairFailed: ["Repair failed", "修复失败"],
  InstanceLeft: ["Left the pool", "已移出节点池"],
  CreationForgotten: ["Creation forgotten", "已清理失败的创建"],
  CertificateNotApproved: ["Certificate not approved", "证书未获批准"],
  DateCorrected: ["Date corrected", "时间已更正"],
  RemoveNodesRecorded: ["Removal asked for", "已请求移除"],
  UpgradeRecorded: ["Upgrade asked for", "已请求升级"],
  RepairRecorded: ["Repair asked for", "已请求修复"],
  SyncAttributesRecorded: ["Sync asked for", "已请求同步"],
  InstanceReleased: ["Instance released", "实例已释放"],
  InstanceReleaseSkipped: ["Instance kept", "实例未释放"],
  ProviderThrottled: ["Provider throttled", "云服务商限流"],
  QuotaExceeded: ["Quota used up", "配额已用完"],
};

/** What was asked for and how that ended, in the audit log. */
const audits: Words = {
  create: ["create", "创建"],
  change: ["change", "修改"],
  delete: ["delete", "删除"],
  scale: ["scale", "伸缩"],
  clone: ["clone", "克隆"],
  remove: ["remove", "移除节点"],
  upgrade: ["upgrade", "升级"],
  sync: ["sync", "同步标签与污点"],
  rollback: ["rollback", "回滚"],
  repair: ["repair", "修复"],
  pause: ["pause", "暂停"],
  resume: ["resume", "恢复"],
  cancel: ["cancel", "取消"],
  retry: ["retry", "重试"],
  skip: ["skip", "跳过"],
  approve: ["approve", "批准"],
  deny: ["deny", "拒绝"],
  exclusions: ["exclude days", "排除日期"],
  template: ["template", "模板"],
  revision: ["revision", "修订版本"],
  Done: ["Done", "完成"],
  Satisfied: ["Satisfied", "已满足，无需更改"],
  Recorded: ["Recorded", "已记录"],
};

export const stepWord = wordOf(steps);
export const stateWord = wordOf(states);
export const operationWord = wordOf(operations);
export const conditionWord = wordOf(conditions);
export const eventWord = wordOf(events);
export const auditWord = wordOf(audits);

/** A code without a word, perhaps from a newer version, is shown with its parts set apart. */
function wordOf(words: Words): (code: string, language?: Language) => string {
  return (code, language = "en") => {
    const word = words[code]?.[language === "en" ? 0 : 1];
    return word ?? code.replaceAll(/([a-z])([A-Z])/g, "$1 $2");
  };
}
