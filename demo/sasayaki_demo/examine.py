"""`demo --check`: plays a few calls with tones; asserts what phones heard and topics tell."""

from __future__ import annotations

import asyncio
import os
import platform as machine_facts
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sasayaki.monitoring.v1.supervision_events_pb2 import PURPOSE_TRAINING, Purpose
from sasayaki_demo.bots import (
    CUSTOMER_HZ,
    OPERATOR_HZ,
    OTHER_CUSTOMER_HZ,
    SUPERVISOR_HZ,
    Customer,
    Supervised,
)
from sasayaki_demo.callers import opener
from sasayaki_demo.checks import (
    Check,
    Heard,
    at_most,
    audibility,
    change_times_ms,
    forwarded,
    mode_changes,
    recorded,
    unbroken,
)
from sasayaki_demo.endpoints import Endpoints
from sasayaki_demo.guidance import guidance
from sasayaki_demo.judge.case import Case, differences, when_ns
from sasayaki_demo.judge.verdict import judge
from sasayaki_demo.morning.check import check_morning
from sasayaki_demo.morning.listening import ByTones
from sasayaki_demo.morning.play import Town, play_morning
from sasayaki_demo.people import connected
from sasayaki_demo.play import Floor, Voices, floor
from sasayaki_demo.scenes import Played, play_scenes
from sasayaki_demo.spoken import leg_ends, spoken
from sasayaki_demo.topics import Written, read_topics

NUMBER = "0312345670"
KEYS = "123"
UNKNOWN_NUMBER = "0399999999"
DESK = "0312345672"
TOWN = Town(DESK, DESK, "0312345671", "3", "2", ByTones(), ByTones())
VOICES = Voices({"tone": CUSTOMER_HZ}, {"tone": OPERATOR_HZ}, {"tone": SUPERVISOR_HZ})
TALK_S = 16.0
AGAIN_S = 5.0
HOLD_S = 1.2
SETTLE_S = 20.0
LOOK_S = 0.3


async def examine(
    endpoints: Endpoints, softphone: Path, folder: Path, keys: Path, *, calls: int
) -> dict[str, Any]:
    """Plays `calls` calls at once (five at least), two that go wrong, one more, and a morning."""
    open_caller = opener(keys)
    async with connected(endpoints) as services:
        async with floor(services, endpoints, softphone, folder, VOICES) as at_work:
            customers = [
                Customer(
                    f"c{n}",
                    f"+81901000{n:04}",
                    NUMBER,
                    key=KEYS[n % 3],
                    talk_s=TALK_S,
                    hertz=OTHER_CUSTOMER_HZ if n % 2 else CUSTOMER_HZ,
                )
                for n in range(1, calls + 1)
            ]
            early = Customer("early", "+819010009001", NUMBER, leaves="guidance")
            astray = Customer("astray", "+819010009002", UNKNOWN_NUMBER)
            again = Customer("again", "+819010009003", NUMBER, talk_s=AGAIN_S)
            played = await play_scenes(at_work, [*customers, early, astray], again, hold_s=HOLD_S)
            customers.append(again)
            morning = await play_morning(at_work, TOWN)
            records = await settled(endpoints)
            contacts = contacts_by_caller(records, open_caller)
            heard = _heard(played.supervised, customers, contacts)
            talks = await spoken(at_work, customers, contacts, records)
            told = await _told_to_operators(at_work, played)
            supervisor = next(iter(at_work.supervisors.values()))
            scenes = await check_morning(morning, supervisor, contacts)
        records = await read_topics(endpoints.kafka)
    complaints = judge(Case(at_work.ledger.entries, records, open_caller, at_work.started_ns))
    times = change_times_ms(heard)
    checks = [
        at_most("ledger and topics: complaints", len(complaints), 0, len(records), complaints),
        guidance(customers, early, contacts, records),
        audibility(heard),
        forwarded(heard),
        unbroken(heard),
        mode_changes(times),
        recorded(talks),
        _refused(at_work, played),
        told,
        *scenes,
    ]
    figures = {
        "mode_change_ms": [round(t, 1) for t in times],
        "leg_end_ms": leg_ends(talks, records),
    }
    return report(checks, at_work, figures)


