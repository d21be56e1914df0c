import { Button, CloseButton } from "@mantine/core";
import { lazy, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { lengthOf } from "../app/dates";
import { OnDemand } from "../app/OnDemand";
import { useSession } from "../session/SessionProvider";
import { AlertsColumn, claimAndListen } from "./alerts/AlertsColumn";
import { chime, readyToChime } from "./alerts/chime";
import { useNewAlerts } from "./alerts/useNewAlerts";
import { usePart, useStream, useTeams } from "./FloorProvider";
import { useKept } from "./kept";
import { useKeys } from "./keys/useKeys";
import { ListenBar } from "./listen/ListenBar";
import { useControls } from "./listen/useControls";
import { useHearing } from "./listen/useHearing";
import { useListening } from "./listen/useListening";
import { EVERYBODY } from "./model/choice";
import { ordered, PURPOSES } from "./model/order";
import { FollowUps } from "./next/FollowUps";
import { NextColumn } from "./next/NextColumn";
import { SeatGrid } from "./seats/SeatGrid";
import { Tools, type View } from "./seats/Tools";
import { useGroups } from "./seats/useGroups";
import { QueueStrips } from "./strips/QueueStrips";
import { useNames } from "./useNames";

// What is not needed at the first sight comes later.
const Legend = lazy(() => import("./keys/Legend").then(({ Legend: part }) => ({ default: part })));
const FeedbackBox = lazy(() => import("./listen/FeedbackBox").then(({ FeedbackBox: part }) => ({ default: part })));

const VIEWS: readonly View[] = ["map", "list"];
const SWITCH = ["on", "off"] as const;

/** Queues above, seats in the middle, who needs help beside them, and below the call that one hears. */
export function Wall() {
  const { t } = useTranslation("floor");
  const { user } = useSession();
  const names = useNames();
  const stream = useStream();
  const [choice, choose] = useState(EVERYBODY);
  const [view, look] = useKept("view", VIEWS, "map");
  const [purpose, usually] = useKept("purpose", PURPOSES, "PURPOSE_QUALITY");
  const [note, write] = useState("");
  const [sound, ring] = useKept("sound", SWITCH, "on");
  const [keys, turnKeys] = useKept("keys", SWITCH, "on");
  const [active, activate] = useState<string>();
  const [legend, showLegend] = useState(false);
  const groups = useGroups(choice, names);
  const alerts = usePart("alerts");
  const teams = useTeams();
  const listening = useListening(user.userId, purpose, note, names);
  const { hearing, mark, told } = useHearing(listening.mine);
  useEffect(() => (sound === "on" ? readyToChime() : undefined), [sound]);
  const newest = useNewAlerts(alerts, teams.length > 0, () => {
    if (sound === "on") chime();
  });
  const controls = useControls(listening, () => {
    if (!hearing.present || hearing.present.endMs > 0) return;
    mark();
    listening.say({ words: t("bar.marked", { at: lengthOf(Date.now() - hearing.present.since) }), refused: false });
  });
  useKeys(
    {
      l: () => controls.choose("SUPERVISION_MODE_LISTEN"),
      w: () => controls.choose("SUPERVISION_MODE_WHISPER"),
      b: () => controls.choose("SUPERVISION_MODE_BARGE"),
      t: () => controls.choose("SUPERVISION_MODE_TAKEOVER"),
      n: controls.next,
      f: listening.follow,
      m: controls.mark,
      x: () => controls.write(true),
      a: () => {
        const first = ordered(alerts.values()).find((each) => each.state === "FLOOR_ALERT_STATE_OPEN");
        if (first) void claimAndListen(first, listening);
      },
      g: () => document.getElementById("wall-feedback-text")?.focus(),
      "/": () => document.getElementById("wall-find")?.focus(),
      "?": () => showLegend(true),
      Escape: controls.question ? controls.never : controls.end,
    },
    keys === "on",
  );
  const asks = listening.notice?.asks;
  return (
    <div className="wall">
      <div className="wall-head">
        <h1>{t("title")}</h1>
        <span className={`wall-stream is-${stream}`} role="status">
          {t(`stream.${stream}`)}
        </span>
        <QueueStrips names={names} />
      </div>
      <Tools
        choice={choice}
        choose={choose}
        view={view}
        look={look}
        purpose={purpose}
        usually={usually}
        note={note}
        write={write}
        explain={() => showLegend(true)}
        teams={teams}
        names={names}
      />
      <div className="wall-main">
        {groups.length === 0 ? <p className="wall-empty">{t(teams.length === 0 ? "seats.noneYet" : "seats.none")}</p> : undefined}
        <SeatGrid groups={groups} view={view} names={names} me={user.userId} active={active} activate={activate} listen={listening.listen} />
      </div>
      <aside className="wall-side">
        <AlertsColumn
          listening={listening}
          names={names}
          me={user.userId}
          heading={
            <label>
              <input type="checkbox" role="switch" checked={sound === "on"} onChange={(event) => ring(event.currentTarget.checked ? "on" : "off")} /> {t("tools.sound")}
            </label>
          }
        />
        <NextColumn listening={listening} names={names} />
        <FollowUps listening={listening} names={names} />
      </aside>
      <div className={`wall-notice ${listening.notice?.refused ? "is-refused" : ""}`}>
        <span role="status">{listening.notice?.words}</span>
        {asks === undefined ? undefined : (
          <Button size="compact-xs" onClick={() => listening.askAnew(asks)}>
            {t("bar.askAnew")}
          </Button>
        )}
        {listening.notice ? <CloseButton size="sm" aria-label={t("refusal.close")} onClick={() => listening.say(undefined)} /> : undefined}
      </div>
      <ListenBar listening={listening} controls={controls} names={names} />
      <OnDemand>
        {hearing.left ? (
          <FeedbackBox
            key={`${hearing.left.supervisionId} ${hearing.left.contactId}`}
            heard={hearing.left}
            name={names.name(hearing.left.operatorId)}
            listening={listening}
            close={told}
          />
        ) : undefined}
        {legend ? <Legend close={() => showLegend(false)} on={keys === "on"} turn={(on) => turnKeys(on ? "on" : "off")} /> : undefined}
      </OnDemand>
      <div role="alert" className="wall-unseen">
        {newest ? t("alerts.raised", { kind: t(`kind.${newest.kind}`), name: newest.operatorId ? names.name(newest.operatorId) : names.queue(newest.queueId) }) : ""}
      </div>
    </div>
  );
}
