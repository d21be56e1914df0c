"""Customers, operators and supervisors who act by themselves, by what they hear and see."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sasayaki.media.v1 import call_events_pb2 as media_pb
from sasayaki.monitoring.v1 import supervision_events_pb2 as supervision_pb
from sasayaki.routing.v1 import pool_events_pb2 as pool_pb
from sasayaki_demo.ledger import Entry
from sasayaki_demo.people import LISTEN, WHISPER, Operator, Supervisor
from sasayaki_demo.phones import Phones, PhoneTrouble
from sasayaki_demo.sound import Samples, level, read_packets

LOOK_S = 0.05
HEAR_S = 30.0
HEAR_SAMPLES = 800
SETTLE_S = 0.3
LANGUAGE_AFTER_S = 1.0
"""From the answer on: a key cuts the question for a language short."""

GUIDANCE_HZ = 620.0
MENU_HZ = 720.0
CUSTOMER_HZ = 440.0
OTHER_CUSTOMER_HZ = 1010.0
"""What every second customer says, so that a supervisor's ear can tell one call from another."""
OPERATOR_HZ = 850.0
COLLEAGUE_HZ = 1720.0
"""What an operator says whom another asks, so that one can be told from the other."""
SUPERVISOR_HZ = 1310.0
TONES_HZ = (
    GUIDANCE_HZ,
    MENU_HZ,
    CUSTOMER_HZ,
    OTHER_CUSTOMER_HZ,
    OPERATOR_HZ,
    COLLEAGUE_HZ,
    SUPERVISOR_HZ,
)


async def hears(capture: Path, hertz: float, *, within_s: float = HEAR_S) -> None:
    """Returns when the last 100 ms that a phone received hold a tone.

    Raises PhoneTrouble when that does not come to pass in time.
    """
    try:
        async with asyncio.timeout(within_s):
            while True:
                if _is_there(read_packets(capture).samples()[-HEAR_SAMPLES:], hertz):
                    return
                await asyncio.sleep(LOOK_S)
    except TimeoutError as late:
        raise PhoneTrouble(f"{capture.name}: no {hertz:.0f} Hz within {within_s} s") from late


def _is_there(samples: Samples, hertz: float) -> bool:
    """Returns whether a tone is among the loudest: the click of another's start has all of them.

    Fewer samples than asked for cannot tell neighbouring tones apart.
    """
    if len(samples) < HEAR_SAMPLES:
        return False
    found = level(samples, hertz)
    return found > -30.0 and found > max(level(samples, other) for other in TONES_HZ) - 6.0


@dataclass
class Customer:
    """Calls, listens to the guidance, presses a key, talks, hangs up."""

    phone: str
    caller: str
    """The own number, by which the judge knows this customer again."""
    dialled: str
    key: str = "2"
    leaves: str = "talk"
    """When the customer hangs up: `guidance`, `menu` or `talk`."""
    talk_s: float = 10.0
    key_after_s: float | None = None
    """When to press the key, from the answer on, for one who does not go by tones."""
    language_key: str = ""
    """Pressed before that, where a language is asked for first."""
    hertz: float = CUSTOMER_HZ
    """What is said, by one who speaks in a tone."""
    capture: Path | None = None
    sent: Path | None = None

    async def call(self, phones: Phones, sound: dict[str, Any]) -> Entry:
        """Makes the whole call; returns the phone's `established` or `refused` entry."""
        said = {"tone": self.hertz} if "tone" in sound else sound
        await phones.add(self.phone, said, record=True)
        since = phones.position
        await phones.call(self.phone, self.dialled, self.caller)
        begun = await phones.wait(
            self.phone, "established", "refused", since=since, within_s=HEAR_S
        )
        if begun["event"] == "refused":
            return begun
        self.capture, self.sent = Path(begun["rx"]), Path(begun["tx"])
        await self._go_through(phones)
        await phones.do("hangup", phone=self.phone)
        await phones.wait(self.phone, "hungup", since=since)
        return begun

    async def _go_through(self, phones: Phones) -> None:
        assert self.capture is not None
        if self.key_after_s is not None:
            if self.language_key:
                await asyncio.sleep(LANGUAGE_AFTER_S)
                await phones.do("dtmf", phone=self.phone, digits=self.language_key)
            await asyncio.sleep(self.key_after_s)
            await phones.do("dtmf", phone=self.phone, digits=self.key)
            await asyncio.sleep(self.talk_s)
            return
        await hears(self.capture, GUIDANCE_HZ)
        if self.leaves == "guidance":
            await asyncio.sleep(0.4)
            return
        await hears(self.capture, MENU_HZ)
        if self.leaves == "menu":
            return
        await phones.do("dtmf", phone=self.phone, digits=self.key)
        await hears(self.capture, OPERATOR_HZ)
        await asyncio.sleep(self.talk_s)


