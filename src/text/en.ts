/** Every reason as one English sentence, in the language of pattern.ts. Other words are in words.ts and preview-en.ts. */
import type { Reason } from "../core/reason.ts";

export const en = {
  // Why something is done.
  BelowDesired: "{pool|The pool} has fewer nodes than wanted[ ({have} of {wanted})]; new ones are added.",
  AboveDesired:
    "{pool|The pool} has more nodes than wanted[ ({have} instead of {wanted})]; the surplus is removed.",
  RemovalRequested: "{node,machine|The node} is removed because a person asked for it[ ({by})].",
  PoolDeleted: "{pool|The pool} is being deleted, so its nodes go too.",
  Outdated:
    "{node,machine|The node} differs from what its pool asks for[: image {image}][, Kubernetes {version}].",
  UpgradeRequested: "An upgrade of {node,machine,pool|the pool} was asked for[ by {by}].",
  NodeSick: "{node,machine|The node} is ill[ (since {since})][: {message,object}].",
  RepairRequested: "A repair of {node,machine|the node} was asked for[ by {by}].",
  InstanceVanished:
    "The instance[ {instance}] of {node,machine|the node} no longer exists at the provider[ (since {since})].",
  SyncRequested: "Labels, taints and tags of the existing nodes are set as in the template[, as {by} asked].",
  InProgress: "What has begun on {node,machine|the node} goes on[: {step}].",
  PutBack: "{node,machine|The node} is put back to how it was before[: {message}].",
  AttributesDiffer:
    "Labels, taints or tags of {node,machine|the node} are not as they should be and are set again.",
  CreateFailed:
    "{machine|The machine} could not be created[: {error,message}]; it is given up, and another is tried.",
  OperationsKept: "Finished operations are kept for a while only; the oldest go[: {operation,object}].",

  DateCorrected:
    "A date[ ({since})] in the record of {node,machine|the machine} lies ahead and is taken as now.",

  // What a wish waits for.
  Paused: "{pool|The pool} is paused[ (since {since})]; nothing new starts until it is resumed.",
  PausedByUser: "{operation|The operation} is paused[ by {by}][ (since {since})] and waits to be resumed.",
  BrakeOn: "The brake is on[: {message}]; nothing disturbing starts until a person lifts it.",
  BrakeTripped:
    "{count|Several} upgrades or repairs failed in a row[ ({machine})], so none begins by itself any more until a person lifts this; one that a person asks for begins, and if it succeeds it lifts this too.",
  ViewTooYoung:
    "Poolkeeper has not watched the cluster for long enough to be sure[ (since {since})]; it goes on[ at {until}] by itself.",
  ProviderUnavailable:
    "The provider[ {provider}] cannot be reached or gives no complete answer[ (since {since})][: {message}]; Poolkeeper tries again by itself.",
  ProviderDenied:
    "The provider[ {provider}] refused the request[: {error,message}]; the credentials lack a permission.",
  OutOfStock:
    "The provider has no {instanceType|instance of the wanted types} in stock[ in zone {zone}]; the pool's other types and zones are tried, and this one again[ at {until}].",
  QuotaExceeded:
    "The provider's quota is used up[ ({have} of {limit})][: {message}]; new nodes wait until it is raised or something is released.",
  Throttled:
    "The provider asked for fewer requests[ (next one at {until})]; nothing is lost, it only takes longer.",
  BackingOff:
    "The last try[ with {node,machine}] failed[: {error,message}][ ({count} in a row)]; the next one follows[ at {until}] by itself.",
  ImageUnknown:
    "The provider[ {provider}] has no image {image|as the pool asks for}[ with Kubernetes {version}]; nothing is made from it until it has.",
  VersionSkew:
    "Kubernetes {version|in this version} does not fit the API server[ ({limit})]: a kubelet may not be newer, nor more than three minor versions older.",
  WindowClosed: "The maintenance window[ {window}] is closed[; it opens at {until}].",
  WindowMissing:
    "{pool|The pool} names a maintenance window[ ({window})] that does not exist; no upgrade starts until it does.",
  WindowTooShort:
    "What is left of the maintenance window[ {window}] is too short for the next node[ (it needs {minutes#minute|minutes})]; it waits for the next opening[ at {until}].",
  NoWindow: "{pool|The pool} has no maintenance window, so no upgrade starts by itself.",
  MaxUnavailable: "As many nodes are away as may be; the next one waits until one is back.",
  BatchInProgress:
    "The batch before is not finished[ ({count#node|nodes} in work)]; the next one follows it.",
  Soaking: "The first upgraded node is being watched[ until {until}] before the others follow.",
  HealthGate:
    "Pods that were moved are not ready again[: {object}][ ({ready} of {wanted} ready)]; the next nodes wait for them[ until {until}].",
  TooManyFailed:
    "More nodes failed than allowed[ ({count}, allowed {limit})][: {machine}]; the upgrade stands until a person retries, skips or cancels.",
  TooManyBlocked:
    "More nodes could not be drained than allowed[ ({count}, allowed {limit})][: {machine}]; the upgrade stands until a person retries, skips or cancels.",
  NoOtherNode:
    "{node,machine|The node} runs {object|Poolkeeper or the cluster's DNS}, and no other ready node could take it over; it is left as it is until one can.",
  OtherPoolUpgrading: "Another pool is being upgraded[ ({pool,object})]; one pool at a time.",
  RecentlyUpgraded: "{node,machine,pool|The pool} was upgraded a short while ago and rests[ until {until}].",
  DrainBlocked:
    "{node,machine|The node} cannot be drained[ (since {since})]: {object,pod|a pod} cannot be evicted now[, because budget {budget} allows {allowed#eviction|evictions} ({healthy} healthy, {desired} needed)][ ({message})].",
  DrainImpossible:
    "{node,machine|The node} can never be drained as things are: {object,pod|a pod} cannot be evicted[, because budget {budget} needs every pod it covers: {expected#pod|pods}][ ({message})].",
  ForceTooLate:
    "Force in {pool|the pool} came too late for {node,machine|the node}: its upgrade was asked for before, and its drain ends with {have|Skip}[ at {until}].",
  PodsTerminating: "{node,machine|The node} waits for {count#pod|pods} to end[ (since {since})].",
  UncordonedByPerson:
    "{node,machine|The node} was made schedulable by a person during the drain; it is left alone until it is cordoned again or the operation is cancelled.",
  CordonedByPerson: "{node,machine|The node} was cordoned by a person and is left to them.",
  Protected:
    "{node,machine|The node} is protected by a person (poolkeeper.dev/protected); nothing takes it away until that mark is taken off.",
  AutoscalerOwnsNode: "{node,machine|The node} is being removed by the cluster autoscaler and is left to it.",
  RepairInProgress: "Another repair of this pool is under way[ ({node,machine})]; one at a time.",
  RepairsElsewhere: "Nodes of other pools are being repaired[ ({count})]; one at a time over the cluster.",
  RateReached:
    "{count|Enough} repairs have begun in {pool|all pools} within an hour, as many as may be; the next one begins[ at {until}], or at once if a person asks for it.",
  Storm:
    "Too many nodes are ill at once[ ({count} of {wanted})][ ({percent} %)]; that points to a common cause, so repairs wait until it is calm.",
  PathUnproven:
    "No other node has been heard from, so the fault may lie on Poolkeeper's own way to the nodes; nothing is repaired on such evidence.",
  EvidenceTooYoung:
    "{node,machine|The node} has not been ill for long enough[ (since {since})][: {object,message}]; repair starts[ at {until}] if it stays so.",
  AwaitingApproval:
    "A repair[ ({step,operation})] of {node,machine|the node} waits for a person's approval[ (since {since})].",
  NeedsHuman:
    "{node,machine|The node} is ill[ (since {since})][: {message,object}], and no repair by itself is left or allowed: it needs a person.",
  RemovalsInProgress: "Other nodes are being removed[ ({count,limit} at once)]; the rest follows.",
  DeletionNotConfirmed:
    "The deletion of {pool|the pool} was not confirmed[ ({count#machine|machines})], so nothing is removed.",
  AwaitingInstance:
    "{node,machine|The machine} waits for its instance[ {instance}][ at step {step}][ (since {since})].",
  AwaitingNode: "{node,machine|The machine} waits for its node to be ready[ (since {since})].",
  Superseded: "Something newer has taken its place[: {operation,object}].",
  CreationsInProgress: "Nodes are still being created[ ({count})]; the rest follows.",
  CreationsFailing:
    "{count|Several} new nodes came to nothing in the last hour[, the last one at step {step}][: {message}]; the next one is tried[ at {until}], one at a time.",
  Remembered:
    "{machine|The machine} came to nothing; its record is kept[ until {until}], so that creations are not repeated without end.",
  MachineDeleted:
    "Somebody deleted the record of {node,machine|the machine}[ (since {since})]; its instance and its node are kept until they are removed by name.",
  StepStuck:
    "{node,machine|The machine} is still at one step[: {step}][ (since {since})], far longer than it should take; it goes on, but a person should look.",
  CapabilityMissing:
    "The provider[ {provider}] cannot do what {node,machine,pool|the pool} needs[: {message,step}].",

  // How an operation of a machine ended.
  DrainTimedOut:
    "{node,machine|The node} could not be drained in time[: {object} was in the way][ ({message})]; it was kept.",
  StepTimedOut: "{node,machine|The node} took too long[ at step {step}][ (since {since})][: {message}].",
  EffectRefused:
    "The provider[ {provider}] refused what {node,machine|the machine} needs[ at step {step}][: {error,message}].",
  VersionMismatch:
    "{node,machine|The node} came back with Kubernetes {have|in another version}[ instead of {wanted,version}].",
  Cancelled:
    "{operation|The operation} was cancelled[ by {by}]; what had begun was finished or put back to how it was.",
  WellAgain: "{node,machine|The node} is well again by itself; what had begun was put back to how it was.",
  NotHealed: "{node,machine|The node} is still ill after the repair[ ({step})][: {message}].",
  KeptSubscription:
    "The instance[ {instance}] is a subscription: it left the pool, was not released, and stays billed until it expires.",
  NodeNotReady: "{node,machine|The node} did not become ready[ (since {since})][: {message}].",

  // What a person's wish is refused for.
  NotFound: "There is no {object|such object}[ in namespace {namespace}].[ Did you mean {suggestion}?]",
  NotAMember: "{node,machine|The node} does not belong to {pool|the pool}[ but to {object}].",
  CountOutOfRange:
    "{count|The number} is not possible[ for {field}]: write {valid|a whole number from 0 to 2000}.",
  NothingToDo: "There is nothing to do[ with {object}]: {message|everything is as asked already}.",
  PoolDeleting: "{pool|The pool} is being deleted[ (since {since})] and cannot be changed any more.",
  PoolPaused: "{pool|The pool} is paused[ (since {since})]: resume it first.",
  NameTaken: "{object|An object of this name} exists already: choose another name.",
  InvalidName:
    "{object|The name} is not possible as a name: use lower-case letters, digits and '-', beginning and ending with a letter or digit, at most {limit|40} characters.",
  InvalidValue: "{field|The value}[ = {value,found}] is not possible[: {message}].",
  UnknownZone: "The provider[ {provider}] has no zone {zone|of this name}[; it has {valid}].",
  UnknownInstanceType:
    "The provider[ {provider}] has no instance type {instanceType|of this name}[; it has {valid}].",
  UnknownImage: "The provider[ {provider}] has no image {image|of this name}[; it has {valid}].",
  UnknownProvider: "There is no provider {provider|of this name}[; there is {valid}].",
  ProviderInUse: "{provider|The provider} is used by {object|node pools}: delete these pools first.",
  VersionSkewTooNew:
    "Kubernetes {version|in this version} is newer than the API server[ ({limit})], which kubelets must not be[: choose {valid}].",
  VersionSkewTooOld:
    "Kubernetes {version|in this version} is more than three minor versions older than the API server[ ({limit})][: choose {valid}].",
  ChargeTypeUnsupported:
    "The provider[ {provider}] has no charge type {value|of this kind}[; it has {valid}].",
  OperationRunning:
    "{operation|Another operation} is at work on {node,machine,pool|the pool} already: wait for its end, or cancel it.",
  OperationFinished: "{operation|The operation} has ended[ ({since})]: ask for a new one.",
  OperationNotFound: "{pool|The pool} has no {object|such operation} under way.",
  NotATarget: "{node,machine|The node} is no target of {operation|the operation}.",
  NotWaitingForApproval: "{operation|The operation} waits for nobody's approval.",
  NothingBehind: "No node of {pool|the pool} is behind[: all have image {image}][ and Kubernetes {version}].",
  WindowUnknown: "There is no maintenance window {window|set}[ for {pool}][; there is {valid}].",
  ZoneUnknown:
    "{zone,found|This} is no time zone that is known here: write an IANA name such as Europe/Berlin or Asia/Shanghai.",
  RevisionUnknown: "{pool|The pool} has no revision {wanted|of this number}[; recorded are {valid}].",
} satisfies Readonly<Record<Reason, string>>;
