"""`./sasayaki bench contacts`: how many contacts a second the whole platform takes.

A platform of its own runs on free ports. Callers arrive evenly; each hears the guidance (1.5 s),
presses a key at once and is with an operator for five seconds; the operator's phone hangs up and
the wrap-up is done a second later. What phones saw is compared with the topics afterwards. A few
callers come before the count begins: programs that were started a moment ago have no code warm.
"""

import argparse
import asyncio
import json
import os
import platform as machine
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc

from sasayaki.callreason.v1 import callreason_service_pb2 as callreason
from sasayaki.callreason.v1.callreason_service_pb2_grpc import CallreasonServiceStub
from sasayaki.callreason.v1.enquiry_events_pb2 import FormAnswer
from sasayaki.routing.v1 import pool_events_pb2 as pool
from sasayaki.routing.v1 import routing_service_pb2 as routing
from sasayaki.routing.v1.routing_service_pb2_grpc import RoutingServiceStub
from sasayaki_demo.topics import read_topics
from sasayaki_tools import seed
from sasayaki_tools.bench.contacts_figures import Seen, Used, costs, figures
from sasayaki_tools.paths import BINARIES, ROOT
from sasayaki_tools.platform import endpoints
from sasayaki_tools.platform.endpoints import Endpoints, add_seed
from sasayaki_tools.platform.identity import open_keys
from sasayaki_tools.platform.plan import Places
from sasayaki_tools.say import note
from sasayaki_tools.seed_file import Seed, User, read_seed

CLIENT, NUMBER = "cli_check", "+81312345670"
SKILLS = ("billing", "contract", "general")
KEY_AFTER_S = 1.7
KEYS = {"digits": "222222", "tone_ms": 100, "gap_ms": 1_000}
"""Pressed again for one whose menu begins late; keys in the queue and the talk mean nothing."""
WARM_UP, WARM_UP_PER_S = 20, 4.0
TALK_S = 5.0
WRAP_UP_S = 1.0
END_S = 60.0
RPC_S = 20.0
IDLE_S = 5.0
"""For which the processes are watched before anybody calls."""
LINE_BYTES_MOST = 1 << 20
TOGETHER_MS = "4"
"""Phones of one process send their packets together so often, to leave the processor to others."""
ANSWERS = (FormAnswer(key="outcome", value="resolved"),)


class Softphone:
    """Many phones in one process; whoever waits for a phone's event is told of that phone only."""

    def __init__(self, process: asyncio.subprocess.Process, server: str) -> None:
        self._process, self._server = process, server
        self._news: defaultdict[str, asyncio.Queue[dict[str, Any]]] = defaultdict(asyncio.Queue)
        self.reading = asyncio.create_task(self._read())

    @property
    def pid(self) -> int:
        return self._process.pid

    @classmethod
    async def start(cls, server: str) -> "Softphone":
        pipe = asyncio.subprocess.PIPE
        binary = str(BINARIES / "sasayaki-softphone")
        return cls(
            await asyncio.create_subprocess_exec(
                binary, "--together-ms", TOGETHER_MS, stdin=pipe, stdout=pipe, limit=LINE_BYTES_MOST
            ),
            server,
        )

    async def add(self, phone: str, **settings: Any) -> None:
        await self.do("phone", phone=phone, server=self._server, **settings)

    async def do(self, what: str, **values: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": what, **values}).encode() + b"\n")
        await self._process.stdin.drain()

    async def next(self, phone: str, *events: str) -> dict[str, Any]:
        """A phone's next event of these kinds; those before it are passed over."""
        while (told := await self._news[phone].get())["event"] not in events:
            pass
        return told

    async def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
        await self.reading

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told = json.loads(line)
            if "phone" in told:
                self._news[told["phone"]].put_nowait(told)


class Load:
    """The people of the benchmark on a running platform."""

    def __init__(self, platform: Endpoints, people: Seed, phones: Softphone, sound: bool) -> None:
        self._platform, self._people, self._phones = platform, people, phones
        self._sound = {"silence": True} if sound else {"nothing": True}
        self._channels = {
            name: grpc.aio.insecure_channel(platform.grpc[name])
            for name in ("routing", "callreason")
        }
        self._routing: Any = RoutingServiceStub(self._channels["routing"])
        self._callreason: Any = CallreasonServiceStub(self._channels["callreason"])
        self.seen = Seen()

    async def run(self, rate: float, seconds: float, begins: Callable[[], None]) -> Seen:
        """Lets callers arrive and everybody finish; `begins` is called when the count does."""
        operators = [user.id for user in self._people.operators]
        for user in operators:
            await self._phones.add(
                user,
                user=user,
                secret=self._platform.sip_secrets[user],
                register=True,
                answer="auto",
                sound=self._sound,
            )
        for user in operators:
            await self._phones.next(user, "registered")
        await asyncio.gather(*(self._ready(user) for user in operators))
        async with asyncio.TaskGroup() as tasks:
            desks = [tasks.create_task(self._desk(user)) for user in operators]
            await self._arrive(tasks, "w", WARM_UP, WARM_UP_PER_S)
            self.seen = Seen(datetime.now(UTC))
            begins()
            await self._arrive(tasks, "c", round(rate * seconds), rate)
            for task in desks:
                task.cancel()
        for channel in self._channels.values():
            await channel.close()
        return self.seen

    async def _arrive(self, tasks: asyncio.TaskGroup, name: str, callers: int, rate: float) -> None:
        """Callers, one after the other; returns when they have gone and are wrapped up."""
        calling = []
        began = time.monotonic()
        for n in range(callers):
            await asyncio.sleep(max(0.0, began + n / rate - time.monotonic()))
            calling.append(tasks.create_task(self._caller(f"{name}{n}", f"+8190{n:08}")))
        _, late = await asyncio.wait(calling, timeout=END_S)
        self.seen.unfinished = len(late)
        await asyncio.sleep(2 * WRAP_UP_S)
        for task in late:
            task.cancel()

    async def _caller(self, phone: str, number: str) -> None:
        await self._phones.add(phone, sound=self._sound)
        await self._phones.do("call", phone=phone, to=NUMBER, **{"from": number})
        calling = await self._phones.next(phone, "calling")
        told = await self._phones.next(phone, "answered", "refused")
        if told["event"] == "refused":
            self.seen.refused += 1
            return
        self.seen.answered_ms.append((told["mono_ns"] - calling["mono_ns"]) / 1e6)
        await asyncio.sleep(KEY_AFTER_S)
        await self._phones.do("dtmf", phone=phone, **KEYS)
        await self._phones.next(phone, "hungup")

    async def _desk(self, user: str) -> None:
        """Takes one call after another: talks, hangs up, wraps up."""
        while True:
            talk = await self._phones.next(user, "established")
            self.seen.talks += 1
            await asyncio.sleep(TALK_S)
            await self._phones.do("hangup", phone=user)
            await asyncio.sleep(WRAP_UP_S)
            asked = callreason.CompleteWrapUpRequest(
                request_id=f"wrap-{talk['contact_id']}",
                contact_id=talk["contact_id"],
                answers=ANSWERS,
            )
            try:
                await self._callreason.CompleteWrapUp(asked, metadata=self._as(user), timeout=RPC_S)
            except grpc.aio.AioRpcError as refusal:
                self.seen.wrap_ups_refused[f"{refusal.code().name} {refusal.details()}"] += 1

    async def _ready(self, user: str) -> None:
        asked = routing.SetOperatorStateRequest(
            request_id=f"ready-{user}", state=pool.OPERATOR_STATE_READY
        )
        await self._routing.SetOperatorState(asked, metadata=self._as(user), timeout=RPC_S)

    def _as(self, user: str) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self._platform.tokens[user]}"),)


