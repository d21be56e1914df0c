"""Many phones in one softphone process, steered by JSON lines.

The phones of people who work here bear their user ids.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from sasayaki_demo.ledger import Entry, Ledger

LINE_BYTES_MAX = 1 << 20
ANSWER_S = 10.0
QUIT_S = 5.0


class PhoneTrouble(Exception):
    """A phone could not do what it was told; the message is the softphone's."""


class Phones:
    """The softphone process: commands go down its standard input, its ledger comes up."""

    def __init__(self, process: asyncio.subprocess.Process, ledger: Ledger, server: str) -> None:
        self._process = process
        self._ledger = ledger
        self._server = server
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, binary: Path, captures: Path, ledger: Ledger, server: str) -> Phones:
        """Starts the process; captures of what phones send and receive go to the folder."""
        process = await asyncio.create_subprocess_exec(
            str(binary),
            "--record",
            str(captures),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_BYTES_MAX,
        )
        return cls(process, ledger, server)

    async def add(self, phone: str, sound: dict[str, Any], **settings: Any) -> None:
        """Makes a phone; with `user` and `secret` in the settings it registers."""
        await self.do("phone", phone=phone, server=self._server, sound=sound, **settings)

    async def register(
        self, user: str, secret: str, sound: dict[str, Any], **settings: Any
    ) -> None:
        """Makes somebody's phone and waits until it is registered.

        Raises PhoneTrouble when the platform refuses it.
        """
        since = len(self._ledger.entries)
        await self.add(user, sound, user=user, secret=secret, register=True, **settings)
        told = await self.wait(user, "registered", "register_failed", since=since)
        if told["event"] == "register_failed":
            raise PhoneTrouble(f"{user} is not let in: {told}")

    async def call(self, phone: str, to: str, caller: str) -> None:
        """Lets a phone call a number, showing `caller` as its own."""
        await self._ledger.add({"act": "call", "phone": phone, "to": to, "from": caller})
        await self.do("call", phone=phone, to=to, **{"from": caller})

    async def do(self, what: str, **values: Any) -> None:
        """Tells the softphone something."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": what, **values}).encode() + b"\n")
        await self._process.stdin.drain()

    async def wait(
        self, phone: str, *events: str, since: int = 0, within_s: float = ANSWER_S
    ) -> Entry:
        """Returns the phone's first such event from ledger position `since` on."""
        try:
            return await self._ledger.wait(
                lambda entry: entry.get("phone") == phone and entry.get("event") in events,
                within_s=within_s,
                since=since,
            )
        except TimeoutError as late:
            raise PhoneTrouble(f"{phone}: none of {events} within {within_s} s") from late

    async def told(self, event: str, *, within_s: float = ANSWER_S) -> Entry:
        """Returns the first such event of the softphone as a whole."""
        return await self._ledger.wait(lambda e: e.get("event") == event, within_s=within_s)

    @property
    def position(self) -> int:
        """How many entries the ledger has: pass it as `since` to wait for what comes later."""
        return len(self._ledger.entries)

    async def stop(self) -> None:
        """Lets all phones hang up and sign off, and ends the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(QUIT_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reader

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            await self._ledger.add(json.loads(line))
