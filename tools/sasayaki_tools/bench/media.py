"""`./sasayaki bench media`: what the media node adds to a sound's way, whisper and recording on.

The node runs alone. This program stands in for media's Python side on the Unix socket; a softphone
process plays a customer, an operator and a supervisor for each call, with frames it can tell apart.
"""

import argparse
import asyncio
import json
import os
import platform
import socket
import struct
import tempfile
import zlib
from base64 import b32encode
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from hmac import digest
from pathlib import Path
from typing import Any

from sasayaki.media.node.v1 import node_pb2 as pb
from sasayaki_demo.ledger import Ledger
from sasayaki_demo.phones import Phones
from sasayaki_tools.paths import BINARIES
from sasayaki_tools.platform import rust

SOFTPHONE = BINARIES / "sasayaki-softphone"
NUMBER = "+81312345670"
GUIDANCE_MS = 200
MEASURED_S = 10.0
SET_UP_S = 60.0
AT_ONCE = 10
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class Node:
    """The node process and the socket to it: orders down, happenings up."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        sip: str,
    ) -> None:
        self.process, self.sip = process, sip
        self._reader, self._writer = reader, writer
        self._happened: list[pb.Happening] = []
        self._news = asyncio.Condition()
        self._orders = 0
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, folder: Path, key: bytes) -> "Node":
        (folder / "sip.key").write_bytes(key)
        sip = f"127.0.0.1:{_free_port(socket.SOCK_DGRAM)}"
        settings = {
            "SIP": sip,
            "RTP_PORTS": "24000-27998",
            "RTP_ADDRESS": "127.0.0.1",
            "SOCKET": str(folder / "node.sock"),
            "JOURNAL": str(folder / "journal"),
            "SPOOL": str(folder / "spool"),
            "SIP_KEY_FILE": str(folder / "sip.key"),
            "MD5_USERS": "",
            "HTTP": f"127.0.0.1:{_free_port(socket.SOCK_STREAM)}",
        }
        environment = {f"SASAYAKI_NODE_{name}": value for name, value in settings.items()}
        for name in ("journal", "spool"):
            (folder / name).mkdir()
        with (folder / "node.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                str(BINARIES / "sasayaki-node"), env={**os.environ, **environment}, stderr=log
            )
        async with asyncio.timeout(SET_UP_S):
            while True:
                with suppress(FileNotFoundError, ConnectionRefusedError):
                    link = await asyncio.open_unix_connection(str(folder / "node.sock"))
                    return cls(process, *link, sip)
                await asyncio.sleep(0.05)

    def order(self, **order: Any) -> None:
        """Sends one order."""
        self._orders += 1
        frame = pb.ToNode(order=pb.Order(order_id=f"o{self._orders}", **order))
        data = frame.SerializeToString()
        self._writer.write(struct.pack("<I", len(data)) + data)

    async def wait(self, what: str, *, contact_id: str = "", caller: str = "") -> pb.Happening:
        """The next happening of a kind, of a contact or caller, which is then forgotten."""
        async with asyncio.timeout(SET_UP_S), self._news:
            while True:
                for happened in self._happened:
                    if (
                        happened.WhichOneof("happening") == what
                        and happened.contact_id == contact_id
                        and happened.invited.caller_number == caller
                    ):
                        self._happened.remove(happened)
                        return happened
                await self._news.wait()

    def cpu_s(self) -> float:
        """Processor time that the node has used so far, seconds."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / CLOCK_TICKS

    async def stop(self) -> None:
        self._reading.cancel()
        self._writer.close()
        self.process.terminate()
        await self.process.wait()

    async def _read(self) -> None:
        while True:
            (length,) = struct.unpack("<I", await self._reader.readexactly(4))
            frame = pb.FromNode.FromString(await self._reader.readexactly(length))
            if frame.WhichOneof("message") != "happening":
                continue
            seq = frame.happening.seq
            data = pb.ToNode(acknowledge=pb.Acknowledge(seq=seq)).SerializeToString()
            self._writer.write(struct.pack("<I", len(data)) + data)
            async with self._news:
                self._happened.append(frame.happening)
                self._news.notify_all()


async def measure(calls: int) -> dict[str, Any]:
    """Sets `calls` supervised, recorded calls up, lets them talk, and returns the figures."""
    key = os.urandom(32)
    with tempfile.TemporaryDirectory(prefix="ssyk-") as name:
        folder = Path(name)
        node = await Node.start(folder, key)
        try:
            ledger = Ledger(folder / "ledger.jsonl")
            phones = await Phones.start(SOFTPHONE, folder / "captures", ledger, node.sip)
            try:
                figures = await _talk(node, phones, key, calls)
            finally:
                await phones.stop()
                ledger.close()
        finally:
            await node.stop()
        figures["recorded_s"] = round(_recorded_s(folder / "spool"), 1)
    return figures


