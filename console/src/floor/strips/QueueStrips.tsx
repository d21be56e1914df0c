import { useTranslation } from "react-i18next";

import { Elapsed } from "../Elapsed";
import { usePart } from "../FloorProvider";
import { Icon } from "../Icon";
import type { Queue } from "../model/rows";
import { queueKey } from "../model/board";
import type { Names } from "../useNames";

/** A strip for each queue: who waits, for how long, and how many were answered in time. */
export function QueueStrips({ names }: { names: Names }) {
  const { t } = useTranslation("floor");
  const queues = usePart("queues");
  const alerts = usePart("alerts");
  const rows = [...queues.values()].sort((one, other) => order(one).localeCompare(order(other)));
  return (
    <ul className="wall-strips" aria-label={t("queues.label")} tabIndex={0}>
      {rows.length === 0 ? <li className="wall-dim">{t("queues.none")}</li> : undefined}
      {rows.map((queue) => {
        const about = [...alerts.values()].find((alert) => alert.queueId === queue.queueId && alert.clientId === queue.clientId);
        return (
          <li key={queueKey(queue)} className={`wall-strip ${about ? "has-alert" : ""}`}>
            <span className="wall-strip-name">
              {names.queue(queue.queueId)} <span className="wall-dim">{names.client(queue.clientId)}</span>
            </span>
            <span className="wall-strip-figures">
              <span>
                {t("queues.waiting")} <strong>{t("queues.people", { count: queue.waiting })}</strong>
              </span>
              <span>
                {t("queues.longest")} <strong>{queue.longestSince === undefined ? "—" : <Elapsed since={queue.longestSince} />}</strong>
              </span>
              <strong title={t("queues.within", { seconds: queue.inTimeMs / 1_000 })}>{level(queue)}</strong>
              {about ? (
                <span className="wall-alert-mark">
                  <Icon sign="alert" />
                  {t(`kind.${about.kind}`)}
                </span>
              ) : undefined}
            </span>
          </li>
        );
      })}
    </ul>
  );

  function level({ serviceLevel }: Queue): string {
    return serviceLevel === undefined ? t("queues.noLevel") : t("queues.level", { percent: Math.floor(serviceLevel * 100) });
  }
}

const order = (queue: Queue): string => `${queue.clientId} ${queue.queueId}`;
