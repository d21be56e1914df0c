"""The Unix socket to the media node: connected whenever the node is there."""

import asyncio
import logging
from datetime import timedelta
from pathlib import Path
from secrets import token_hex

from sasayaki_chassis.owner import Unavailable
from sasayaki_media.line.drawn import Drawn
from sasayaki_media.line.frames import Gone, read_hello
from sasayaki_media.line.outbox import Outbox
from sasayaki_media.line.parts import Parts
from sasayaki_media.line.session import Session
from sasayaki_media.metrics import CONNECTED, CONNECTS
from sasayaki_media.sound.prompts import Prompts

RECONNECT_S = (0.02, 1.0)
"""First and longest wait before the next attempt to connect."""
HELLO = timedelta(seconds=5)
"""How long the node may take for its first frame."""
SWEEP = timedelta(seconds=1)
"""Live calls are looked through this often for orders that time itself decided."""

log = logging.getLogger(__name__)


class Node:
    """Keeps the connection and sends on it what is decided."""

    def __init__(self, path: Path, parts: Parts, prompts: Prompts) -> None:
        self._path = path
        self._parts = parts
        self._calls = parts.calls
        self._phones = parts.phones
        self._numbers = parts.numbers
        self._prompts = prompts
        self._drawn = Drawn(parts.calls)
        self._out: Outbox | None = None
        # Order ids must not repeat over restarts: the node carries out each once.
        self._run = token_hex(8)
        self._versions = 0
        parts.calls.on_decided(self._push)
        parts.phones.on_decided(self._push_phone)
        parts.numbers.on_change(self._send_numbers)

    async def run(self) -> None:
        """Connects, serves, and connects again, for ever."""
        await self._calls.serving()
        await self._phones.serving()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._sweep())
            wait_s = RECONNECT_S[0]
            while True:
                try:
                    await self._serve()
                except Gone as gone:
                    wait_s = RECONNECT_S[0]
                    log.warning("node_gone", extra={"error": str(gone)})
                except OSError:
                    wait_s = min(wait_s * 2, RECONNECT_S[1])
                await asyncio.sleep(wait_s)

    def node_id(self) -> str:
        """The run of the node that is connected; raises Unavailable when none is."""
        if self._out is None:
            raise Unavailable("no media node is connected")
        return self._out.node_id

    def send_prompt(self, sha256: str, pcmu: bytes) -> None:
        """Gives the node a prompt; without a connection it gets all of them with the next."""
        if self._out:
            self._out.prompt(sha256, pcmu)

    async def _serve(self) -> None:
        """One connection; raises Gone at its end, OSError if there was none."""
        reader, writer = await asyncio.open_unix_connection(str(self._path))
        CONNECTS.inc()
        try:
            async with asyncio.timeout(HELLO.total_seconds()):
                hello = await read_hello(reader)
            out = Outbox(writer, self._calls, self._phones, self._parts.keys, hello.node_id)
            session = Session(hello, out, self._parts, self._drawn)
            await self._send_prompts(out)
            self._out = out
            self._send_numbers()
            self._parts.browsers.begin(out)
            CONNECTED.set(1)
            await session.run(reader)
        except TimeoutError as error:
            raise Gone("no hello in time") from error
        finally:
            self._out = None
            self._parts.browsers.begin(None)
            self._parts.registered.begin()
            CONNECTED.set(0)
            writer.close()

    async def _send_prompts(self, out: Outbox) -> None:
        """All of them, also those that are stored while they are sent."""
        sent: set[str] = set()
        while missing := self._prompts.names() - sent:
            for sha256 in missing:
                out.prompt(sha256, await asyncio.to_thread(self._prompts.pcmu, sha256))
                await out.flush()
            sent |= missing

    def _send_numbers(self) -> None:
        if self._out:
            self._versions += 1
            self._out.numbers(self._numbers.all(), f"{self._run}/{self._versions}")

    def _push(self, contact_id: str) -> None:
        if self._out:
            self._out.push(contact_id)

    def _push_phone(self, phone_id: str) -> None:
        if self._out:
            self._out.push_phone(phone_id)

    async def _sweep(self) -> None:
        """A deadline is decided by the owner alone; what it orders goes out here."""
        while True:
            await asyncio.sleep(SWEEP.total_seconds())
            for contact_id, _ in self._calls.live():
                self._push(contact_id)
