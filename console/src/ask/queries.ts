/** What can be asked of the API, each with the key under which the page keeps the answer. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type {
  Access,
  AuditEntry,
  Cells,
  Fleet,
  Forecast,
  Page,
  ResourceName,
} from "../../../src/api/answers.ts";
import type {
  CatalogueView,
  EventView,
  MachineDetail,
  MachineView,
  OperationDetail,
  OperationView,
  PoolDetail,
  PoolView,
  ProviderView,
  WindowView,
} from "../../../src/api/types.ts";
import { type Asker, type Query, readSession } from "./asker.ts";

/** Changes of a resource are patched into answers under its own name; those that are sums of several are asked for again. */
export type Kept = ResourceName | "sums";

export const sessionKey = ["session"] as const;

export function sessionQuery(asker: Asker) {
  return queryOptions({
    queryKey: sessionKey,
    queryFn: () => readSession(asker),
    staleTime: Infinity,
    refetchInterval: false,
  });
}

export function accessQuery(asker: Asker) {
  return queryOptions({
    queryKey: ["access"],
    queryFn: () => asker.read<Access>("/access"),
    refetchInterval: 60_000,
  });
}

const listOf =
  <T>(resource: ResourceName) =>
  (asker: Asker, query: Query = {}) =>
    queryOptions({
      queryKey: [resource, "list", query],
      queryFn: () => asker.read<Page<T>>(`/${resource}`, query),
      placeholderData: keepPreviousData,
    });

const oneOf =
  <T>(resource: ResourceName) =>
  (asker: Asker, name: string) =>
    queryOptions({
      queryKey: [resource, "one", name],
      queryFn: () => asker.read<T>(`/${resource}/${encodeURIComponent(name)}`),
    });

export const poolsQuery = listOf<PoolView>("pools");
export const poolQuery = oneOf<PoolDetail>("pools");
export const machinesQuery = listOf<MachineView>("machines");
export const machineQuery = oneOf<MachineDetail>("machines");
export const operationsQuery = listOf<OperationView>("operations");
export const operationQuery = oneOf<OperationDetail>("operations");
export const windowsQuery = listOf<WindowView>("windows");
export const windowQuery = oneOf<WindowView>("windows");
/** With as many openings as a calendar needs. */
export function windowOpeningsQuery(asker: Asker, name: string, openings: number) {
  return queryOptions({
    queryKey: ["windows", "openings", name, openings],
    queryFn: () => asker.read<WindowView>(`/windows/${encodeURIComponent(name)}`, { openings }),
  });
}

export const providersQuery = listOf<ProviderView>("providers");
export const providerQuery = oneOf<ProviderView>("providers");

export function catalogueQuery(asker: Asker, provider: string) {
  return queryOptions({
    queryKey: ["providers", "catalogue", provider],
    queryFn: () => asker.read<CatalogueView>(`/providers/${encodeURIComponent(provider)}/catalogue`),
    enabled: provider !== "",
  });
}

/** Every node as a cell. */
export function cellsQuery(asker: Asker) {
  return queryOptions({
    queryKey: ["sums", "cells"],
    queryFn: () => asker.read<Cells>("/fleet/cells"),
    placeholderData: keepPreviousData,
  });
}

export function fleetQuery(asker: Asker) {
  return queryOptions({ queryKey: ["sums", "fleet"], queryFn: () => asker.read<Fleet>("/fleet") });
}

export function eventsQuery(asker: Asker, query: Query = {}) {
  return queryOptions({
    queryKey: ["sums", "events", query],
    queryFn: () => asker.read<Page<EventView>>("/events", query),
    placeholderData: keepPreviousData,
  });
}

export function auditQuery(asker: Asker, query: Query = {}) {
  return queryOptions({
    queryKey: ["sums", "audit", query],
    queryFn: () => asker.read<Page<AuditEntry>>("/audit", query),
    placeholderData: keepPreviousData,
  });
}

/** An upgrade run ahead. It depends on more than changes tell of, so it is asked for again now and then. */
const forecastMs = 30_000;

export function poolForecastQuery(asker: Asker, pool: string, query: Query) {
  return queryOptions({
    queryKey: ["pools", "forecast", pool, query],
    queryFn: () => asker.read<Forecast>(`/pools/${encodeURIComponent(pool)}/forecast`, query),
    placeholderData: keepPreviousData,
    retry: false,
    refetchInterval: forecastMs,
  });
}

export function operationForecastQuery(asker: Asker, operation: string) {
  return queryOptions({
    queryKey: ["operations", "forecast", operation],
    queryFn: () => asker.read<Forecast>(`/operations/${encodeURIComponent(operation)}/forecast`),
    retry: false,
    refetchInterval: forecastMs,
  });
}
