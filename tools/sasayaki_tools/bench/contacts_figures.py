"""What `./sasayaki bench contacts` found: what phones saw, against the topics, and what it cost."""

import math
import os
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sasayaki_demo.topics import Written

EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass
class Seen:
    """What the phones and the driver saw since an instant."""

    since: datetime = EARLIEST
    answered_ms: list[float] = field(default_factory=list)
    refused: int = 0
    talks: int = 0
    unfinished: int = 0
    wrap_ups_refused: Counter[str] = field(default_factory=Counter)


def figures(seen: Seen, records: list[Written]) -> dict[str, Any]:
    """What was asked, from both sides."""
    history = [r for r in records if r.is_history and _at(r) >= seen.since]
    queued = {r.data["contact_id"]: _at(r) for r in history if r.name == "ContactQueued"}
    rang: dict[str, datetime] = {}
    for record in history:
        if record.name == "OperatorLegRang":
            rang.setdefault(str(record.event["subject"]), _at(record))
    rings = [(at - queued[c]).total_seconds() * 1000 for c, at in rang.items() if c in queued]
    arrived = sum(record.name == "CallArrived" for record in history)
    outcomes = Counter(r.data["outcome"] for r in history if r.name == "EnquiryClosed")
    return {
        "arrived": arrived,
        "answered": len(seen.answered_ms),
        "talks": seen.talks,
        "refused": seen.refused,
        "unfinished": seen.unfinished,
        "outcomes": {name.removeprefix("ENQUIRY_OUTCOME_"): n for name, n in outcomes.items()},
        "double_offers": double_offers(history),
        "wrap_ups_refused": dict(seen.wrap_ups_refused),
        "invite_to_200_ms": percentiles(seen.answered_ms),
        "queued_to_ring_ms": percentiles(rings),
        "dead_letters": dict(Counter(map(_letter, filter(_is_letter, records)))),
    }


def _is_letter(record: Written) -> bool:
    return record.topic.endswith("dead-letters")


def _letter(record: Written) -> str:
    """What was given up: by whom, what was asked, why."""
    letter = record.event
    return f"{letter['follower']}: {letter.get('request')}: {letter['reason']}"


def double_offers(history: Iterable[Written]) -> int:
    """Offers made while the contact or the operator had another one open."""
    open_of: dict[str, str] = {}
    wrong = 0
    for record in history:
        if record.topic != "routing.pool":
            continue
        data = record.data
        ends = {"OfferDeclined", "OfferLapsed", "OfferWithdrawn", "OperatorReleased"}
        if record.name == "OfferMade":
            wrong += data["operator_id"] in open_of or data["contact_id"] in open_of.values()
            open_of[data["operator_id"]] = data["contact_id"]
        elif record.name in ends:
            open_of.pop(data["operator_id"], None)
    return wrong


def percentiles(values: list[float]) -> dict[str, float]:
    """p50, p99 and the most, one decimal; empty without values."""
    if not values:
        return {}
    ordered = sorted(values)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)], 1)

    return {"p50": at(0.5), "p99": at(0.99), "most": round(ordered[-1], 1)}


def _at(record: Written) -> datetime:
    return datetime.fromisoformat(record.event["time"])


@dataclass(frozen=True, slots=True)
class Used:
    """Processor time of each process so far, seconds, at an instant of the monotonic clock."""

    cpu_s: dict[str, float]
    at: float

    @classmethod
    def so_far(cls, pids: Mapping[str, int]) -> "Used":
        ticks = os.sysconf("SC_CLK_TCK")
        cpu_s = {}
        for name, pid in pids.items():
            stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            cpu_s[name] = (int(stat[11]) + int(stat[12])) / ticks
        return cls(cpu_s, time.monotonic())

    def since(self, earlier: "Used") -> dict[str, float]:
        return {name: used - earlier.cpu_s[name] for name, used in self.cpu_s.items()}


def costs(used: Sequence[Used], contacts: int) -> dict[str, Any]:
    """Processor time by process: per second before anybody calls, and per contact in all."""
    idle, rested, before, after = used
    idle_s, lasted_s = rested.at - idle.at, after.at - before.at
    each = {name: s * 1000 / idle_s for name, s in rested.since(idle).items()}
    per = {name: s * 1000 / max(1, contacts) for name, s in after.since(before).items()}
    return {
        "idle_cpu_ms_per_s": {name: round(ms, 1) for name, ms in each.items()},
        "cpu_ms_per_contact": {name: round(ms, 1) for name, ms in per.items()},
        "cpu_ms_per_contact_in_all": round(sum(per.values()), 1),
        "lasted_s": round(lasted_s, 1),
    }
