import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";

import { useStores } from "../FloorProvider";
import { type Choice, chosen, type Group } from "../model/choice";
import type { Names } from "../useNames";

/** Filters and orders that follow the floor are looked at anew so often, and seats stay in their places meanwhile. */
const ANEW_MS = 2_000;

/** The chosen seats by team: at once when the choice or the people change, else every two seconds. */
export function useGroups(choice: Choice, names: Names): readonly Group[] {
  const { floor } = useStores();
  const subscribe = useCallback((listener: () => void) => floor.onPart("membership", listener), [floor]);
  const membership = useSyncExternalStore(subscribe, floor.membership);
  const [look, setLook] = useState(0);
  useEffect(() => {
    const timer = window.setInterval(() => setLook((before) => before + 1), ANEW_MS);
    return () => window.clearInterval(timer);
  }, []);
  // `membership` and `look` say when the floor is to be read again.
  const fresh = useMemo(() => chosen(floor.seats(), choice, names.named), [floor, choice, names, membership, look]);
  return useSame(fresh);
}

/** The earlier value as long as the later one says the same, so that nothing is drawn again for it. */
function useSame(fresh: readonly Group[]): readonly Group[] {
  const [kept, keep] = useState(fresh);
  const same = kept === fresh || JSON.stringify(kept) === JSON.stringify(fresh);
  if (!same) keep(fresh);
  return same ? kept : fresh;
}
