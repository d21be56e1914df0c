import { memo } from "react";
import { useTranslation } from "react-i18next";

import { PersonName } from "../../people/PersonName";
import { Elapsed } from "../Elapsed";
import { useSeat } from "../FloorProvider";
import { Icon, type Sign } from "../Icon";
import { Meter } from "../listen/Meters";
import { ordered } from "../model/order";
import type { Supervision } from "../model/rows";
import { type Seat, since } from "../model/seats";
import { phoneOf, STATE_SIGNS, supervisionSign } from "../signs";
import type { Names } from "../useNames";

export interface TileProps {
  readonly operatorId: string;
  readonly names: Names;
  readonly me: string;
  readonly active: boolean;
}

export const tileId = (operatorId: string): string => `seat-${operatorId}`;

/** One operator's seat on the map. */
export const Tile = memo(function Tile({ operatorId, names, me, active }: TileProps) {
  const seat = useSeat(operatorId);
  if (!seat) return <div role="gridcell" className="wall-tile" />;
  return (
    <div {...cell(seat, me, active)} className={`wall-tile ${marks(seat, me, active)}`}>
      <div className="wall-tile-head">
        <span className="wall-name">{names.name(operatorId)}</span>
        {seat.alerts.length > 0 ? <AlertMark seat={seat} /> : <Hold seat={seat} />}
      </div>
      <div className="wall-tile-line">
        <StateWord seat={seat} />
        <Elapsed since={since(seat)} />
        {seat.alerts.length > 0 ? <Hold seat={seat} /> : undefined}
      </div>
      <div className="wall-tile-line wall-tile-foot">
        {seat.hearers.length > 0 ? <Hearers hearers={seat.hearers} names={names} me={me} /> : <Why seat={seat} names={names} />}
        <Sound seat={seat} />
      </div>
    </div>
  );
});

/** One operator's seat as a line of the list. */
export const Line = memo(function Line({ operatorId, names, me, active }: TileProps) {
  const { t } = useTranslation("floor");
  const seat = useSeat(operatorId);
  if (!seat) return <div role="gridcell" className="wall-line" />;
  const { operator, talk } = seat;
  return (
    <div {...cell(seat, me, active)} className={`wall-line ${marks(seat, me, active)}`}>
      <span className="wall-name">
        <PersonName person={names.person(operatorId)} />
      </span>
      <span>{names.team(operator.teamId)}</span>
      <span className="wall-tile-line">
        <StateWord seat={seat} />
        <Elapsed since={since(seat)} />
        <Hold seat={seat} />
      </span>
      <span>{talk ? names.client(talk.clientId) : names.away(operator.reason)}</span>
      <span>{talk ? names.reason(talk.clientId, talk.reasonId) : ""}</span>
      <Sound seat={seat} />
      <span>{seat.hearers.length > 0 ? <Hearers hearers={seat.hearers} names={names} me={me} /> : undefined}</span>
      <span>
        <AlertMark seat={seat} />
        {seat.alerts.length === 0 && seat.hearers.some((each) => each.following) ? t("seats.following") : ""}
      </span>
    </div>
  );
});

const cell = (seat: Seat, me: string, active: boolean) => ({
  role: "gridcell",
  id: tileId(seat.operator.operatorId),
  "data-seat": seat.operator.operatorId,
  "aria-selected": active,
  "aria-current": seat.hearers.some((each) => each.supervisorId === me) || undefined,
});

const marks = (seat: Seat, me: string, active: boolean): string =>
  [
    `is-${STATE_SIGNS[seat.operator.state]}`,
    active && "is-active",
    seat.alerts.length > 0 && "has-alert",
    seat.hearers.length > 0 && "is-heard",
    seat.hearers.some((each) => each.supervisorId === me) && "is-mine",
  ]
    .filter(Boolean)
    .join(" ");

function AlertMark({ seat }: { seat: Seat }) {
  const { t } = useTranslation("floor");
  const first = ordered(seat.alerts)[0];
  if (!first) return undefined;
  return (
    <span className="wall-alert-mark">
      <Icon sign="alert" />
      {t(`kind.${first.kind}`)}
    </span>
  );
}

function StateWord({ seat }: { seat: Seat }) {
  const { t } = useTranslation("floor");
  return (
    <span className="wall-state">
      <Icon sign={STATE_SIGNS[seat.operator.state]} />
      {t(`state.${seat.operator.state}`)}
    </span>
  );
}

/** What is out of the ordinary with the operator's voice. */
function Voice({ sign, word }: { sign: Sign; word: string }) {
  return (
    <span className="wall-hold">
      <Icon sign={sign} />
      {word}
    </span>
  );
}

/** Whether the customer hears the operator at present. */
function Hold({ seat }: { seat: Seat }) {
  const { t } = useTranslation("floor");
  const { talk } = seat;
  if (talk?.talkBack) return <Voice sign="whisper" word={t("seats.talkBack")} />;
  if (talk?.muted) return <Voice sign="hearsNot" word={t("seats.muted")} />;
  if (talk?.heldSince === undefined) return undefined;
  return (
    <span className="wall-hold">
      <Icon sign="hold" />
      {t("seats.hold")} <Elapsed since={talk.heldSince} />
    </span>
  );
}

function Why({ seat, names }: { seat: Seat; names: Names }) {
  const { talk, operator } = seat;
  const words = talk ? names.reason(talk.clientId, talk.reasonId) || names.client(talk.clientId) : names.away(operator.reason);
  return <span className="wall-why">{words}</span>;
}

/** Who hears the operator, and how they are heard. */
function Hearers({ hearers, names, me }: { hearers: readonly Supervision[]; names: Names; me: string }) {
  const { t } = useTranslation("floor");
  return (
    <span className="wall-hearers">
      {hearers.map((each) => (
        <span key={each.supervisionId} className="wall-hearer">
          <Icon sign={supervisionSign(each)} />
          {each.supervisorId === me ? t("seats.you") : names.short(each.supervisorId)}{" "}
          {each.state === "FLOOR_SUPERVISION_STATE_ASKING"
            ? t("seats.asking")
            : each.state === "FLOOR_SUPERVISION_STATE_AWAITING"
              ? t("seats.awaiting")
              : t(`mode.${each.mode}`)}
        </span>
      ))}
    </span>
  );
}

/** How loud the talk is; without one, or with a phone that is lost, by what the operator is reached. */
function Sound({ seat }: { seat: Seat }) {
  const { t } = useTranslation("floor");
  const phone = phoneOf(seat.operator);
  if (!phone || (seat.talk && phone.reach !== "PHONE_REACH_LOST")) return <Levels seat={seat} />;
  return (
    <span className={`wall-phone ${phone.wanting ? "is-wanting" : ""}`}>
      <Icon sign={phone.sign} />
      {t(`phone.${phone.reach}`)}
    </span>
  );
}

function Levels({ seat }: { seat: Seat }) {
  const { t } = useTranslation("floor");
  return (
    <span className="wall-levels">
      {seat.talk ? (
        <>
          <Meter contactId={seat.talk.contactId} whose="LEG_ROLE_CUSTOMER" label={t("seats.customerShort")} />
          <Meter contactId={seat.talk.contactId} whose="LEG_ROLE_OPERATOR" label={t("seats.operatorShort")} />
        </>
      ) : undefined}
    </span>
  );
}
