/** What all parts of one open local provider share. */
import type { Clock } from "../../ports/clock.ts";
import type { CatalogueFields, LocalSettings } from "../../schema/provider.ts";
import type { Accelerators } from "./accelerator.ts";
import type { Agents } from "./agents.ts";
import type { BootSlots } from "./boot-slots.ts";
import type { Host } from "./host.ts";
import type { ImageStore } from "./image-store.ts";
import type { Layout } from "./layout.ts";
import type { Network } from "./network.ts";
import type { Naming } from "./record.ts";
import type { Records } from "./records.ts";
import type { Resets } from "./resets.ts";
import type { Vms } from "./vms.ts";

export interface LocalContext {
  readonly naming: Naming;
  readonly settings: LocalSettings;
  readonly layout: Layout;
  readonly network: Network;
  readonly host: Host;
  readonly clock: Clock;
  readonly records: Records;
  readonly images: ImageStore;
  readonly catalogue: () => Promise<CatalogueFields>;
  readonly accelerators: Accelerators;
  readonly slots: BootSlots;
  readonly vms: Vms;
  readonly agents: Agents;
  readonly resets: Resets;
  readonly log: (line: string) => void;
  /** What a guest has to end its pods and services. */
  readonly shutdownLimitMs: number;
  /** Comes when this provider is closed; instances go on. */
  readonly closing: AbortSignal;
}
