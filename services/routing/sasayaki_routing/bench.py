"""Figures of routing's decisions, one JSON object: `python -m sasayaki_routing.bench --kafka …`.

A pool of 1,000 operators, all ready but for those who talk, and 200 contacts that wait for a skill
that none of the ready ones has. Contacts come, are answered, end and set their operator free, one
command after another. `decide_*` is the pure decision, `decide_cpu_*` its own processor time;
`command_*` the whole way from the command to the acknowledged append of its events; `bare_*`, in
the same run, the same for a trivial one.
"""

import argparse
import asyncio
import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from statistics import quantiles
from typing import Any

from sasayaki.routing.v1.pool_events import OfferMade, OperatorState, PoolEvent
from sasayaki_chassis.clock import SystemClock
from sasayaki_chassis.decider import Decider
from sasayaki_chassis.kafka import topics
from sasayaki_chassis.kafka.log import KafkaLog, KafkaReader
from sasayaki_chassis.owner import Meta, Owners
from sasayaki_routing.pool.commands import (
    AcceptOffer,
    Command,
    EndContact,
    PutOperator,
    QueueContact,
    Release,
    SetState,
)
from sasayaki_routing.pool.decider import POOL
from sasayaki_routing.pool.state.states import Pool, search

OPERATORS = 1_000
WAITING = 200
LEVELS = 5
TEAMS = 50
WARM_UP = 20
"""Contacts whose commands are not measured."""
META = Meta("out_bench")


class Bench:
    """One pool on a broker, and how long everything took, milliseconds."""

    def __init__(self, owners: Owners[Pool, Command, PoolEvent], stream: str) -> None:
        self.command_ms: list[float] = []
        self._owners = owners
        self._stream = stream
        self._asked = 0

    async def ask(self, command: Command) -> tuple[PoolEvent, ...]:
        self._asked += 1
        request_id = f"{self._stream}/{self._asked}"
        return await self._owners.handle(self._stream, command, request_id=request_id, meta=META)

    async def timed(self, command: Command) -> tuple[PoolEvent, ...]:
        began = time.perf_counter()
        events = await self.ask(command)
        self.command_ms.append((time.perf_counter() - began) * 1_000)
        return events

    async def fill(self) -> None:
        """Operators and those who wait."""
        for number in range(OPERATORS):
            levels = (number % LEVELS + 1, number % 3 + 1)
            who, team = f"usr_{number:04}", f"tea_{number % TEAMS}"
            await self.ask(PutOperator(who, team, ("en", "ja"), ("cli_bench",), levels))
            await self.ask(SetState(who, OperatorState.READY))
        for number in range(WAITING):
            await self.ask(_queue(f"con_w{number}", "rare"))

    async def contact(self, number: int) -> None:
        """One contact from its coming to the operator's release."""
        contact_id = f"con_{number}"
        events = await self.timed(_queue(contact_id, "ja", "en"))
        [offer] = [event for event in events if isinstance(event, OfferMade)]
        await self.timed(AcceptOffer(contact_id, offer.operator_id))
        await self.timed(EndContact(contact_id))
        await self.timed(Release(contact_id, offer.operator_id))


def _queue(contact_id: str, *skills: str) -> QueueContact:
    return QueueContact(contact_id, "cli_bench", "que_bench", skills, 3)


def _watched(decide_ms: list[float], cpu_ms: list[float]) -> Decider[Pool, Command, PoolEvent]:
    def decide(pool: Pool, command: Command, now: datetime) -> Sequence[PoolEvent]:
        began, began_cpu = time.perf_counter(), time.thread_time()
        events = POOL.decide(pool, command, now)
        cpu_ms.append((time.thread_time() - began_cpu) * 1_000)
        decide_ms.append((time.perf_counter() - began) * 1_000)
        return events

    return replace(POOL, decide=decide, partitions=1)


async def measure(address: str, contacts: int) -> dict[str, Any]:
    """All figures."""
    await topics.ensure(address, {POOL.stream: 1}, ())
    decide_ms, cpu_ms = list[float](), list[float]()
    async with KafkaReader(address, POOL.stream, 1) as reader:
        owners = Owners(_watched(decide_ms, cpu_ms), [KafkaLog(reader, 0)], SystemClock())
        serving = asyncio.create_task(owners.run())
        await owners.all_serving()
        bench, bare = Bench(owners, "pool_bench"), Bench(owners, "pool_bare")
        await bench.fill()
        for number in range(-WARM_UP, contacts):
            if number == 0:
                bench.command_ms.clear()
                decide_ms.clear()
                cpu_ms.clear()
            await bench.contact(number + WARM_UP)
        decided, computed = list(decide_ms), list(cpu_ms)
        for number in range(contacts):
            # Alone in its pool: nobody to choose from.
            await bare.timed(EndContact(f"con_{number}"))
        pool = owners.state("pool_bench")
        serving.cancel()
        await asyncio.wait((serving,))
    return {
        "operators": len(pool.operators),
        "waiting": sum(search(pool, contact) is not None for contact in pool.contacts.values()),
        "commands": len(bench.command_ms),
        **_cuts("decide", decided),
        **_cuts("decide_cpu", computed),
        **_cuts("command", bench.command_ms),
        **_cuts("bare", bare.command_ms),
        "machine": {
            "cpus": os.cpu_count(),
            "system": platform.platform(),
            "load_1_min": round(os.getloadavg()[0], 1),
        },
    }


def _cuts(name: str, taken_ms: list[float]) -> dict[str, float]:
    cuts = quantiles(taken_ms, n=100)
    return {f"{name}_p50_ms": round(cuts[49], 3), f"{name}_p99_ms": round(cuts[98], 3)}


def main(arguments: list[str]) -> int:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(prog="sasayaki bench routing", description=__doc__)
    parser.add_argument("--kafka", required=True)
    parser.add_argument("--contacts", type=int, default=500)
    wanted = parser.parse_args(arguments)
    json.dump(asyncio.run(measure(wanted.kafka, wanted.contacts)), sys.stdout)
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