@dataclass
class Desk:
    """An operator's bot: ready, picks up by phone, completes each wrap-up, goes home.

    Whoever asks to hear them for training hears no: they had enough of it.
    """

    person: Operator
    answers: dict[str, str]
    reasons: dict[str, str] = field(default_factory=dict)
    """What a contact turned out to be about, where it was not what the customer said."""
    given_away: set[str] = field(default_factory=set)
    """Contacts whose form is another's."""
    wrapped_up: list[str] = field(default_factory=list)

    async def work(self) -> None:
        """Minds the own desk and who listens, until cancelled."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._wrap_up())
            both.create_task(self._refuse())

    async def _wrap_up(self) -> None:
        async for seen in self.person.desk():
            if seen.state == pool_pb.OPERATOR_STATE_WRAP_UP and (
                seen.contact_id not in (*self.wrapped_up, *self.given_away)
            ):
                self.wrapped_up.append(seen.contact_id)
                reason_id = self.reasons.get(seen.contact_id, "")
                await self.person.complete_wrap_up(seen.contact_id, self.answers, reason_id)

    async def _refuse(self) -> None:
        refused = set()
        async for row in self.person.listeners():
            asked = row.consent.supervision_id
            if asked and asked not in refused:
                refused.add(asked)
                await self.person.answer_consent(asked, supervision_pb.CONSENT_ANSWER_DECLINED)


@dataclass(frozen=True)
class Phase:
    """A stretch of a supervised call in which who hears whom did not change."""

    name: str
    start_ns: int
    end_ns: int


@dataclass
class Supervised:
    """What a supervisor did on a call, with the captures of both phones at the outsourcer's."""

    contact_id: str
    operator_id: str
    supervisor_id: str
    purpose: supervision_pb.Purpose.ValueType
    operator_rx: Path
    operator_tx: Path
    supervisor_rx: Path
    phases: list[Phase] = field(default_factory=list)
    changes: list[tuple[int, str]] = field(default_factory=list)
    """Each switch of mode: when its request was sent (ns), and to which mode."""

    async def hold(self, name: str, hold_s: float) -> None:
        """Lets a phase last; the first moments, in which the change takes effect, are left out."""
        await asyncio.sleep(SETTLE_S)
        start = time.time_ns()
        await asyncio.sleep(hold_s)
        self.phases.append(Phase(name, start, time.time_ns()))


@dataclass
class Visit:
    """A supervisor at a call: what they do there, phase by phase."""

    person: Supervisor
    supervision_id: str
    done: Supervised
    hold_s: float
    since: int
    """The ledger's position before the phone rang."""

    @classmethod
    async def begin(
        cls,
        person: Supervisor,
        phones: Phones,
        talk: Entry,
        purpose: supervision_pb.Purpose.ValueType,
        *,
        hold_s: float,
        following: bool = False,
    ) -> Visit:
        """Leaves the talk alone for a while, then listens to it.

        `talk` is the operator's `established` entry; the supervisor's phone bears their user id.
        """
        contact_id = str(talk["contact_id"])
        alone_ns = time.time_ns()
        await asyncio.sleep(hold_s)
        before_ns = time.time_ns()
        since = phones.position
        supervision_id = await person.start(contact_id, LISTEN, purpose, following=following)
        leg = await phones.wait(person.user_id, "established", since=since)
        done = _supervised(person, talk, purpose, Path(leg["rx"]))
        visit = cls(person, supervision_id, done, hold_s, since)
        visit.done.phases.append(Phase("alone", alone_ns, before_ns))
        await visit.hold("listen")
        return visit

    async def change(self, mode: media_pb.SupervisionMode.ValueType, name: str) -> None:
        """Changes the mode and lets it last."""
        sent = await self.person.change(self.supervision_id, mode)
        self.done.changes.append((sent, media_pb.SupervisionMode.Name(mode)))
        await self.hold(name)

    async def hold(self, name: str) -> None:
        """Lets a phase last."""
        await self.done.hold(name, self.hold_s)

    def moved(self, talk: Entry) -> Visit:
        """Returns the same supervision on another call, on the same connection of the phone."""
        done = _supervised(self.person, talk, self.done.purpose, self.done.supervisor_rx)
        return Visit(self.person, self.supervision_id, done, self.hold_s, self.since)

    async def leave(self, phones: Phones) -> None:
        """Ends the supervision, if the call's end has not: the phone is hung up either way."""
        await self.person.end(self.supervision_id)
        await phones.wait(self.person.user_id, "hungup", since=self.since)


async def supervise(
    person: Supervisor, phones: Phones, talk: Entry, *, hold_s: float, whispers: int = 1
) -> Supervised:
    """Listens to a talk of which the customer complains, whispers, listens again, leaves."""
    visit = await Visit.begin(person, phones, talk, supervision_pb.PURPOSE_COMPLAINT, hold_s=hold_s)
    for _ in range(whispers):
        await visit.change(WHISPER, "whisper")
        await visit.change(LISTEN, "listen")
    await visit.leave(phones)
    await visit.hold("after")
    return visit.done


def _supervised(
    person: Supervisor,
    talk: Entry,
    purpose: supervision_pb.Purpose.ValueType,
    supervisor_rx: Path,
) -> Supervised:
    return Supervised(
        str(talk["contact_id"]),
        str(talk["phone"]),
        person.user_id,
        purpose,
        Path(talk["rx"]),
        Path(talk["tx"]),
        supervisor_rx,
    )
