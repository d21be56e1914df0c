"""The network between a browser and the gateway, which a test can take away: a relay of TCP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

CHUNK = 65_536


@dataclass(eq=False)
class Cable:
    """Whole at first. Sound does not go over it."""

    server: str
    """Host and port behind it."""
    address: str = ""
    _cut: bool = False
    _ways: set[asyncio.StreamWriter] = field(default_factory=set)
    _dead: set[asyncio.StreamWriter] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def cut(self) -> None:
        """Ends every connection, and each that comes."""
        self._cut = True
        for way in (*self._ways, *self._dead):
            way.transport.abort()

    def mend(self) -> None:
        """Lets connections come about again."""
        self._cut = False

    def swallow(self) -> None:
        """What is connected at present stays so, but nothing comes through, not even its end."""
        self._dead |= self._ways

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the browser's, until either side ends it."""
        if self._cut:
            writer.transport.abort()
            return
        host, _, port = self.server.rpartition(":")
        behind, to_behind = await asyncio.open_connection(host, int(port))
        self._ways |= {writer, to_behind}
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass(reader, to_behind))
                both.create_task(self._pass(behind, writer))
        finally:
            for way in (writer, to_behind):
                self._ways.discard(way)
                self._dead.discard(way)
                way.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(CHUNK):
                if writer not in self._dead:
                    writer.write(data)
                    await writer.drain()
            if writer not in self._dead:
                writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Keeps a connection's task, so that it can be ended with the cable."""
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            await self.relay(reader, writer)
        finally:
            self._tasks.discard(task)

    async def close(self) -> None:
        """Ends everything."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def cable_to(server: str) -> AsyncIterator[Cable]:
    """A cable to a server; its own end is at `address`."""
    cable = Cable(server)
    listening = await asyncio.start_server(cable.serve, "127.0.0.1", 0)
    cable.address = f"127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield cable
    finally:
        listening.close()
        await cable.close()
