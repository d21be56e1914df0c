import { lazy, Suspense, useSyncExternalStore } from "react";

import { isWanted, onWanted } from "./telling";

const Notifications = lazy(async () => ({ default: (await import("@mantine/notifications")).Notifications }));

/** What is told in passing, at the top of the screen. */
export function Toasts() {
  const wanted = useSyncExternalStore(onWanted, isWanted);
  if (!wanted) return undefined;
  return (
    <Suspense>
      <Notifications position="top-center" limit={3} />
    </Suspense>
  );
}
