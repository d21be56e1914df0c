import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { usePart } from "../FloorProvider";
import { answerFollowUp } from "../listen/requests";
import type { Listening } from "../listen/useListening";
import type { FollowUp } from "../model/rows";
import type { Names } from "../useNames";

/** Calls that show whether feedback helped: done, or not yet? */
export function FollowUps({ listening, names }: { listening: Listening; names: Names }) {
  const { t } = useTranslation("floor");
  const followUps = usePart("followUps");
  return (
    <section className="wall-panel wall-follow-ups" aria-labelledby="wall-follow-ups-title">
      <h2 id="wall-follow-ups-title">
        {t("followUps.title")} <span className="wall-count">{followUps.size}</span>
      </h2>
      <ul className="wall-cards" tabIndex={0} aria-labelledby="wall-follow-ups-title">
        {followUps.size === 0 ? <li className="wall-dim">{t("followUps.none")}</li> : undefined}
        {[...followUps.values()].map((each) => (
          <li key={each.feedbackId} className="wall-card">
            <div className="wall-card-head">
              <strong className="wall-name">{names.name(each.operatorId)}</strong>
              <span className="wall-modes">
                <Answer outcome="FOLLOW_UP_OUTCOME_DONE" word={t("followUps.done")} followUp={each} listening={listening} />
                <Answer outcome="FOLLOW_UP_OUTCOME_NOT_YET" word={t("followUps.notYet")} followUp={each} listening={listening} />
              </span>
            </div>
            <div>{each.text}</div>
            <div className="wall-dim">{t("followUps.by", { name: names.name(each.supervisorId) })}</div>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface AnswerProps {
  readonly outcome: "FOLLOW_UP_OUTCOME_DONE" | "FOLLOW_UP_OUTCOME_NOT_YET";
  readonly word: string;
  readonly followUp: FollowUp;
  readonly listening: Listening;
}

function Answer({ outcome, word, followUp, listening }: AnswerProps) {
  const { feedbackId, contactId, operatorId } = followUp;
  return (
    <Button size="compact-xs" variant="default" onClick={() => void listening.doing(() => answerFollowUp({ feedbackId, contactId, operatorId, outcome }), operatorId)}>
      {word}
    </Button>
  );
}
