/** One request of the API and its answer, without any wire around them. */
import type { Clock } from "../../ports/clock.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Random } from "./random.ts";
import type { Registry } from "./registry.ts";
import type { ResourceType } from "./resources.ts";
import type { Store } from "./store.ts";

export type Verb = "get" | "list" | "create" | "update" | "patch" | "delete" | "deletecollection";

export type PatchType = "json" | "merge" | "strategic" | "apply";

export interface Preconditions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

export interface Options {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  /** Server-side apply: take over fields of other managers. */
  readonly force: boolean;
  readonly fieldValidation: "Strict" | "Warn" | "Ignore";
  readonly labelSelector: string;
  readonly fieldSelector: string;
  readonly limit: number;
  readonly continueToken: string;
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  readonly gracePeriodSeconds: number | null;
  readonly propagationPolicy: string;
  readonly preconditions: Preconditions;
}

export const defaultOptions: Options = {
  dryRun: false,
  fieldManager: "",
  force: false,
  fieldValidation: "Warn",
  labelSelector: "",
  fieldSelector: "",
  limit: 0,
  continueToken: "",
  resourceVersion: "",
  resourceVersionMatch: "",
  gracePeriodSeconds: null,
  propagationPolicy: "",
  preconditions: {},
};

/** Who asks. Everybody may do everything; a few kinds write down who it was. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

export const administrator: User = {
  name: "poolkeeper-admin",
  groups: ["system:masters", "system:authenticated"],
};

export interface ApiRequest {
  readonly verb: Verb;
  readonly type: ResourceType;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
  readonly body?: Json | undefined;
  readonly patchType?: PatchType | undefined;
  readonly options?: Partial<Options> | undefined;
  /** Absent: the administrator. */
  readonly user?: User | undefined;
}

export interface ApiResponse {
  readonly code: number;
  readonly body: JsonObject;
  readonly warnings: readonly string[];
}

/** What every verb works with. */
export interface Context {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  readonly registry: Registry;
}

/** A request whose options are filled in. */
export interface Call {
  readonly request: ApiRequest;
  readonly type: ResourceType;
  readonly options: Options;
  readonly warn: (text: string) => void;
}
