"""Figures of the fairness view: `python -m sasayaki_monitoring.fairness.bench`, one JSON object.

A seeded centre of 50 teams × 20 operators; records are made in portions that are not timed, then
folded one by one, each fold timed. Reading and decoding them from Kafka is not part of it.
"""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from sasayaki.event import Event, Recorded
from sasayaki.media.v1.call_events import (
    CallEnded,
    CallEndReason,
    LegEndReason,
    SupervisionMode,
    SupervisorHeard,
    SupervisorLegEnded,
    TalkStarted,
)
from sasayaki.monitoring.v1.supervision_events import Purpose, SupervisionStarted
from sasayaki.routing.v1.pool_events import OperatorPut
from sasayaki_monitoring.fairness.api import WINDOW_DAYS, answer, window_of
from sasayaki_monitoring.fairness.policy import Policy
from sasayaki_monitoring.fairness.view import FairnessView

OPERATORS = 1_000
TEAM_OF = 20
SUPERVISED_EACH = 20
"""One call of so many is monitored."""
PORTION = 1_000
"""Records at a time: few, so that the collector looks at the view rather than at them."""
BEGIN = datetime.fromisoformat("2026-10-01T00:00:00+00:00")
SPAN_S = 20 * 24 * 3600
NODE = {"node_id": "node_1", "happening_seq": 1}


def measure(events: int) -> dict[str, Any]:
    """Folds that many records and asks once for everything."""
    view = FairnessView()
    records = _records(events)
    whole_ns, whole_cpu_ns, slowest_cpu_ns, each_ns = 0, 0, 0, []
    while portion := list(islice(records, PORTION)):
        for record in portion:
            began_cpu_ns, began_ns = time.thread_time_ns(), time.perf_counter_ns()
            view.fold(record)
            taken_ns = time.perf_counter_ns() - began_ns
            taken_cpu_ns = time.thread_time_ns() - began_cpu_ns
            whole_cpu_ns += taken_cpu_ns
            slowest_cpu_ns = max(slowest_cpu_ns, taken_cpu_ns)
            whole_ns += taken_ns
            each_ns.append(taken_ns)
    each_ns.sort()
    folded = len(each_ns)
    began_cpu_ns, began_ns = time.thread_time_ns(), time.perf_counter_ns()
    until = BEGIN + timedelta(seconds=SPAN_S)
    window = window_of("out_bench", frozenset(("cli_bench",)), WINDOW_DAYS, until, UTC)
    told = answer(view.counted(window), window, WINDOW_DAYS, Policy())
    question_ns = time.perf_counter_ns() - began_ns
    question_cpu_ns = time.thread_time_ns() - began_cpu_ns
    return {
        "events": folded,
        "operators": sum(len(team.operators) for team in told.teams),
        "sessions": sum(team.sessions for team in told.teams),
        "fold_s": round(whole_ns / 1e9, 2),
        "question_s": round(question_ns / 1e9, 2),
        "all_s": round((whole_ns + question_ns) / 1e9, 2),
        "all_cpu_s": round((whole_cpu_ns + question_cpu_ns) / 1e9, 2),
        "event_mean_us": round(whole_ns / folded / 1e3, 2),
        "event_p99_us": round(each_ns[int(folded * 0.99)] / 1e3, 2),
        "event_p9999_us": round(each_ns[int(folded * 0.9999)] / 1e3, 2),
        "event_slowest_ms": round(each_ns[-1] / 1e6, 3),
        "event_slowest_cpu_ms": round(slowest_cpu_ns / 1e6, 3),
        "machine": {
            "cpus": os.cpu_count(),
            "system": platform.platform(),
            "load_1_min": round(os.getloadavg()[0], 1),
        },
    }


def _records(most: int) -> Iterator[Recorded[Any]]:
    random = Random(1)
    for number in range(OPERATORS):
        put = OperatorPut(
            operator_id=f"usr_{number}",
            team_id=f"tea_{number // TEAM_OF}",
            skills=(),
            client_ids=("cli_bench",),
            skill_levels=(),
        )
        yield _record("pool", put, BEGIN)
    # Of all calls so many are monitored, at three records more each.
    calls = int((most - OPERATORS) / (2 + 3 / SUPERVISED_EACH))
    for number in range(calls):
        at = BEGIN + timedelta(seconds=number * SPAN_S / calls)
        yield from _call(number, random.randrange(OPERATORS), at, random)


def _call(number: int, operator: int, at: datetime, random: Random) -> Iterator[Recorded[Any]]:
    contact_id, operator_id = f"con_{number}", f"usr_{operator}"
    talk = TalkStarted(leg_id=f"leg_{number}", operator_id=operator_id, **NODE)
    yield _record(contact_id, talk, at)
    if number % SUPERVISED_EACH == 0:
        yield from _session(number, operator, at, random)
    ended = CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, **NODE)
    yield _record(contact_id, ended, at + timedelta(seconds=random.expovariate(1 / 300)))


def _session(number: int, operator: int, at: datetime, random: Random) -> Iterator[Recorded[Any]]:
    leg_id, supervision_id, supervisor_id = (
        f"leg_s{number}",
        f"spv_{number}",
        f"usr_sv{operator // TEAM_OF}",
    )
    started = SupervisionStarted(
        contact_id=f"con_{number}",
        supervisor_id=supervisor_id,
        operator_id=f"usr_{operator}",
        mode=SupervisionMode.LISTEN,
        purpose=random.choice((Purpose.QUALITY, Purpose.SAMPLING, Purpose.HELP)),
    )
    heard = SupervisorHeard(
        leg_id=leg_id,
        supervisor_id=supervisor_id,
        supervision_id=supervision_id,
        mode=SupervisionMode.LISTEN,
        applied_at=at,
        **NODE,
    )
    left = SupervisorLegEnded(
        leg_id=leg_id,
        supervisor_id=supervisor_id,
        supervision_id=supervision_id,
        reason=LegEndReason.RELEASED,
        **NODE,
    )
    yield _record(supervision_id, started, at)
    yield _record(f"con_{number}", heard, at)
    yield _record(f"con_{number}", left, at + timedelta(seconds=60))


def _record(subject: str, data: Event, at: datetime) -> Recorded[Any]:
    return Recorded[Any].model_construct(
        id="rec",
        type=data.event_type,
        source="/bench",
        subject=subject,
        sequence=0,
        time=at,
        recorded_time=at,
        tenant_id="out_bench",
        client_id="cli_bench",
        at=0,
        owner="bench",
        data=data,
    )


def main(arguments: list[str]) -> int:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(prog="sasayaki bench fairness", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    wanted = parser.parse_args(arguments)
    sys.stdout.write(f"{json.dumps(measure(wanted.events))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
