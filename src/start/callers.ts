/** Ports that act as the callers of the REST API: with their own token, by impersonation, or with the rights of this start. */
import type { Caller } from "../api/world.ts";
import { createKube } from "../kube/client.ts";
import type { ClusterConfig } from "../kube/config.ts";
import type { Credentials } from "../kube/credentials.ts";
import { createTransport, type RequestSample, type Transport } from "../kube/transport.ts";
import type { RequestHeaders } from "../kube/wire.ts";
import type { Clock } from "../ports/clock.ts";
import type { Kube } from "../ports/kube.ts";

export interface Callers {
  kubeAs(caller: Caller): Kube;
  close(): Promise<void>;
}

export interface CallerOptions {
  readonly config: ClusterConfig;
  readonly clock: Clock;
  readonly version: string;
  readonly onRequest: (sample: RequestSample) => void;
}

/** Of their own, so that however much is asked here, the controller's calls wait for none of it. */
export function createCallers(options: CallerOptions): Callers {
  const own = transportWith(options, (credentials) => credentials);
  const bare = transportWith(options, withoutIdentity);
  const speaking = transportWith(options, withoutImpersonation);
  return {
    kubeAs: (caller) => {
      switch (caller.kind) {
        case "LocalAdmin":
          return createKube(own);
        case "Token":
          return createKube(withHeaders(bare, { authorization: `Bearer ${caller.token}` }));
        case "Oidc":
          return createKube(
            withHeaders(speaking, {
              "impersonate-user": caller.user,
              ...(caller.groups.length === 0 ? {} : { "impersonate-group": [...caller.groups] }),
            }),
          );
      }
    },
    close: async () => {
      await Promise.all([own.close(), bare.close(), speaking.close()]);
    },
  };
}

function transportWith(
  { config, clock, version, onRequest }: CallerOptions,
  change: (credentials: Credentials) => Credentials,
): Transport {
  const credentials = {
    current: async () => change(await config.credentials.current()),
    forget: () => config.credentials.forget(),
  };
  return createTransport({ config: { ...config, credentials }, clock, version, component: "api", onRequest });
}

/** A client certificate would be asked before the token, and would win: the caller would act with our rights. */
function withoutIdentity({ ca }: Credentials): Credentials {
  return { headers: {}, ca, cert: null, key: null };
}

function withoutImpersonation(credentials: Credentials): Credentials {
  const headers = Object.entries(credentials.headers).filter(([name]) => !/^impersonate-/i.test(name));
  return { ...credentials, headers: Object.fromEntries(headers) };
}

function withHeaders(transport: Transport, headers: RequestHeaders): Transport {
  return {
    cluster: transport.cluster,
    request: (request) => transport.request({ ...request, headers: { ...request.headers, ...headers } }),
    stream: (request) => transport.stream({ ...request, headers: { ...request.headers, ...headers } }),
    close: () => transport.close(),
  };
}