def crowd(operators: int) -> Seed:
    """The demo's check company with so many operators and nobody else."""
    demo = read_seed("demo")
    people = tuple(
        User(
            id=f"usr_l{n:03}", name="", role="operator", team="tea_load", clients=(CLIENT,)
        ).model_copy(update={"skills": SKILLS})
        for n in range(operators)
    )
    clients = tuple(client for client in demo.clients if client.id == CLIENT)
    return demo.model_copy(update={"users": (demo.admin, *people), "clients": clients})


async def measure(state: Path, rate: float, seconds: float, operators: int, *, sound: bool) -> Any:
    """Seeds the platform of a state folder, lets the load run, and returns the figures."""
    places = Places(state)
    platform = endpoints.read(places.endpoints)
    assert platform is not None, "the platform was just started"
    people = crowd(operators)
    add_seed(platform, "load", people, open_keys(places.keys))
    await asyncio.to_thread(seed.apply, people, platform)
    phones = await Softphone.start(platform.sip)
    pids = {name: process.pid for name, process in platform.processes.items()}
    pids |= {"softphones": phones.pid, "bench": os.getpid()}
    used = [Used.so_far(pids)]
    await asyncio.sleep(IDLE_S)
    used.append(Used.so_far(pids))
    try:
        load = Load(platform, people, phones, sound)
        seen = await load.run(rate, seconds, lambda: used.append(Used.so_far(pids)))
        used.append(Used.so_far(pids))
    finally:
        await phones.stop()
    return {
        "rate": rate,
        "seconds": seconds,
        "operators": operators,
        "sound": sound,
        **figures(seen, await read_topics(platform.kafka)),
        **costs(used, round(rate * seconds)),
        "machine": {"cpus": os.cpu_count(), "system": machine.platform()},
    }


def main(arguments: list[str]) -> int:
    """Prints the figures as one JSON object."""
    parser = argparse.ArgumentParser(prog="sasayaki bench contacts", description=__doc__)
    parser.add_argument("--rate", type=float, default=20.0, help="contacts a second, 0.1 to 100")
    parser.add_argument("--seconds", type=float, default=60.0, help="1 to 600")
    parser.add_argument("--operators", type=int, default=200, help="1 to 900")
    parser.add_argument("--no-sound", action="store_true", help="phones send no packets")
    wanted = parser.parse_args(arguments)
    if not (0.1 <= wanted.rate <= 100 and 1 <= wanted.seconds <= 600):
        parser.error("--rate takes 0.1 to 100, --seconds 1 to 600")
    if not 1 <= wanted.operators <= 900:
        parser.error("--operators takes 1 to 900")
    with tempfile.TemporaryDirectory(prefix="ssyk-") as folder:
        settings = {"SASAYAKI_STATE_DIR": folder, "SASAYAKI_NODE_RTP_SILENCE_MS": "120000"}
        os.environ.update(settings)
        launcher = str(ROOT / "sasayaki")
        subprocess.run([launcher, "up", "--detach"], check=True, stdout=sys.stderr)
        try:
            note(f"{wanted.rate:g} contacts a second for {wanted.seconds:g} s")
            told = measure(
                Path(folder),
                wanted.rate,
                wanted.seconds,
                wanted.operators,
                sound=not wanted.no_sound,
            )
            print(json.dumps(asyncio.run(told)))
        finally:
            subprocess.run([launcher, "down"], check=True, stdout=sys.stderr)
    return 0
