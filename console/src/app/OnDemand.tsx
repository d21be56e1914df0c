import { Suspense, type ReactNode } from "react";

import { Boundary } from "./Broken";

/**
 * A part of the screen that is fetched when it is wanted. When it cannot be, as after a new release
 * has taken the place of this one's files, it says so; all round it goes on, the phone above all.
 */
export function OnDemand({ children, fallback }: { children: ReactNode; fallback?: ReactNode }) {
  return (
    <Boundary height="auto">
      <Suspense fallback={fallback}>{children}</Suspense>
    </Boundary>
  );
}
