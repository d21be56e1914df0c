"""When each party of a talk was spoken into a recording: by phones, and by the node's instants."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from pathlib import Path

from sasayaki_demo.bots import SUPERVISOR_HZ, Customer
from sasayaki_demo.checks import Span, Spoken, read_wav, tone_span
from sasayaki_demo.judge.case import when_ns
from sasayaki_demo.play import Floor
from sasayaki_demo.sound import read_packets
from sasayaki_demo.topics import Written

PACKET_MS = 20.0
LEG_ENDED = "SupervisorLegEnded"
AUDIBLE = ("SUPERVISION_MODE_WHISPER", "SUPERVISION_MODE_TAKEOVER")


async def spoken(
    at_work: Floor,
    customers: list[Customer],
    contacts: dict[str, str],
    records: list[Written],
) -> list[Spoken]:
    """Fetches each talk's recording, with what its phones sent beside it."""
    supervisor = next(iter(at_work.supervisors.values()))
    talks = {e["contact_id"]: e for e in at_work.talks(0)}
    opened = {
        str(r.event["subject"]): _ms(r.data["started_at"])
        for r in records
        if r.is_history and r.name == "RecordingStarted"
    }
    hung_up = {
        e["phone"]: int(e["at_ns"]) for e in at_work.ledger.entries if e.get("event") == "hungup"
    }
    found = []
    for customer in customers:
        contact = contacts[customer.caller]
        assert customer.sent is not None
        spans = {
            "customer": _sent(customer.sent, opened[contact], hung_up[customer.phone]),
            "operator": _sent(Path(talks[contact]["tx"]), opened[contact], hung_up[customer.phone]),
            "supervisor": whispered(contact, records, opened[contact]),
        }
        recording = await supervisor.recording(contact)
        found.append(Spoken(contact, spans, recording, customer.hertz))
    return found


def whispered(contact: str, records: list[Written], opened_ms: float) -> Span | None:
    """Returns when somebody heard a contact's supervisor, by the node's instants of the changes.

    A change takes effect between packets, and up to 20 ms of the next one's sound lie before it:
    the middle of that is expected. When media wrote a change down says nothing about the sound.
    """
    of_contact = [r for r in records if r.is_history and r.event["subject"] == contact]
    changes = [
        (_ms(r.data["applied_at"]), str(r.data["mode"]))
        for r in of_contact
        if r.name == "SupervisorHeard"
    ]
    changes += [(_ms(r.data["left_at"]), "") for r in of_contact if r.name == LEG_ENDED]
    shift = opened_ms + PACKET_MS / 2
    heard = [
        (at - shift, after - shift)
        for (at, mode), (after, _) in pairwise(sorted(changes))
        if mode in AUDIBLE
    ]
    return Span(heard[0][0], heard[-1][1], heard[-1][1]) if heard else None


def leg_ends(calls: list[Spoken], records: list[Written]) -> dict[str, list[float]]:
    """Returns how far apart a supervisor's leg's end was for those who saw it, in milliseconds.

    `told`: from the node's instant to media's event. `heard`: from the end of the sound on the
    track to the node's instant of what silenced it.
    """
    ours = {call.contact_id for call in calls}
    told = [
        when_ns(r) / 1e6 - _ms(r.data["left_at"])
        for r in records
        if r.is_history and r.name == LEG_ENDED and r.event["subject"] in ours
    ]
    heard = []
    for call in calls:
        expected = call.spans["supervisor"]
        found = tone_span(read_wav(call.recording)["supervisor"], SUPERVISOR_HZ)
        if expected and found:
            heard.append(expected.end + PACKET_MS / 2 - found.end)
    return {"told": [round(ms, 1) for ms in told], "heard": [round(ms, 1) for ms in heard]}


def _sent(capture: Path, opened_ms: float, hung_up_ns: int) -> Span:
    """Returns when a phone was spoken into, on the timeline of a recording.

    A packet holds the 20 ms before its sending.
    """
    sent = read_packets(capture)
    in_call = sent.between(0, hung_up_ns).ns
    start, end, latest = (
        int(ns) / 1e6 - opened_ms for ns in (sent.ns[0], in_call[-1], sent.ns[-1])
    )
    return Span(max(start - PACKET_MS, 0.0), end, latest)


def _ms(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp() * 1e3
