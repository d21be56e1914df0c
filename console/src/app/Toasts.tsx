import { lazy, useSyncExternalStore } from "react";

import { OnDemand } from "./OnDemand";
import { isWanted, onWanted } from "./telling";

const Notifications = lazy(async () => ({ default: (await import("@mantine/notifications")).Notifications }));

/** What is told in passing, at the top of the screen. */
export function Toasts() {
  const wanted = useSyncExternalStore(onWanted, isWanted);
  if (!wanted) return undefined;
  return (
    <OnDemand>
      <Notifications position="top-center" limit={3} />
    </OnDemand>
  );
}
