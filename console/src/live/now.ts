/** What time it is by the server's clock, to the second, for ages that grow while one looks at them. */
import { createContext, useContext, useSyncExternalStore } from "react";
import { useLive } from "./live.tsx";
import { createTicker, type Ticker } from "./ticker.ts";

const TickerContext = createContext<Ticker>(createTicker());

export function useNow(): number {
  const { skewMs } = useLive();
  const ticker = useContext(TickerContext);
  return useSyncExternalStore(ticker.subscribe, ticker.now) + skewMs;
}
