"""A view: the legs that each person's phone is, ringing or picked up, as history tells it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sasayaki.event import Recorded
from sasayaki.media.v1.call_events import (
    CallEnded,
    CustomerHeld,
    CustomerResumed,
    LegMuted,
    LegUnmuted,
    OperatorLegAnswered,
    OperatorLegDialled,
    OperatorLegEnded,
    OperatorLegRang,
    SupervisionMode,
    SupervisionOrdered,
    SupervisorHeard,
    SupervisorLegEnded,
    TalkBackEnded,
    TalkBackStarted,
    TapPaused,
    TapResumed,
)
from sasayaki_media.phones.person import Person


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of a person; `rings` and `talks` are both unset while its phone is being reached."""

    leg_id: str
    user_id: str
    supervises: bool
    since: datetime
    consult: bool = False
    rings: bool = False
    talks: bool = False
    muted: bool = False
    talk_back: bool = False
    whispers: bool = False


@dataclass(slots=True)
class Talk:
    """One call with its people; between two of them, it is kept as it is until its end."""

    contact_id: str
    tenant_id: str
    client_id: str
    held: bool = False
    paused: bool = False
    legs: dict[str, Leg] = field(default_factory=dict)

    def wide_band(self, leg: Leg) -> bool:
        """Whether whoever hears the leg hears nobody else, and not by telephone.

        It only chooses in what a page speaks: who hears whom, and how, is the node's to decide.
        """
        if leg.supervises:
            return leg.whispers
        others = (other for other in self.legs.values() if other.leg_id != leg.leg_id)
        return self.held and any(other.talks and not other.supervises for other in others)


class PhoneLegs:
    """Folds calls' events; whoever is concerned by one is called back about."""

    topics: tuple[str, ...] = ("media.call",)

    def __init__(self) -> None:
        self._talks: dict[str, Talk] = {}
        self._of: dict[Person, dict[str, Talk]] = {}
        self._changed: Callable[[Person], None] = lambda _: None

    def on_change(self, changed: Callable[[Person], None]) -> None:
        """Calls back with each person whose legs are others than before."""
        self._changed = changed

    def of(self, person: Person) -> list[tuple[Talk, Leg]]:
        """The person's legs, each with its call."""
        return [
            (talk, leg)
            for talk in self._of.get(person, {}).values()
            for leg in talk.legs.values()
            if leg.user_id == person.user_id
        ]

    def fold(self, record: Recorded[Any]) -> None:
        match record.data:
            case OperatorLegDialled(leg_id=leg_id, operator_id=user_id, consult=consult):
                new = Leg(leg_id, user_id, False, record.time, consult=bool(consult))
                self._add(record, new)
            case SupervisionOrdered(leg_id=leg_id, supervisor_id=user_id):
                self._add(record, Leg(leg_id, user_id, True, record.time, rings=True))
            case OperatorLegRang(leg_id=leg_id):
                self._change(record, leg_id, rings=True, since=record.time)
            case OperatorLegAnswered(leg_id=leg_id):
                self._change(record, leg_id, rings=False, talks=True, since=record.time)
            case SupervisorHeard(leg_id=leg_id, mode=mode):
                self._heard(record, leg_id, whispers=mode == SupervisionMode.WHISPER)
            case LegMuted(leg_id=leg_id):
                self._change(record, leg_id, muted=True)
            case LegUnmuted(leg_id=leg_id):
                self._change(record, leg_id, muted=False)
            case TalkBackStarted(leg_id=leg_id):
                self._change(record, leg_id, talk_back=True)
            case TalkBackEnded(leg_id=leg_id):
                self._change(record, leg_id, talk_back=False)
            case OperatorLegEnded(leg_id=leg_id) | SupervisorLegEnded(leg_id=leg_id):
                self._remove(record.subject, leg_id)
            case CustomerHeld() | CustomerResumed() | TapPaused() | TapResumed():
                self._about_all(record)
            case CallEnded():
                talk = self._talks.get(record.subject)
                for leg_id in list(talk.legs if talk else ()):
                    self._remove(record.subject, leg_id)
                self._talks.pop(record.subject, None)

    def _about_all(self, record: Recorded[Any]) -> None:
        if talk := self._talks.get(record.subject):
            match record.data:
                case CustomerHeld() | CustomerResumed():
                    talk.held = isinstance(record.data, CustomerHeld)
                case _:
                    talk.paused = isinstance(record.data, TapPaused)
            self._tell(talk)

    def _tell(self, talk: Talk) -> None:
        """All whom the talk concerns: what one does may change for another who hears them."""
        for person in {_whose(talk, leg) for leg in talk.legs.values()}:
            self._changed(person)

    def _add(self, record: Recorded[Any], leg: Leg) -> None:
        """A leg that is known has another mode, nothing else."""
        talk = self._talks.setdefault(
            record.subject, Talk(record.subject, record.tenant_id, record.client_id or "")
        )
        if leg.leg_id not in talk.legs:
            talk.legs[leg.leg_id] = leg
            self._of.setdefault(_whose(talk, leg), {})[record.subject] = talk
            self._changed(_whose(talk, leg))

    def _heard(self, record: Recorded[Any], leg_id: str, *, whispers: bool) -> None:
        leg = self._leg(record.subject, leg_id)
        if leg is not None:
            since = leg.since if leg.talks else record.time
            self._change(record, leg_id, rings=False, talks=True, since=since, whispers=whispers)

    def _leg(self, contact_id: str, leg_id: str) -> Leg | None:
        talk = self._talks.get(contact_id)
        return talk.legs.get(leg_id) if talk else None

    def _change(self, record: Recorded[Any], leg_id: str, **changes: Any) -> None:
        if leg := self._leg(record.subject, leg_id):
            talk = self._talks[record.subject]
            talk.legs[leg_id] = replace(leg, **changes)
            self._tell(talk)

    def _remove(self, contact_id: str, leg_id: str) -> None:
        talk = self._talks.get(contact_id)
        leg = talk.legs.pop(leg_id, None) if talk else None
        if leg is None or talk is None:
            return
        if not any(other.user_id == leg.user_id for other in talk.legs.values()):
            calls = self._of.get(_whose(talk, leg), {})
            calls.pop(contact_id, None)
            if not calls:
                self._of.pop(_whose(talk, leg), None)
        self._changed(_whose(talk, leg))
        self._tell(talk)


def _whose(talk: Talk, leg: Leg) -> Person:
    return Person(talk.tenant_id, leg.user_id)
