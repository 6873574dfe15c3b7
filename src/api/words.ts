/** Codes with their words, sentences and colours: the parts that all views share. Every text comes from src/text. */
import type { Facts, Reason } from "../core/reason.ts";
import type { Condition, ObjectMeta } from "../schema/kubernetes.ts";
import { isReason, nextCommand, sentence } from "../text/sentence.ts";
import { conditionTone, toneOf } from "../text/tone.ts";
import { conditionWord, type Language, stateWord } from "../text/words.ts";
import type { ConditionView, Meta, Said, State, Tone } from "./types.ts";

export function stateOf(code: string | undefined, language: Language): State {
  const shown = code ?? "Pending";
  // Typed here, so that a colour without a place in the document does not compile.
  const tone: Tone = toneOf(code);
  return { code: shown, word: stateWord(shown, language), tone };
}

export function saidOf(reason: Reason, facts: Facts, language: Language): Said {
  return { reason, facts, sentence: sentence(reason, facts, language), try: nextCommand(reason, facts) };
}

interface Stored {
  readonly reason?: string | undefined;
  readonly facts?: Facts | undefined;
  readonly message?: string | undefined;
}

/** In the caller's language, from the facts that are stored or else known; the stored sentence is English. */
export function storedText(
  { reason = "", facts, message = "" }: Stored,
  known: Facts,
  language: Language,
): string {
  if (!isReason(reason)) return message;
  if (facts === undefined && language === "en") return message;
  return sentence(reason, facts ?? known, language);
}

export function metaOf({ metadata }: { readonly metadata: ObjectMeta }): Meta {
  return { ...placeOf(metadata), labels: { ...metadata.labels }, managedBy: gitManager(metadata) };
}

export function placeOf(metadata: ObjectMeta): Omit<Meta, "labels" | "managedBy"> {
  const { name, namespace = "", uid = "", resourceVersion = "", creationTimestamp = "" } = metadata;
  return {
    name,
    namespace,
    uid,
    version: resourceVersion,
    createdTime: creationTimestamp,
    deletingSince: metadata.deletionTimestamp ?? null,
  };
}

/** Whoever edits such an object here is overruled from Git soon after. */
function gitManager({ labels = {}, annotations = {} }: ObjectMeta): string | null {
  if (annotations["argocd.argoproj.io/tracking-id"] !== undefined) return "Argo CD";
  if (labels["kustomize.toolkit.fluxcd.io/name"] !== undefined) return "Flux";
  if (labels["helm.toolkit.fluxcd.io/name"] !== undefined) return "Flux";
  return null;
}

/** Of our kinds and of Kubernetes' own. */
interface ConditionFields {
  readonly type: string;
  readonly status: Condition["status"];
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

export function conditionView(condition: ConditionFields, language: Language): ConditionView {
  const { type, status, reason = "", message = "", lastTransitionTime = "" } = condition;
  const tone: Tone = conditionTone(type, status);
  const word = conditionWord(type, language);
  return { type, word, status, tone, reason, message, since: lastTransitionTime };
}

/** "True" is good of Ready. */
export function readyState(conditions: readonly ConditionFields[] | undefined, language: Language): State {
  const found = conditions?.find(({ type }) => type === "Ready")?.status ?? "Unknown";
  const code = { True: "Ready", False: "NotReady", Unknown: undefined }[found];
  return stateOf(code, language);
}
