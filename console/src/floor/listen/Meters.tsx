import { useEffect, useRef } from "react";

import { useStores } from "../FloorProvider";
import { reach } from "../model/levels";
import type { CallLevels } from "../model/rows";

/** Whose meter: a customer's, an operator's, or that of one supervisor. */
type Whose = "LEG_ROLE_CUSTOMER" | "LEG_ROLE_OPERATOR" | { readonly supervisorId: string };

function dbfsOf(levels: CallLevels | undefined, whose: Whose): number {
  const leg = levels?.legs.find((each) =>
    typeof whose === "string" ? each.role === whose : each.role === "LEG_ROLE_SUPERVISOR" && each.userId === whose.supervisorId,
  );
  return leg?.levelDbfs ?? -96;
}

/** How loud somebody is in a call, moved each second without React. For the eye alone: screen readers hear the call. */
export function Meter({ contactId, whose, label }: { contactId: string | undefined; whose: Whose; label: string }) {
  const { levels } = useStores();
  const bar = useRef<HTMLSpanElement>(null);
  const supervisorId = typeof whose === "string" ? "" : whose.supervisorId;
  const role = typeof whose === "string" ? whose : undefined;
  useEffect(() => {
    const show = (told: CallLevels | undefined) => {
      if (bar.current) bar.current.style.transform = `scaleX(${reach(dbfsOf(told, role ?? { supervisorId })).toFixed(2)})`;
    };
    if (contactId === undefined) {
      show(undefined);
      return undefined;
    }
    return levels.on(contactId, show);
  }, [contactId, levels, role, supervisorId]);
  return (
    <span className="wall-meter" aria-hidden="true">
      <span className="wall-meter-label">{label}</span>
      <span className="wall-meter-track">
        <span ref={bar} className="wall-meter-bar" />
      </span>
    </span>
  );
}
