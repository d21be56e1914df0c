import { Button } from "@mantine/core";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { Elapsed } from "../Elapsed";
import { usePart, useStores } from "../FloorProvider";
import { Icon } from "../Icon";
import { claim, resolve } from "../listen/requests";
import type { Listening } from "../listen/useListening";
import { ordered } from "../model/order";
import type { Alert, AlertOutcome } from "../model/rows";
import type { Names } from "../useNames";
import { measuredOf } from "./measured";

export interface AlertsProps {
  readonly listening: Listening;
  readonly names: Names;
  readonly me: string;
}

/** Claims an alert and listens to its call, if it has one that is not heard already. */
export async function claimAndListen(alert: Alert, listening: Listening): Promise<void> {
  const claimed = await listening.doing(() => claim(alert.alertId), alert.operatorId);
  if (claimed && alert.operatorId && alert.contactId && alert.contactId !== listening.mine?.contactId) listening.listen(alert.operatorId, "PURPOSE_HELP");
}

/** Who calls for help, nobody's first; then those of mine whose outcome is still to be told. */
export function AlertsColumn({ listening, names, me, heading }: AlertsProps & { heading: ReactNode }) {
  const { t } = useTranslation("floor");
  const alerts = usePart("alerts");
  const untold = usePart("untold");
  const rows = useMemo(() => ordered(alerts.values()), [alerts]);
  const mine = useMemo(() => [...untold.values()].filter((alert) => alert.supervisorId === me), [untold, me]);
  return (
    <section className="wall-panel wall-alerts" aria-labelledby="wall-alerts-title">
      <h2 id="wall-alerts-title">
        {t("alerts.title")} <span className="wall-count">{rows.length}</span>
      </h2>
      <div className="wall-panel-tool">{heading}</div>
      <ul className="wall-cards" tabIndex={0} aria-labelledby="wall-alerts-title">
        {rows.length + mine.length === 0 ? <li className="wall-dim">{t("alerts.none")}</li> : undefined}
        {/* One list: a card whose call ends stays the same under the finger. */}
        {[...rows, ...mine].map((alert) => (
          <AlertCard key={alert.alertId} alert={alert} over={alert.state === "FLOOR_ALERT_STATE_ENDED"} listening={listening} names={names} me={me} />
        ))}
      </ul>
    </section>
  );
}

function AlertCard({ alert, over, listening, names, me }: AlertsProps & { alert: Alert; over: boolean }) {
  const { t } = useTranslation("floor");
  const { floor } = useStores();
  const open = alert.state === "FLOOR_ALERT_STATE_OPEN";
  const about = alert.operatorId ? names.name(alert.operatorId) : names.queue(alert.queueId);
  const measured = measuredOf(alert);
  const reason = t(`alertReason.${alert.reason}`);
  const tell = async (outcome: AlertOutcome) => {
    const told = await listening.doing(() => resolve(alert.alertId, outcome), alert.operatorId);
    // An alert that is over is on the floor no more, which so says nothing of its outcome.
    if (told && over) floor.take([{ alert: { ...alert, state: "FLOOR_ALERT_STATE_RESOLVED" } }], false);
  };
  return (
    <li className={`wall-card ${open ? "is-open" : ""}`}>
      <div className="wall-card-head">
        <strong className="wall-alert-mark">
          <Icon sign="alert" />
          {t(`kind.${alert.kind}`)}
        </strong>
        <strong className="wall-name">{about}</strong>
        {over ? undefined : <Elapsed since={alert.since} />}
      </div>
      <div className="wall-dim">
        {[names.client(alert.clientId), reason, measured ? t("alerts.measured", measured) : ""].filter(Boolean).join(" · ")}
      </div>
      <div>{over ? t("alerts.untold") : open ? `${t("alerts.open")} · ${t("alerts.told", { level: t(`level.${alert.level}`) })}` : who()}</div>
      <div className="wall-modes">
        {open ? (
          <Button size="compact-xs" color="red.9" onClick={() => void claimAndListen(alert, listening)}>
            {t(alert.contactId ? "alerts.claimListen" : "alerts.claim")}
          </Button>
        ) : undefined}
        {alert.supervisorId === me ? (
          <>
            {alert.contactId ? (
              <Button size="compact-xs" disabled={over} onClick={() => listening.listen(alert.operatorId, "PURPOSE_HELP")}>
                {t("alerts.listen")}
              </Button>
            ) : undefined}
            <Button size="compact-xs" variant="default" onClick={() => void tell("ALERT_OUTCOME_SOLVED")}>
              {t("alerts.solved")}
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => void tell("ALERT_OUTCOME_FALSE_ALARM")}>
              {t("alerts.falseAlarm")}
            </Button>
          </>
        ) : undefined}
      </div>
    </li>
  );

  function who(): string {
    return alert.supervisorId === me ? t("alerts.claimedByYou") : t("alerts.claimedBy", { name: names.name(alert.supervisorId) });
  }
}
