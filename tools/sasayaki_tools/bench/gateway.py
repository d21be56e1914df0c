"""`./sasayaki bench gateway`: one gateway under many browsers that follow a large floor.

A real gateway process; the floor behind it is played here: so many seats, so many numbered changes
a second. Each browser is a person of its own with its own stream of alerts, and is cut off once and
comes back with `Last-Event-ID`: then every number must have reached it.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

import grpc
import grpc.aio

from sasayaki.monitoring.v1 import floor_pb2 as floor
from sasayaki.monitoring.v1 import monitoring_service_pb2 as monitoring
from sasayaki_tools.platform.identity import open_keys
from sasayaki_tools.platform.ports import HOST, SERVICES

AWAY_S = 0.5
"""How long a browser that was cut off stays away."""
SETTLE_S = 3.0
START_S = 30.0


class Floor:
    """The floor that is played: each change has a number, in the place of the reason."""

    def __init__(self, seats: int) -> None:
        self._seats = seats
        self._shared: list[asyncio.Queue[monitoring.WatchFloorResponse]] = []
        self.number = 0
        self.changed_at: dict[int, float] = {}
        self.readers = 0

    def change(self) -> None:
        """One seat changes."""
        self.number += 1
        self.changed_at[self.number] = time.perf_counter()
        row = self._row(random.randrange(self._seats), str(self.number))
        for each in self._shared:
            each.put_nowait(monitoring.WatchFloorResponse(rows=[row]))

    async def watch(
        self, request: monitoring.WatchFloorRequest, context: Any
    ) -> AsyncIterator[monitoring.WatchFloorResponse]:
        self.readers += 1
        if request.part != monitoring.FLOOR_PART_SHARED:
            yield monitoring.WatchFloorResponse()
            await asyncio.Event().wait()
        news: asyncio.Queue[monitoring.WatchFloorResponse] = asyncio.Queue()
        self._shared.append(news)
        rows = [self._row(seat, "0") for seat in range(self._seats)]
        yield monitoring.WatchFloorResponse(rows=rows)
        while True:
            yield await news.get()

    def _row(self, seat: int, number: str) -> floor.FloorRow:
        one = floor.FloorOperator(
            operator_id=f"usr_seat{seat:04}",
            team_id=f"tea_{seat % 20}",
            state=floor.FLOOR_OPERATOR_STATE_TALKING,
            reason=number,
        )
        one.since.GetCurrentTime()
        return floor.FloorRow(operator=one)


@dataclass(slots=True)
class Browser:
    """A browser that follows the floor."""

    port: int
    user: str
    cookie: str = ""
    mark: str = ""
    seen: set[int] = field(default_factory=set)
    wholes: int = 0
    delays_s: list[float] = field(default_factory=list)

    async def sign_in(self) -> None:
        body = json.dumps({"userId": self.user})
        reader, writer = await asyncio.open_connection(HOST, self.port)
        writer.write(
            f"POST /api/session/demo HTTP/1.0\r\nHost: {HOST}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        head = (await reader.read()).decode()
        writer.close()
        self.cookie = head.split("set-cookie: ", 1)[1].split(";")[0]

    async def follow(self, floor_: Floor, cut_after_s: float) -> None:
        """Follows for ever; is cut off once."""
        first = asyncio.create_task(self._follow(floor_))
        await asyncio.sleep(cut_after_s)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await asyncio.sleep(AWAY_S)
        await self._follow(floor_)

    async def _follow(self, floor_: Floor) -> None:
        reader, writer = await asyncio.open_connection(HOST, self.port, limit=8 * 1024 * 1024)
        last = f"Last-Event-ID: {self.mark}\r\n" if self.mark else ""
        writer.write(
            f"GET /api/stream/MonitoringService/WatchFloor HTTP/1.0\r\nHost: {HOST}\r\n"
            f"Cookie: {self.cookie}\r\n{last}\r\n".encode()
        )
        try:
            await reader.readuntil(b"\r\n\r\n")
            async for line in reader:
                if line.startswith(b"id: "):
                    self.mark = line[4:].decode().strip()
                elif line == b"event: snapshot\n":
                    self.wholes += 1
                elif line.startswith(b"data: "):
                    self._take(line, floor_)
        finally:
            writer.transport.abort()

    def _take(self, line: bytes, floor_: Floor) -> None:
        now = time.perf_counter()
        # A sign of life has none.
        for row in json.loads(line[6:]).get("rows", ()):
            number = int(row["operator"]["reason"])
            if number and number not in self.seen:
                self.seen.add(number)
                self.delays_s.append(now - floor_.changed_at[number])


async def measure(
    browsers: int, seats: int, changes_per_s: float, seconds: float
) -> dict[str, Any]:
    """All figures."""
    played = Floor(seats)
    async with _serving(played) as address, _gateway(address, browsers) as (port, process):
        all_of_them = [Browser(port, f"usr_b{number:03}") for number in range(browsers)]
        for each in all_of_them:
            await each.sign_in()
        cuts = [random.uniform(1.0, seconds - 2.0) for _ in all_of_them]
        following = [
            asyncio.create_task(each.follow(played, SETTLE_S + cut))
            for each, cut in zip(all_of_them, cuts, strict=True)
        ]
        await asyncio.sleep(SETTLE_S)
        cpu_s, began = _cpu_s(process.pid), time.perf_counter()
        while (elapsed := time.perf_counter() - began) < seconds:
            due = int(elapsed * changes_per_s)
            while played.number < due:
                played.change()
            await asyncio.sleep(0.005)
        share = (_cpu_s(process.pid) - cpu_s) / (time.perf_counter() - began)
        memory = _memory_bytes(process.pid)
        await asyncio.sleep(SETTLE_S)
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
    delays = sorted(delay for each in all_of_them for delay in each.delays_s)
    told = set(range(1, played.number + 1))
    return {
        "browsers": browsers,
        "seats": seats,
        "changes_per_s": changes_per_s,
        "seconds": seconds,
        "cpu_percent_of_one_core": round(share * 100, 1),
        "memory_mb": round(memory / 1e6),
        "streams_read_of_the_service": played.readers,
        "changes": played.number,
        "missed": sum(len(told - each.seen) for each in all_of_them),
        "wholes_after_reconnect": sum(each.wholes - 1 for each in all_of_them),
        "change_to_browser_ms": {
            "p50": round(quantiles(delays, n=100)[49] * 1000, 1),
            "p95": round(quantiles(delays, n=100)[94] * 1000, 1),
            "max": round(delays[-1] * 1000, 1),
        },
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.python_version()}",
    }


@asynccontextmanager
async def _serving(played: Floor) -> AsyncIterator[str]:
    server = grpc.aio.server()
    watch = grpc.unary_stream_rpc_method_handler(
        played.watch,
        request_deserializer=monitoring.WatchFloorRequest.FromString,
        response_serializer=monitoring.WatchFloorResponse.SerializeToString,
    )
    service = "sasayaki.monitoring.v1.MonitoringService"
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(service, {"WatchFloor": watch}),)
    )
    port = server.add_insecure_port(f"{HOST}:0")
    await server.start()
    try:
        yield f"{HOST}:{port}"
    finally:
        await server.stop(None)


@asynccontextmanager
async def _gateway(
    services: str, browsers: int
) -> AsyncIterator[tuple[int, asyncio.subprocess.Process]]:
    """A gateway with an account for each browser."""
    with tempfile.TemporaryDirectory(prefix="sasayaki-bench-") as name:
        folder = Path(name)
        open_keys(folder / "keys")
        people = [
            {"userId": f"usr_b{number:03}", "name": "b", "role": "supervisor", "teamId": "tea_1"}
            for number in range(browsers)
        ]
        (folder / "people.json").write_text(json.dumps({"tenant": "out_bench", "people": people}))
        port, metrics = _free_port(), _free_port()
        settings = {
            "LISTEN_ADDRESS": f"{HOST}:{port}",
            "HTTP_ADDRESS": f"{HOST}:{metrics}",
            "STATE": str(folder / "gateway"),
            "PEOPLE_FILE": str(folder / "people.json"),
            "TOKEN_PRIVATE_KEY_FILE": str(folder / "keys" / "token.pem"),
            "DEMO": "1",
            "LOG_LEVEL": "warning",
            **{f"{peer.upper()}_ADDRESS": services for peer in SERVICES},
        }
        environment = {f"SASAYAKI_GATEWAY_{key}": value for key, value in settings.items()}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sasayaki_gateway", env={**os.environ, **environment}
        )
        try:
            await _until_open(port)
            yield port, process
        finally:
            process.terminate()
            await process.wait()


async def _until_open(port: int) -> None:
    async with asyncio.timeout(START_S):
        while True:
            try:
                _, writer = await asyncio.open_connection(HOST, port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _cpu_s(pid: int) -> float:
    """Processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def main(arguments: list[str]) -> int:
    """Prints the figures as one JSON object; 1 when something was missed."""
    reader = argparse.ArgumentParser(prog="sasayaki bench gateway", description=__doc__)
    reader.add_argument("--browsers", type=int, default=200)
    reader.add_argument("--seats", type=int, default=1_000)
    reader.add_argument("--changes", type=float, default=50.0, help="a second")
    reader.add_argument("--seconds", type=float, default=30.0)
    asked = reader.parse_args(arguments)
    found = asyncio.run(measure(asked.browsers, asked.seats, asked.changes, asked.seconds))
    print(json.dumps(found, indent=2))
    return 1 if found["missed"] else 0
