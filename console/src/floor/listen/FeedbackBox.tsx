import { Button, CloseButton, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type FormEvent, lazy, useState } from "react";
import { useTranslation } from "react-i18next";

import { lengthOf } from "../../app/dates";
import { OnDemand } from "../../app/OnDemand";
import { Loading } from "../../app/States";
import { withTexts } from "../../i18n";
import { clockMs } from "../clock";
import type { Heard } from "./heard";
import { giveFeedback } from "./requests";
import type { Listening } from "./useListening";

// The player comes when somebody wants to hear.
const Player = lazy(async () => ({ default: (await withTexts("recordings", import("../../recordings/Player"))).Player }));

const LONGEST = 2_000;
const KINDS = ["FEEDBACK_KIND_PRAISE", "FEEDBACK_KIND_IMPROVE"] as const;

/** A word about the call that was just heard, tied to a moment of it. */
export function FeedbackBox({ heard, name, listening, close }: { heard: Heard; name: string; listening: Listening; close: () => void }) {
  const { t } = useTranslation("floor");
  const [kind, setKind] = useState<(typeof KINDS)[number]>("FEEDBACK_KIND_PRAISE");
  const [at, setAt] = useState(lengthOf(heard.marks.at(-1) ?? heard.endMs));
  const [text, setText] = useState("");
  const [looking, look] = useState(false);
  const [wrong, setWrong] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const atMs = clockMs(at);
    const beyond = atMs === undefined || atMs > heard.endMs;
    setWrong(beyond);
    if (beyond || text.trim() === "") return;
    const { supervisionId, contactId, operatorId } = heard;
    const sent = await listening.doing(() => giveFeedback({ supervisionId, contactId, kind, text: text.trim(), atMs: String(atMs) }), operatorId);
    if (!sent) return;
    listening.say({ words: t("feedback.sent"), refused: false });
    close();
  };
  return (
    <form className="wall-feedback" aria-labelledby="wall-feedback-title" onSubmit={(event) => void submit(event)}>
      <div className="wall-feedback-head">
        <h2 id="wall-feedback-title">{t("feedback.title", { name })}</h2>
        <CloseButton aria-label={t("feedback.skip")} onClick={close} />
      </div>
      <p className="wall-dim">{t("feedback.hint")}</p>
      <SegmentedControl
        size="xs"
        aria-label={t("feedback.kind")}
        value={kind}
        onChange={(chosen) => setKind(chosen as typeof kind)}
        data={KINDS.map((value) => ({ value, label: t(`feedback.${value}`) }))}
      />
      <div className="wall-moments">
        <TextInput
          size="xs"
          label={t("feedback.at")}
          value={at}
          error={wrong ? t("feedback.atWrong", { end: lengthOf(heard.endMs) }) : undefined}
          onChange={(event) => setAt(event.currentTarget.value)}
        />
        {heard.marks.map((mark) => (
          <Button key={mark} size="compact-xs" variant="default" onClick={() => setAt(lengthOf(mark))}>
            {lengthOf(mark)}
          </Button>
        ))}
      </div>
      <Textarea id="wall-feedback-text" size="xs" label={t("feedback.text")} rows={3} maxLength={LONGEST} value={text} onChange={(event) => setText(event.currentTarget.value)} />
      <div className="wall-modes">
        <Button size="compact-sm" type="submit" disabled={text.trim() === ""}>
          {t("feedback.send")}
        </Button>
        {looking ? undefined : (
          <Button size="compact-sm" variant="default" onClick={() => look(true)}>
            {t("feedback.look")}
          </Button>
        )}
        <Link className="wall-link" to="/recordings" search={{ contact: heard.contactId }}>
          {t("feedback.recording")}
        </Link>
      </div>
      {looking ? (
        <div className="wall-quick-look">
          <OnDemand fallback={<Loading height={230} />}>
            <Player contactId={heard.contactId} startMs={heard.marks.at(-1) ?? 0} marks={heard.marks.map((ms) => ({ kind: "feedback", fromMs: ms, untilMs: ms }))} />
          </OnDemand>
        </div>
      ) : undefined}
    </form>
  );
}