def report(checks: list[Check], at_work: Floor, figures: dict[str, Any]) -> dict[str, Any]:
    """Returns the report as it is written to a file."""
    return {
        "checks": [check.as_json() for check in checks],
        "ledger": at_work.ledger.entries,
        "figures": figures,
        "machine": {"cpus": os.cpu_count(), "system": machine_facts.platform()},
    }


async def settled(endpoints: Endpoints) -> list[Written]:
    """Returns the topics once every contact of this run is closed and recorded, or time is up."""
    deadline = asyncio.get_running_loop().time() + SETTLE_S
    while True:
        records = await read_topics(endpoints.kafka)
        names = [r.name for r in records if r.is_history]
        begun = names.count("CallArrived") + names.count("CallPlaced")
        calls = {begun, *(names.count(n) for n in ("CallEnded", "EnquiryClosed"))}
        recordings = {names.count(n) for n in ("TapOpened", "TapClosed", "RecordingFinished")}
        outside = {names.count(n) for n in ("OutboundAllowed", "OutboundEnded")}
        done = len(calls) == len(recordings) == len(outside) == 1
        if done or asyncio.get_running_loop().time() > deadline:
            return records
        await asyncio.sleep(LOOK_S)


def contacts_by_caller(
    records: list[Written], open_caller: Callable[[Written], str]
) -> dict[str, str]:
    """Returns the contact id of each caller's newest call."""
    arrived = [r for r in records if r.is_history and r.name == "CallArrived"]
    arrived.sort(key=when_ns)
    return {open_caller(r): str(r.event["subject"]) for r in arrived}


def _heard(
    supervised: list[Supervised], customers: list[Customer], contacts: dict[str, str]
) -> list[Heard]:
    by_contact = {contacts[c.caller]: c for c in customers}
    heard = []
    for one in supervised:
        customer = by_contact[one.contact_id]
        assert customer.capture is not None
        heard.append(Heard.of(one, customer.capture, customer.hertz))
    return heard


def _refused(at_work: Floor, played: Played) -> Check:
    """Whoever was refused heard nothing: their phone was not even rung."""
    rung = [
        f"{one.supervisor_id}'s phone: {entry['event']}"
        for one in played.refused
        for entry in at_work.ledger.entries[one.since : one.until]
        if entry.get("phone") == one.supervisor_id
    ]
    name = "training without consent: sounds of the phone"
    return at_most(name, len(rung), 0, len(played.refused), rung)


async def _told_to_operators(at_work: Floor, played: Played) -> Check:
    """Each operator's own ledger names who heard them and why, and who asked in vain."""
    wanted = Counter(
        (s.operator_id, s.supervisor_id, s.contact_id, Purpose.Name(s.purpose), "heard")
        for s in played.supervised
    )
    wanted.update(
        (r.operator_id, r.supervisor_id, r.contact_id, Purpose.Name(PURPOSE_TRAINING), "unheard")
        for r in played.refused
    )
    deadline = asyncio.get_running_loop().time() + SETTLE_S
    while (told := await _operators_ledgers(at_work)) != wanted:
        if asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(LOOK_S)
    wrong = list(differences("by people", wanted, "in the ledgers", told))
    return at_most("operators' ledgers: faults", len(wrong), 0, wanted.total(), wrong)


async def _operators_ledgers(at_work: Floor) -> Counter[tuple[str, str, str, str, str]]:
    """Counts the entries of this run: operator, supervisor, call, purpose, whether heard."""
    contacts = {talk["contact_id"] for talk in at_work.talks(0)}
    entries = [e for person in at_work.operators.values() for e in await person.heard_by()]
    return Counter(
        (
            e.operator_id,
            e.supervisor_id,
            e.contact_id,
            Purpose.Name(e.purpose),
            "heard" if e.heard_ms else "unheard",
        )
        for e in entries
        if e.contact_id in contacts
    )
