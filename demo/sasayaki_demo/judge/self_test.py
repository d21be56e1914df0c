"""The judge's self-test: a story that agrees must stop agreeing when any of it is changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sasayaki_demo.judge.case import Case, when_ns
from sasayaki_demo.judge.verdict import complaints, judge
from sasayaki_demo.phones import OUTSIDE

TELLING = frozenset({"calling", "keyed", "established"})
"""The phones' entries that the topics must answer to."""
BY_THE_CLOCK = frozenset({"monitoring.fairness"})
"""Topics that are worked out of the others once a day: no phone and no person answers for them.

Nor for the alerts that rules raise and end by themselves.
"""


def self_test(case: Case) -> list[str]:
    """Returns the changes that the judge did not notice; none is right.

    Each record of the case's own time is once removed, once doubled and once swapped with its
    neighbour in the partition; each telling entry of the ledger is once removed.
    Raises ValueError when the judge complains of the case as it is.
    """
    if found := judge(case):
        raise ValueError(f"the story does not agree to begin with: {found[:5]}")
    changed = [*_records_changed(case), *_ledger_changed(case)]
    # One complaint is enough; to work out all of them for each change takes minutes.
    return [what for what, other in changed if next(complaints(other), None) is None]


def _records_changed(case: Case) -> Iterator[tuple[str, Case]]:
    records = case.records
    by_rules = _alerts_of_rules(case)
    for i, record in enumerate(records):
        if not record.is_history or when_ns(record) < case.started_ns:
            continue
        if record.topic in BY_THE_CLOCK or record.event["subject"] in by_rules:
            continue
        name = f"{record.topic}/{record.partition}@{record.offset} {record.name}"
        yield f"removed {name}", replace(case, records=records[:i] + records[i + 1 :])
        yield f"doubled {name}", replace(case, records=records[: i + 1] + records[i:])
        if i + 1 < len(records) and records[i + 1].topic == record.topic:
            after = records[i + 1]
            swapped = [replace(record, event=after.event), replace(after, event=record.event)]
            yield (
                f"swapped {name}",
                replace(case, records=[*records[:i], *swapped, *records[i + 2 :]]),
            )


def _alerts_of_rules(case: Case) -> frozenset[str]:
    return frozenset(
        str(record.event["subject"])
        for record in case.records
        if record.is_history
        and record.name == "AlertRaised"
        and record.data["kind"] != "ALERT_KIND_HELP"
    )


def _ledger_changed(case: Case) -> Iterator[tuple[str, Case]]:
    answering = {e["user"] for e in case.ledger if e.get("act") == "set_operator_state"}
    answering.add(OUTSIDE)
    for i, entry in enumerate(case.ledger):
        event = entry.get("event")
        if event not in TELLING or (event == "established" and entry["phone"] not in answering):
            continue
        yield (
            f"forgot {event} of {entry['phone']}",
            replace(case, ledger=case.ledger[:i] + case.ledger[i + 1 :]),
        )
