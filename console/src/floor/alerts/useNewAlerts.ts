import { useEffect, useRef, useState } from "react";

import type { Alert } from "../model/rows";

/** The alert that came last and that nobody had claimed; those that were there at the first look are not new. */
export function useNewAlerts(alerts: ReadonlyMap<string, Alert>, ready: boolean, tell: () => void): Alert | undefined {
  const known = useRef<ReadonlySet<string>>(undefined);
  const telling = useRef(tell);
  telling.current = tell;
  const [newest, setNewest] = useState<Alert>();
  useEffect(() => {
    if (!ready) return;
    const before = known.current;
    known.current = new Set(alerts.keys());
    const fresh = before ? [...alerts.values()].filter((alert) => alert.state === "FLOOR_ALERT_STATE_OPEN" && !before.has(alert.alertId)) : [];
    const last = fresh.at(-1);
    if (!last) return;
    setNewest(last);
    telling.current();
  }, [alerts, ready]);
  return newest;
}
