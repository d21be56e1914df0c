import { useCallback, useEffect, useState } from "react";

import { useStores } from "../FloorProvider";
import type { Supervision } from "../model/rows";
import { heardAfter, type Hearing, marked, NOTHING_HEARD } from "./heard";

/** What the supervisor hears and what they left last, for a word while it is warm. */
export function useHearing(mine: Supervision | undefined): { readonly hearing: Hearing; readonly mark: () => void; readonly told: () => void } {
  const { floor } = useStores();
  const [hearing, setHearing] = useState(NOTHING_HEARD);
  useEffect(() => {
    const talk = mine ? floor.board.talks.get(mine.contactId) : undefined;
    setHearing((before) => heardAfter(before, mine, talk, Date.now()));
  }, [floor, mine]);
  return {
    hearing,
    mark: useCallback(() => setHearing((before) => marked(before, Date.now())), []),
    told: useCallback(() => setHearing((before) => ({ ...before, left: undefined })), []),
  };
}
