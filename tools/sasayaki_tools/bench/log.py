"""`./sasayaki bench log`: from a decision to its acknowledged append, on a real broker.

The same owner that services run decides trivially, one command after another and then many at
once; beside it aiokafka alone appends batches of the same size, as the floor under both.
"""

import argparse
import asyncio
import json
import os
import platform
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

from sasayaki.event import Event, Uint32
from sasayaki_chassis.clock import SystemClock
from sasayaki_chassis.codec import Entry
from sasayaki_chassis.decider import Decider
from sasayaki_chassis.kafka import topics
from sasayaki_chassis.kafka.log import KafkaLog, KafkaReader
from sasayaki_chassis.owner import Meta, Owners
from sasayaki_tools import broker

TOPIC = "bench.counter"
BARE = "bench.bare"
WARM_UP = 300
STREAMS = 100
ROUNDS = 20
"""Decisions of each stream in the run with many at once."""


class Counted(Event, type="sasayaki.bench.v1.Counted"):
    """One more."""

    total: Uint32
    contact_id: str
    note: str


def _decide(total: int, command: str, now: datetime) -> Sequence[Counted]:
    return [Counted(total=total + 1, contact_id="con_bench", note=command)]


COUNTER: Decider[int, str, Counted] = Decider(
    stream=TOPIC,
    initial=0,
    decide=_decide,
    evolve=lambda total, event: event.total,
    deadline=lambda total: None,
    events=(Counted,),
    partitions=1,
)


async def measure(decisions: int) -> dict[str, Any]:
    """All figures, from a broker of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="sasayaki-bench-") as folder,
        broker.running(broker.bring(), Path(folder)) as address,
    ):
        await topics.ensure(address, {TOPIC: 1, BARE: 1}, ())
        owned = await _owned(address, decisions)
        bare = await _bare(address, decisions)
    return {"decisions": decisions, **owned, **bare, "machine": _machine()}


async def _owned(address: str, decisions: int) -> dict[str, float]:
    async with KafkaReader(address, TOPIC, 1) as reader:
        owners = Owners(COUNTER, [KafkaLog(reader, 0)], SystemClock())
        serving = asyncio.create_task(owners.run())
        await owners.all_serving()

        async def decide(stream: str, number: int) -> None:
            meta = Meta("out_bench", correlation_id="con_bench")
            await owners.handle(stream, "x" * 32, request_id=f"{stream}/{number}", meta=meta)

        p50_ms, p99_ms = await _timed(lambda number: decide("one", number), decisions)

        async def many(stream: str) -> None:
            for number in range(ROUNDS):
                await decide(stream, number)

        started = time.perf_counter()
        await asyncio.gather(*(many(f"many-{number}") for number in range(STREAMS)))
        per_s = STREAMS * ROUNDS / (time.perf_counter() - started)
        serving.cancel()
        await asyncio.wait((serving,))
    return {
        "append_p50_ms": p50_ms,
        "append_p99_ms": p99_ms,
        "decisions_per_s_100_streams": round(per_s),
    }


async def _bare(address: str, decisions: int) -> dict[str, float]:
    """The client alone: batches of one record of the size that the owner writes."""
    async with KafkaReader(address, BARE, 1) as reader:
        log = KafkaLog(reader, 0)
        entry = Entry(b"one", b"x" * 600, (("ce_type", b"bench"),))

        async def append(number: int) -> None:
            await log.append([entry])

        p50_ms, p99_ms = await _timed(append, decisions)
    return {"bare_append_p50_ms": p50_ms, "bare_append_p99_ms": p99_ms}


async def _timed(act: Callable[[int], Awaitable[None]], times: int) -> tuple[float, float]:
    """Milliseconds of one act after another, p50 and p99, without the first few."""
    taken_ms = []
    for number in range(WARM_UP + times):
        started = time.perf_counter()
        await act(number)
        taken_ms.append((time.perf_counter() - started) * 1000)
    cuts = quantiles(taken_ms[WARM_UP:], n=100)
    return round(cuts[49], 3), round(cuts[98], 3)


def _machine() -> dict[str, Any]:
    load = round(os.getloadavg()[0], 1)
    return {"cpus": os.cpu_count(), "system": platform.platform(), "load_1_min": load}


def main(arguments: list[str]) -> int:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(prog="sasayaki bench log", description=__doc__)
    parser.add_argument("--decisions", type=int, default=3_000)
    wanted = parser.parse_args(arguments)
    print(json.dumps(asyncio.run(measure(wanted.decisions))))
    return 0
