/** Every reason as one Chinese sentence, in the language of pattern.ts. Other words are in words.ts and preview-zh.ts. */
import type { Reason } from "../core/reason.ts";

export const zh = {
  // 为什么要做某件事。
  BelowDesired: "{pool|节点池}的节点数少于期望值[（{have}/{wanted}）]，正在添加新节点。",
  AboveDesired: "{pool|节点池}的节点数多于期望值[（现有 {have}，期望 {wanted}）]，正在移除多余节点。",
  RemovalRequested: "应[ {by} 的]请求，正在移除{node,machine|该节点}。",
  PoolDeleted: "{pool|节点池}正在删除，其节点将一并移除。",
  Outdated: "{node,machine|该节点}与节点池的要求不一致[：镜像 {image}][，Kubernetes {version}]。",
  UpgradeRequested: "[{by} ]请求升级{node,machine,pool|节点池}。",
  NodeSick: "{node,machine|该节点}[自 {since} 起]出现异常[：{message,object}]。",
  RepairRequested: "[{by} ]请求修复{node,machine|该节点}。",
  InstanceVanished: "{node,machine|该节点}的实例[ {instance} ][自 {since} 起]在云服务商处已不存在。",
  SyncRequested: "[按 {by} 的请求，]正在按模板设置现有节点的标签、污点和实例标签。",
  InProgress: "{node,machine|该节点}上已开始的操作继续进行[，当前步骤：{step}]。",
  PutBack: "{node,machine|该节点}正在恢复到之前的状态[：{message}]。",
  AttributesDiffer: "{node,machine|该节点}的标签、污点或实例标签与应有的不一致，正在重新设置。",
  CreateFailed: "{machine|该机器}创建失败[：{error,message}]，已放弃，并改建另一台。",
  OperationsKept: "已结束的操作只保留一段时间，最早的将被删除[：{operation,object}]。",
  DateCorrected: "{node,machine|该机器}的记录中晚于当前的时间[（{since}）]按当前时间处理。",

  // 正在等待什么。
  Paused: "{pool|节点池}[自 {since} 起]已暂停，恢复之前不会开始新的操作。",
  PausedByUser: "{operation|该操作}[自 {since} 起][被 {by} ]暂停，等待恢复。",
  BrakeOn: "制动已启用[：{message}]，在人工解除之前不会开始任何影响业务的操作。",
  BrakeTripped:
    "[{count} 次]升级或修复连续失败[（{machine}）]，在人工解除之前不再自动开始；人工发起的操作仍会执行，成功后也会解除。",
  ViewTooYoung: "Poolkeeper 观察集群的时间还不够长[（自 {since} 起）]，稍后[（{until}）]会自动继续。",
  ProviderUnavailable:
    "云服务商[ {provider} ]无法访问或返回不完整[，自 {since} 起][：{message}]，Poolkeeper 会自动重试。",
  ProviderDenied: "云服务商[ {provider} ]拒绝了请求[：{error,message}]，凭证缺少权限。",
  OutOfStock:
    "[可用区 {zone} 的]{instanceType|所需实例规格}暂无库存；会尝试节点池的其他规格和可用区，并[于 {until} ]再次尝试。",
  QuotaExceeded:
    "云服务商的配额已用完[（{have}/{limit}）][：{message}]；提高配额或释放资源之后才会创建新节点。",
  Throttled: "云服务商要求降低请求频率[（下一次请求：{until}）]；不会丢失任何操作，只是需要更长时间。",
  BackingOff:
    "[{node,machine} 的]上一次尝试失败[：{error,message}][（连续 {count} 次）]，[将于 {until} ]自动重试。",
  ImageUnknown:
    "云服务商[ {provider} ]没有{image|节点池要求的镜像}[（Kubernetes {version}）]；提供之前不会用它创建任何节点。",
  VersionSkew:
    "Kubernetes {version|版本}与 API Server[（{limit}）]不兼容：kubelet 不能更新，也不能落后超过三个次要版本。",
  WindowClosed: "维护窗口[ {window} ]未开启[，将于 {until} 开启]。",
  WindowMissing: "{pool|节点池}引用的维护窗口[（{window}）]不存在；创建之前不会开始升级。",
  WindowTooShort:
    "维护窗口[ {window} ]剩余时间不足以完成下一个节点[（需要 {minutes} 分钟）]，等待下一次开启[（{until}）]。",
  NoWindow: "{pool|节点池}没有维护窗口，因此不会自动升级。",
  MaxUnavailable: "不可用节点数已达上限，有节点恢复后再处理下一个。",
  BatchInProgress: "上一批尚未完成[（{count} 个节点正在处理）]，完成后开始下一批。",
  Soaking: "正在观察首个升级完成的节点[，直到 {until}]，之后再继续其他节点。",
  HealthGate:
    "已迁移的 Pod 尚未恢复就绪[：{object}][（{ready}/{wanted} 就绪）]，其余节点等待其恢复[，最迟到 {until}]。",
  TooManyFailed:
    "失败的节点超过允许数[（{count}，允许 {limit}）][：{machine}]；升级已停止，请人工重试、跳过或取消。",
  TooManyBlocked:
    "无法排空的节点超过允许数[（{count}，允许 {limit}）][：{machine}]；升级已停止，请人工重试、跳过或取消。",
  NoOtherNode:
    "{node,machine|该节点}上运行着 {object|Poolkeeper 自身或集群 DNS}，目前没有其他就绪节点可以接替；在有节点可接替之前不做处理。",
  OtherPoolUpgrading: "另一个节点池正在升级[（{pool,object}）]，同一时间只升级一个节点池。",
  RecentlyUpgraded: "{node,machine,pool|节点池}刚刚升级过，暂时观察[，直到 {until}]。",
  DrainBlocked:
    "[自 {since} 起]{node,machine|该节点}无法排空：{object,pod|有 Pod }目前不能驱逐[，PDB {budget} 只允许 {allowed} 个（健康 {healthy}，需要 {desired}）][（{message}）]。",
  DrainImpossible:
    "目前{node,machine|该节点}永远无法排空：{object,pod|有 Pod }不能驱逐[，PDB {budget} 需要全部 {expected} 个 Pod][（{message}）]。",
  ForceTooLate:
    "{pool|该节点池}改为 Force 时{node,machine|该节点}的升级已经提出，本次不适用：[{until} ]排空仍按 {have|Skip} 结束。",
  PodsTerminating: "{node,machine|该节点}[自 {since} 起]正在等待[ {count} 个] Pod 结束。",
  UncordonedByPerson: "{node,machine|该节点}在排空期间被人工恢复调度；在重新停止调度或取消操作之前不再处理。",
  CordonedByPerson: "{node,machine|该节点}已被人工停止调度，由其自行处理。",
  Protected: "{node,machine|该节点}已被人工保护（poolkeeper.dev/protected），在取消该标记之前不会被移走。",
  AutoscalerOwnsNode: "{node,machine|该节点}正由 Cluster Autoscaler 移除，由其自行处理。",
  RepairInProgress: "本节点池已有修复正在进行[（{node,machine}）]，同一时间只修复一个。",
  RepairsElsewhere: "其他节点池有节点正在修复[（{count} 个）]，整个集群同一时间只修复一个。",
  RateReached:
    "{pool|所有节点池}一小时内自动修复的次数已达上限[（{count} 次，上限 {limit} 次）]，[将于 {until} ]继续；人工发起的修复不受限制。",
  Storm: "同时异常的节点过多[（{count}/{wanted}）][（{percent}%）]，可能有共同原因，平静之前不会修复。",
  PathUnproven: "没有收到其他节点的任何消息，故障可能在 Poolkeeper 自身的网络路径上；不会据此修复节点。",
  EvidenceTooYoung:
    "{node,machine|该节点}异常的时间还不够长[（自 {since} 起）][：{object,message}]；如持续异常，[将于 {until} ]开始修复。",
  AwaitingApproval: "{node,machine|该节点}的修复[（{step,operation}）][自 {since} 起]等待人工批准。",
  NeedsHuman:
    "{node,machine|该节点}[自 {since} 起]异常[：{message,object}]，没有可用或允许的自动修复，需要人工处理。",
  RemovalsInProgress: "正在移除其他节点[（同时 {count,limit} 个）]，其余随后进行。",
  DeletionNotConfirmed: "{pool|节点池}的删除尚未确认[（{count} 台机器）]，因此没有移除任何节点。",
  AwaitingInstance: "{node,machine|该机器}[自 {since} 起]正在等待其实例[ {instance}][，步骤：{step}]。",
  AwaitingNode: "{node,machine|该机器}[自 {since} 起]正在等待节点就绪。",
  Superseded: "已被更新的操作取代[：{operation,object}]。",
  CreationsInProgress: "节点仍在创建中[（{count} 个）]，其余随后进行。",
  CreationsFailing:
    "最近一小时内有[ {count} 个]新节点创建失败[，最后一个停在步骤 {step}][：{message}]；[将于 {until} ]逐个重试。",
  Remembered: "{machine|该机器}创建失败；其记录保留[到 {until}]，以免无休止地重复创建。",
  MachineDeleted:
    "[自 {since} 起]{node,machine|该机器}的记录被人工删除；在按名称移除之前，其实例和节点保持不变。",
  StepStuck:
    "{node,machine|该机器}[自 {since} 起]一直停留在同一步骤[：{step}]，远超正常时间；会继续等待，但需要人工查看。",
  CapabilityMissing: "云服务商[ {provider} ]不支持{node,machine,pool|节点池}所需的操作[：{message,step}]。",

  // 单台机器上的操作如何结束。
  DrainTimedOut:
    "{node,machine|该节点}未能在限定时间内排空[：{object} 阻止了排空][（{message}）]，节点已保留。",
  StepTimedOut: "{node,machine|该节点}[自 {since} 起]的步骤[ {step} ]耗时过长[：{message}]。",
  EffectRefused: "云服务商[ {provider} ]拒绝了{node,machine|该机器}的操作[（{step}）][：{error,message}]。",
  VersionMismatch:
    "{node,machine|该节点}恢复后的 Kubernetes 版本为 {have|其他版本}[，而不是 {wanted,version}]。",
  Cancelled: "{operation|该操作}已[被 {by} ]取消；已开始的部分已完成或已恢复原状。",
  WellAgain: "{node,machine|该节点}已自行恢复；已开始的部分已恢复原状。",
  NotHealed: "修复[（{step}）]之后{node,machine|该节点}仍然异常[：{message}]。",
  KeptSubscription: "实例[ {instance} ]为包年包月：已移出节点池但未释放，到期之前继续计费。",
  NodeNotReady: "{node,machine|该节点}[自 {since} 起]未能就绪[：{message}]。",

  // 为什么拒绝请求。
  NotFound: "[命名空间 {namespace} 中]不存在{object|该对象}。[您是不是要找 {suggestion}？]",
  NotAMember: "{node,machine|该节点}不属于{pool|该节点池}[，而属于 {object}]。",
  CountOutOfRange: "[{field} 的值 ]{count|该数值}无效：请输入 {valid|0 到 2000 之间的整数}。",
  NothingToDo: "[{object}：]无需任何操作：{message|已经符合要求}。",
  PoolDeleting: "{pool|节点池}[自 {since} 起]正在删除，不能再修改。",
  PoolPaused: "{pool|节点池}[自 {since} 起]已暂停，请先恢复。",
  NameTaken: "{object|同名对象}已存在，请使用其他名称。",
  InvalidName:
    "{object|该名称}无效：请使用小写字母、数字和“-”，以字母或数字开头和结尾，最多 {limit|40} 个字符。",
  InvalidValue: "{field|该值}[ = {value,found}] 无效[：{message}]。",
  UnknownZone: "云服务商[ {provider} ]没有[名为 {zone} 的]可用区[；可选：{valid}]。",
  UnknownInstanceType: "云服务商[ {provider} ]没有[名为 {instanceType} 的]实例规格[；可选：{valid}]。",
  UnknownImage: "云服务商[ {provider} ]没有[名为 {image} 的]镜像[；可选：{valid}]。",
  UnknownProvider: "不存在[名为 {provider} 的]云服务商[；可选：{valid}]。",
  ProviderInUse: "{provider|云服务商}正被{object|节点池}使用：请先删除这些节点池。",
  VersionSkewTooNew:
    "Kubernetes {version|版本}比 API Server[（{limit}）]更新，kubelet 不允许如此[；可选：{valid}]。",
  VersionSkewTooOld:
    "Kubernetes {version|版本}比 API Server[（{limit}）]落后超过三个次要版本[；可选：{valid}]。",
  ChargeTypeUnsupported: "云服务商[ {provider} ]不支持[ {value} ]这种付费方式[；可选：{valid}]。",
  OperationRunning: "{operation|另一个操作}正在处理{node,machine,pool|节点池}：请等待其结束，或将其取消。",
  OperationFinished: "{operation|该操作}已[于 {since} ]结束，请重新发起。",
  OperationNotFound: "{pool|节点池}没有正在进行的{object|此类操作}。",
  NotATarget: "{node,machine|该节点}不是{operation|该操作}的目标。",
  NotWaitingForApproval: "{operation|该操作}并未等待批准。",
  NothingBehind: "{pool|节点池}没有需要升级的节点[：镜像均为 {image}][，Kubernetes {version}]。",
  WindowUnknown: "[{pool} ]没有[名为 {window} 的]维护窗口[；可选：{valid}]。",
  ZoneUnknown: "{zone,found|该值}不是已知的时区：请使用 IANA 名称，例如 Europe/Berlin 或 Asia/Shanghai。",
  RevisionUnknown: "{pool|节点池}没有[编号为 {wanted} 的]版本[；已记录：{valid}]。",
} satisfies Readonly<Record<Reason, string>>;