async def _talk(node: Node, phones: Phones, key: bytes, calls: int) -> dict[str, Any]:
    prompt = sha256(b"guidance").hexdigest()
    node.order(set_numbers=pb.SetNumbers(numbers=[NUMBER]))
    node.order(put_prompt=pb.PutPrompt(sha256=prompt, pcmu=b"\xff" * (GUIDANCE_MS * 8)))
    gate = asyncio.Semaphore(AT_ONCE)

    async def set_up(n: int) -> int:
        async with gate:
            return await _one_call(node, phones, key, prompt, n)

    async with asyncio.TaskGroup() as tasks:
        begun = [tasks.create_task(set_up(n)) for n in range(calls)]
    await asyncio.sleep(1.0)
    await phones.do("bench_reset")
    before = node.cpu_s()
    await asyncio.sleep(MEASURED_S)
    used = node.cpu_s() - before
    await phones.do("bench_report")
    report = await phones.told("bench_report")
    for n in range(calls):
        node.order(hang_up=pb.HangUp(contact_id=f"con_{n}"))
    expected_s = 0.0
    for n, opened in enumerate(begun):
        ended = await node.wait("call_ended", contact_id=f"con_{n}")
        expected_s += 3 * (ended.at_us - opened.result()) / 1e6
        await node.wait("tap_closed", contact_id=f"con_{n}")
    return {
        "calls": calls,
        "forward_p50_us": report["forward"]["p50_us"],
        "forward_p99_us": report["forward"]["p99_us"],
        "whisper_p50_us": report["whisper"]["p50_us"],
        "whisper_p99_us": report["whisper"]["p99_us"],
        "lost_packets": report["lost_packets"],
        "cpu_ms_per_call_s": round(1000 * used / MEASURED_S / calls, 3),
        "payloads_ok": report["payloads_ok"],
        "payloads_bad": report["payloads_bad"],
        "whispers_heard": report["whispers_heard"],
        "whispers_sent": report["whispers_sent"],
        "whispers_leaked": report["whispers_leaked"],
        "expected_recorded_s": round(expected_s, 1),
        "machine": {"cpus": os.cpu_count(), "system": platform.platform()},
    }


async def _one_call(node: Node, phones: Phones, key: bytes, prompt: str, n: int) -> int:
    """Brings one call to where its supervisor whispers; returns when its recording began, µs."""
    contact, operator, supervisor, customer = (f"{p}{n}" for p in ("con_", "usr_o", "usr_s", "c"))
    for user, role in ((operator, "operator"), (supervisor, "supervisor")):
        secret = b32encode(digest(key, f"{user}:1".encode(), "sha256")).decode()
        await phones.register(user, secret.rstrip("=").lower(), {"bench": role}, answer="auto")
    await phones.add(customer, {"bench": "caller"})
    caller = f"0900000{n:04}"
    await phones.call(customer, NUMBER, caller)
    invited = (await node.wait("invited", caller=caller)).invited
    node.order(admit=pb.Admit(node_call_id=invited.node_call_id, contact_id=contact))
    node.order(answer=pb.Answer(contact_id=contact, record_after_guidance=True))
    await node.wait("answered", contact_id=contact)
    node.order(play=pb.Play(contact_id=contact, play_id="p", prompt_sha256=[prompt], guidance=True))
    opened = await node.wait("tap_opened", contact_id=contact)
    node.order(
        dial=pb.Dial(contact_id=contact, leg_id=f"leg_o{n}", user_id=operator, ring_ms_max=20_000)
    )
    await node.wait("joined", contact_id=contact)
    node.order(
        supervise=pb.Supervise(
            contact_id=contact, leg_id=f"leg_s{n}", user_id=supervisor, mode=pb.MODE_WHISPER
        )
    )
    await node.wait("mode_applied", contact_id=contact)
    return opened.at_us


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _recorded_s(spool: Path) -> float:
    """Seconds of sound in all pages of all tracks."""
    return sum(len(page.pcmu) / 8000 for file in sorted(spool.iterdir()) for page in _pages(file))


def _pages(file: Path) -> Iterator[pb.SpoolPage]:
    data = file.read_bytes()
    at = 0
    while at + 8 <= len(data):
        length, check = struct.unpack_from("<II", data, at)
        body = data[at + 8 : at + 8 + length]
        if len(body) < length or zlib.crc32(body) != check:
            return
        yield pb.SpoolPage.FromString(body)
        at += 8 + length


def main(arguments: list[str]) -> int:
    """Prints the figures as one JSON object."""
    parser = argparse.ArgumentParser(prog="sasayaki bench media", description=__doc__)
    parser.add_argument("--calls", type=int, default=100, metavar="N", help="1 to 1000")
    wanted = parser.parse_args(arguments)
    if not 1 <= wanted.calls <= 1000:
        parser.error("--calls takes 1 to 1000")
    rust.build()
    print(json.dumps(asyncio.run(measure(wanted.calls))))
    return 0
