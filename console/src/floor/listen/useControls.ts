import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useStores } from "../FloorProvider";
import type { Mode } from "../model/rows";
import { useNext } from "../next/useNext";
import type { Controls, Question } from "./ListenBar";
import type { Listening } from "./useListening";

/** What the buttons and the keys do. Taking over, and ending a call that was taken over, ask first. */
export function useControls(listening: Listening, mark: () => void): Controls {
  const { t } = useTranslation("floor");
  const { floor } = useStores();
  const { next } = useNext();
  const [asked, ask] = useState<{ readonly question: Question; readonly about: string }>();
  const [writing, write] = useState(false);
  const { mine } = listening;
  const about = mine ? `${mine.supervisionId} ${mine.contactId}` : "";
  // A question is about the call for which it was asked.
  const question = asked && asked.about === about ? asked.question : undefined;

  const choose = (mode: Mode) => {
    if (mine?.state !== "FLOOR_SUPERVISION_STATE_ACTIVE" || mine.mode === mode) return;
    const takes = mode === "SUPERVISION_MODE_TAKEOVER";
    if (takes && question !== "takeover") {
      ask({ question: "takeover", about });
      return;
    }
    ask(undefined);
    listening.mode(mode);
  };
  const end = () => {
    if (!mine) return;
    if (mine.mode === "SUPERVISION_MODE_TAKEOVER" && question !== "end") {
      ask({ question: "end", about });
      return;
    }
    ask(undefined);
    listening.end();
  };
  const goOn = () => {
    const line = next?.find(({ operatorId }) => operatorId !== mine?.operatorId && floor.seat(operatorId)?.talk !== undefined);
    if (line) listening.listen(line.operatorId);
    else listening.say({ words: t("refusal.NOBODY_NEXT"), refused: true });
  };
  return { question, choose, end, never: () => ask(undefined), next: goOn, mark, writing, write };
}
