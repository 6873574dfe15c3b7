/** What may be asked of maintenance windows and of providers. */
import { createProvider, deleteProvider } from "../core/intent/provider.ts";
import { createWindow, deleteWindow, exclude, setWindow } from "../core/intent/window.ts";
import { parseProvider, parseWindow } from "../schema/parse.ts";
import type { ProviderSpec } from "../schema/provider.ts";
import type { WindowSpec } from "../schema/window.ts";
import { changeSpecWish, createProviderWish, createWindowWish, excludeWish, plainWish } from "./requests.ts";
import type { Route } from "./route.ts";
import { checkedSpec, fresh, merged, type WishMaker } from "./wish.ts";

export function windowWishes(wish: WishMaker): readonly Route[] {
  const tag = "Windows";
  return [
    wish({
      method: "POST",
      path: "/windows",
      tag,
      summary: "Create a maintenance window",
      body: createWindowWish,
      adds: "windows",
      weigh: async ({ body, world, now }) => {
        const { namespace } = world;
        const draft = { name: body.name, namespace, spec: checkedWindow(namespace, body.spec) };
        const names = world.cache.list("MaintenanceWindow").map(({ metadata }) => metadata.name);
        return { answer: createWindow(draft, names, now), subject: null, unseen: [] };
      },
    }),
    wish({
      method: "PATCH",
      path: "/windows/{name}",
      tag,
      summary: "Change days, start, length, zone or exclusions",
      body: changeSpecWish,
      adds: null,
      weigh: async (call) => {
        const window = await fresh(call, "MaintenanceWindow", call.params["name"]);
        const spec = checkedWindow(call.world.namespace, merged(window.spec, call.body.spec));
        return { answer: setWindow(window, spec, call.now), subject: window, unseen: [] };
      },
    }),
    wish({
      method: "POST",
      path: "/windows/{name}/exclusions",
      tag,
      summary: "Keep the window closed on some days",
      body: excludeWish,
      adds: null,
      weigh: async (call) => {
        const window = await fresh(call, "MaintenanceWindow", call.params["name"]);
        const { from, to, reason } = call.body;
        const days = { from, to, ...(reason === undefined ? {} : { reason }) };
        return { answer: exclude(window, days, call.now), subject: window, unseen: [] };
      },
    }),
    wish({
      method: "DELETE",
      path: "/windows/{name}",
      tag,
      summary: "Delete a maintenance window",
      body: plainWish,
      adds: null,
      weigh: async (call) => {
        const window = await fresh(call, "MaintenanceWindow", call.params["name"]);
        const answer = deleteWindow(window, call.world.cache.list("ManagedNodePool"));
        return { answer, subject: window, unseen: [] };
      },
    }),
  ];
}

export function providerWishes(wish: WishMaker): readonly Route[] {
  const tag = "Providers";
  return [
    wish({
      method: "POST",
      path: "/providers",
      tag,
      summary: "Create a provider",
      body: createProviderWish,
      adds: "providers",
      weigh: async ({ body, world }) => {
        const { namespace } = world;
        const draft = { name: body.name, namespace, spec: checkedProvider(namespace, body.spec) };
        const names = world.cache.list("InfrastructureProvider").map(({ metadata }) => metadata.name);
        return { answer: createProvider(draft, names), subject: null, unseen: [] };
      },
    }),
    wish({
      method: "DELETE",
      path: "/providers/{name}",
      tag,
      summary: "Delete a provider that no pool uses; its instances are not touched",
      body: plainWish,
      adds: null,
      weigh: async (call) => {
        const provider = await fresh(call, "InfrastructureProvider", call.params["name"]);
        const answer = deleteProvider(provider, call.world.cache.list("ManagedNodePool"));
        return { answer, subject: provider, unseen: [] };
      },
    }),
  ];
}

/** Names are judged by the core, in sentences of its own. */
const metadataOf = (namespace: string) => ({ name: "draft", namespace });
const apiVersion = "poolkeeper.dev/v1alpha1";

function checkedWindow(namespace: string, spec: unknown): WindowSpec {
  const draft = { apiVersion, kind: "MaintenanceWindow", metadata: metadataOf(namespace), spec };
  return checkedSpec(parseWindow(draft), spec);
}

function checkedProvider(namespace: string, spec: unknown): ProviderSpec {
  const draft = { apiVersion, kind: "InfrastructureProvider", metadata: metadataOf(namespace), spec };
  return checkedSpec(parseProvider(draft), spec);
}
