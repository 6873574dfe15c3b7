/**
 * The closed list of reasons: why something is done, and why something is not done now. The sentences are in src/text;
 * the facts they need travel beside the code.
 */

/** Why an action is wanted. */
export type Cause =
  | "BelowDesired"
  | "AboveDesired"
  | "RemovalRequested"
  | "PoolDeleted"
  | "Outdated"
  | "UpgradeRequested"
  | "NodeSick"
  | "RepairRequested"
  | "InstanceVanished"
  | "SyncRequested"
  | "InProgress"
  | "PutBack"
  | "AttributesDiffer"
  | "CreateFailed"
  | "OperationsKept"
  | "DateCorrected";

/** Why a wish is held back now. Each names what it waits for. */
export type HoldReason =
  | "Paused"
  | "PausedByUser"
  | "BrakeOn"
  | "BrakeTripped"
  | "ViewTooYoung"
  | "ProviderUnavailable"
  | "ProviderDenied"
  | "OutOfStock"
  | "QuotaExceeded"
  | "Throttled"
  | "BackingOff"
  | "ImageUnknown"
  | "VersionSkew"
  | "WindowClosed"
  | "WindowMissing"
  | "WindowTooShort"
  | "NoWindow"
  | "MaxUnavailable"
  | "BatchInProgress"
  | "Soaking"
  | "HealthGate"
  | "TooManyFailed"
  | "TooManyBlocked"
  | "NoOtherNode"
  | "OtherPoolUpgrading"
  | "RecentlyUpgraded"
  | "DrainBlocked"
  | "DrainImpossible"
  | "ForceTooLate"
  | "PodsTerminating"
  | "UncordonedByPerson"
  | "CordonedByPerson"
  | "Protected"
  | "AutoscalerOwnsNode"
  | "RepairInProgress"
  | "RepairsElsewhere"
  | "RateReached"
  | "Storm"
  | "PathUnproven"
  | "EvidenceTooYoung"
  | "AwaitingApproval"
  | "NeedsHuman"
  | "RemovalsInProgress"
  | "DeletionNotConfirmed"
  | "AwaitingInstance"
  | "AwaitingNode"
  | "Superseded"
  | "CreationsInProgress"
  | "CreationsFailing"
  | "Remembered"
  | "MachineDeleted"
  | "StepStuck"
  | "CapabilityMissing";

/** Why an operation of a machine ended other than well. */
export type FailureReason =
  | "DrainTimedOut"
  | "StepTimedOut"
  | "EffectRefused"
  | "InstanceVanished"
  | "VersionMismatch"
  | "Cancelled"
  | "WellAgain"
  | "NotHealed"
  | "KeptSubscription"
  | "NodeNotReady";

/** News that is worth an Event. Of a step that failed its `FailureReason` is the news. */
export type EventReason =
  | "NodeAdded"
  | "NodeAddFailed"
  | "NodeDrainStarted"
  | "NodeDrained"
  | "SystemDiskReplaced"
  | "NodeUpgraded"
  | "NodeUpgradeFailed"
  | "RepairStarted"
  | "RepairSucceeded"
  | "RepairFailed"
  | "InstanceReleased"
  | "InstanceLeft"
  | "NodeRemoved"
  | "NodeKept"
  | "CreationForgotten"
  | "CertificateNotApproved"
  | "DateCorrected"
  | "RemoveNodesRecorded"
  | "UpgradeRecorded"
  | "RepairRecorded"
  | "SyncAttributesRecorded";

/** What a person's wish can be refused for. */
export type RefusalReason =
  | "NotFound"
  | "NotAMember"
  | "CountOutOfRange"
  | "NothingToDo"
  | "PoolDeleting"
  | "PoolPaused"
  | "NameTaken"
  | "InvalidName"
  | "InvalidValue"
  | "UnknownZone"
  | "UnknownInstanceType"
  | "UnknownImage"
  | "UnknownProvider"
  | "ProviderInUse"
  | "VersionSkewTooNew"
  | "VersionSkewTooOld"
  | "ChargeTypeUnsupported"
  | "OperationRunning"
  | "OperationFinished"
  | "OperationNotFound"
  | "NotATarget"
  | "NotWaitingForApproval"
  | "NothingBehind"
  | "WindowUnknown"
  | "ZoneUnknown"
  | "RevisionUnknown";

export type Reason = Cause | HoldReason | FailureReason | RefusalReason;

/** What a sentence needs besides its code: names, numbers, times. */
export type Facts = Readonly<Record<string, string | number>>;

const longestFact = 1000;

/** As objects keep them: all text, and none longer than a field takes. */
export function storedFacts(facts: Facts): Readonly<Record<string, string>> {
  const stored = Object.entries(facts).map(([name, fact]) => [name, String(fact).slice(0, longestFact)]);
  return Object.fromEntries(stored);
}
