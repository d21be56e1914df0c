import { Button, Kbd } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { PersonName } from "../../people/PersonName";
import { useMaybePhone } from "../../phone/PhoneProvider";
import { Elapsed } from "../Elapsed";
import { useSeat } from "../FloorProvider";
import type { Mode, Supervision } from "../model/rows";
import type { Names } from "../useNames";
import { Meter } from "./Meters";
import { TextWhisper } from "./TextWhisper";
import { useConsent } from "./useConsent";
import type { Listening } from "./useListening";
import { WhoHears } from "./WhoHears";

/** What needs a second press before it is done. */
export type Question = "takeover" | "end" | undefined;

export interface Controls {
  readonly question: Question;
  /** Asks for what can't be undone, and does it when it is asked for again. */
  readonly choose: (mode: Mode) => void;
  readonly end: () => void;
  readonly never: () => void;
  readonly next: () => void;
  readonly mark: () => void;
  readonly writing: boolean;
  readonly write: (open: boolean) => void;
}

const MODES = [
  ["SUPERVISION_MODE_LISTEN", "L"],
  ["SUPERVISION_MODE_WHISPER", "W"],
  ["SUPERVISION_MODE_BARGE", "B"],
  ["SUPERVISION_MODE_TAKEOVER", "T"],
] as const;

/** Whom the supervisor hears, who hears them, and what they can do about it; its place is always kept. */
export function ListenBar({ listening, controls, names }: { listening: Listening; controls: Controls; names: Names }) {
  const { t } = useTranslation("floor");
  const { mine, busy } = listening;
  const active = mine?.state === "FLOOR_SUPERVISION_STATE_ACTIVE";
  const over = mine?.mode === "SUPERVISION_MODE_TAKEOVER";
  return (
    <section className="wall-bar" aria-label={t("bar.label")} aria-busy={busy}>
      {mine ? <Whom mine={mine} names={names} /> : <Nobody busy={busy} />}
      <WhoHears mode={active ? mine.mode : undefined} />
      {controls.question ? (
        <Confirm question={controls.question} name={mine ? names.name(mine.operatorId) : ""} controls={controls} />
      ) : controls.writing && active ? (
        <TextWhisper send={listening.text} close={() => controls.write(false)} />
      ) : (
        <div className="wall-controls">
          <div className="wall-modes" role="group" aria-label={t("bar.whoHears")}>
            {MODES.map(([mode, key]) => (
              <Button
                key={mode}
                size="compact-sm"
                color={mode === "SUPERVISION_MODE_BARGE" || mode === "SUPERVISION_MODE_TAKEOVER" ? "red.9" : undefined}
                variant={active && mine.mode === mode ? "filled" : "default"}
                aria-pressed={active && mine.mode === mode}
                disabled={!active || (over && mode !== mine.mode)}
                rightSection={<Kbd size="xs">{key}</Kbd>}
                onClick={() => controls.choose(mode)}
              >
                {t(`mode.${mode}`)}
              </Button>
            ))}
          </div>
          <div className="wall-modes">
            <Plain word={t("bar.next")} hint="N" onClick={controls.next} disabled={over} />
            <Plain word={t("bar.follow")} hint="F" onClick={listening.follow} disabled={!mine || over} pressed={mine?.following ?? false} />
            <Plain word={t("bar.mark")} hint="M" onClick={controls.mark} disabled={!active} />
            <Plain word={t("bar.text")} hint="X" onClick={() => controls.write(true)} disabled={!active || over} />
            <Plain word={t("bar.end")} hint="Esc" onClick={controls.end} disabled={!mine} />
          </div>
        </div>
      )}
    </section>
  );
}

function Plain({ word, hint, onClick, disabled, pressed }: { word: string; hint: string; onClick: () => void; disabled: boolean; pressed?: boolean }) {
  return (
    <Button size="compact-sm" variant={pressed ? "filled" : "default"} aria-pressed={pressed} disabled={disabled} rightSection={<Kbd size="xs">{hint}</Kbd>} onClick={onClick}>
      {word}
    </Button>
  );
}

function Nobody({ busy }: { busy: boolean }) {
  const { t } = useTranslation("floor");
  return (
    <div className="wall-whom">
      <strong data-testid="whom">{t(busy ? "bar.connecting" : "bar.nobody")}</strong>
      <span className="wall-dim">{t("bar.how")}</span>
      <NoPhone />
    </div>
  );
}

/** Without this browser's phone one hears by the SIP phone on the desk, if there is one. */
function NoPhone() {
  const { t } = useTranslation("floor");
  const phone = useMaybePhone();
  if (phone?.line.at !== "off") return undefined;
  return (
    <span>
      {t("bar.noPhone")}{" "}
      <Button size="compact-xs" variant="light" onClick={phone.begin}>
        {t("bar.usePhone")}
      </Button>
    </span>
  );
}

function Whom({ mine, names }: { mine: Supervision; names: Names }) {
  const { t } = useTranslation("floor");
  const talk = useSeat(mine.operatorId)?.talk;
  const active = mine.state === "FLOOR_SUPERVISION_STATE_ACTIVE";
  const words = active ? (mine.mode === "SUPERVISION_MODE_TAKEOVER" ? "takenOver" : "hearing") : mine.state === "FLOOR_SUPERVISION_STATE_ASKING" ? "asking" : "awaiting";
  const consent = useConsent(mine);
  const reason = talk && names.reason(talk.clientId, talk.reasonId);
  return (
    <div className="wall-whom">
      <strong data-testid="whom">{t(`bar.${words}`, { name: names.name(mine.operatorId) })}</strong>
      <span className="wall-dim">
        <PersonName person={names.person(mine.operatorId)} />
        {talk ? ` · ${names.client(talk.clientId)}${reason ? ` · ${reason}` : ""} · ` : " "}
        {talk ? <Elapsed since={talk.since} /> : undefined}
      </span>
      <span className="wall-dim">
        {t("bar.purpose", { purpose: t(`purpose.${mine.purpose}`) })}
        {consent ? ` · ${t(`bar.consent.${consent}`)}` : ""}
        {talk?.talkBack ? ` · ${t("bar.talkBack")}` : ""}
      </span>
      <span className="wall-bar-meters">
        <Meter contactId={active ? mine.contactId : undefined} whose="LEG_ROLE_CUSTOMER" label={t("seats.customer")} />
        <Meter contactId={active ? mine.contactId : undefined} whose="LEG_ROLE_OPERATOR" label={t("seats.operator")} />
        <Meter contactId={active ? mine.contactId : undefined} whose={{ supervisorId: mine.supervisorId }} label={t("bar.you")} />
      </span>
    </div>
  );
}

function Confirm({ question, name, controls }: { question: "takeover" | "end"; name: string; controls: Controls }) {
  const { t } = useTranslation("floor");
  const takeover = question === "takeover";
  return (
    <div className="wall-controls" role="alertdialog" aria-label={t(takeover ? "bar.takeoverYes" : "bar.endYes")}>
      <span>{t(takeover ? "bar.takeoverAsk" : "bar.endAsk", { name })}</span>
      <div className="wall-modes">
        <Button size="compact-sm" color="red.9" autoFocus onClick={() => (takeover ? controls.choose("SUPERVISION_MODE_TAKEOVER") : controls.end())}>
          {t(takeover ? "bar.takeoverYes" : "bar.endYes")}
        </Button>
        <Button size="compact-sm" variant="default" rightSection={<Kbd size="xs">Esc</Kbd>} onClick={controls.never}>
          {t("bar.no")}
        </Button>
      </div>
    </div>
  );
}
