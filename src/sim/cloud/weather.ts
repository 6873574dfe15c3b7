/** Faults that come by themselves, at the rate the cloud's traits say. */
import { dayMs, minuteMs } from "../../core/time.ts";
import { type CloudContext, present } from "./context.ts";
import { inject, type InstanceFault } from "./inject.ts";
import type { GuestFault, Healing } from "./model.ts";

export function startWeather(cloud: CloudContext): void {
  const sharePerMinute = (cloud.traits.faultsPerInstanceDay * minuteMs) / dayMs;
  if (sharePerMinute === 0) return;
  const blow = (): void => {
    for (const record of present(cloud)) {
      if (record.state === "Running" && cloud.streams.weather.chance(sharePerMinute)) {
        inject(cloud, misfortune(cloud, record.id));
      }
    }
    cloud.timers.after(minuteMs, blow);
  };
  cloud.timers.after(minuteMs, blow);
}

function misfortune(cloud: CloudContext, instanceId: string): InstanceFault {
  const { weather } = cloud.streams;
  if (weather.chance(0.1)) return { kind: "Vanish", instanceId };
  if (weather.chance(0.15)) return { kind: "Stop", instanceId };
  const healsOn: Healing = weather.chance(0.5) ? "Restart" : weather.chance(0.7) ? "Reboot" : "Disk";
  return { kind: "GuestFault", instanceId, fault: ailment(weather.next(), healsOn) };
}

function ailment(roll: number, healsOn: Healing): GuestFault {
  if (roll < 0.5) return { kind: "KubeletStopped", healsOn };
  if (roll < 0.8) return { kind: "RuntimeHung", healsOn };
  return { kind: "Problem", condition: "KernelDeadlock", healsOn };
}
