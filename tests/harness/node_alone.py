"""A media node without a platform, and as much of Python's side of its socket as one call needs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.harness.running import SOFTPHONE

from sasayaki.media.node.v1 import node_pb2 as pb
from sasayaki_media.line.frames import read_frame
from sasayaki_media.line.wire import frame

NODE = SOFTPHONE.with_name("sasayaki-node")
SIP, HTTP = "127.0.0.1:25160", "127.0.0.1:25161"
NUMBER, CONTACT, LEG, PLAY = "+81312345678", "con_foreign", "leg_foreign", "ply_menu"
SILENCE = "5" * 64
START_S = 10.0


class Desk:
    """Admits each call, answers it, and collects one key; `told` holds what happened."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.told: list[pb.Happening] = []

    async def serve(self) -> None:
        """Serves until the call is over."""
        self._order(set_numbers=pb.SetNumbers(numbers=[NUMBER]))
        self._order(put_prompt=pb.PutPrompt(sha256=SILENCE, pcmu=b"\xff" * 160))
        while True:
            message = await read_frame(self._reader)
            if not message.HasField("happening"):
                continue
            self.told.append(message.happening)
            what = message.happening
            if what.HasField("invited"):
                self._order(
                    admit=pb.Admit(node_call_id=what.invited.node_call_id, contact_id=CONTACT)
                )
                self._order(answer=pb.Answer(contact_id=CONTACT))
            elif what.HasField("answered"):
                menu = pb.Play(
                    contact_id=CONTACT, play_id=PLAY, prompt_sha256=[SILENCE], digits_max=1
                )
                self._order(play=menu)
            elif what.HasField("call_ended"):
                return

    async def connect_browser(self, user_id: str, connection_id: str, sdp_offer: str) -> str:
        """Connects a browser; returns the node's description. Raises ValueError when refused."""
        offer = pb.ConnectBrowser(user_id=user_id, connection_id=connection_id, sdp_offer=sdp_offer)
        self._order(connect_browser=offer)
        while True:
            message = await read_frame(self._reader)
            self.told.extend([message.happening] if message.HasField("happening") else [])
            if message.applied.order_id == "order/connect_browser":
                if message.applied.error:
                    raise ValueError(message.applied.error)
                return message.applied.sdp_answer

    async def ring(self, user_id: str) -> None:
        """Lets the next customer who calls ring at somebody's phone at once."""
        self._order(set_numbers=pb.SetNumbers(numbers=[NUMBER]))
        invited = (await self._until("invited")).invited
        self._order(admit=pb.Admit(node_call_id=invited.node_call_id, contact_id=CONTACT))
        self._order(answer=pb.Answer(contact_id=CONTACT))
        await self._until("answered")
        dial = pb.Dial(contact_id=CONTACT, leg_id=LEG, user_id=user_id, ring_ms_max=20_000)
        self._order(dial=dial)
        await self._until("leg_rang")

    async def pick_up(self) -> None:
        """Picks the ringing browser up; returns when both hear each other."""
        self._order(pick_up=pb.PickUp(contact_id=CONTACT, leg_id=LEG))
        await self._until("joined")

    async def _until(self, what: str) -> pb.Happening:
        while True:
            message = await read_frame(self._reader)
            if message.HasField("happening"):
                self.told.append(message.happening)
                if message.happening.WhichOneof("happening") == what:
                    return message.happening

    def order(self, order_id: str, **order: object) -> None:
        """Orders what a test wants."""
        wanted = pb.ToNode(order=pb.Order(order_id=order_id, **order))  # type: ignore[arg-type]
        self._writer.write(frame(wanted))

    async def read(self) -> pb.FromNode:
        """The node's next word, for a test that steers by itself."""
        return await read_frame(self._reader)

    def _order(self, **order: object) -> None:
        order_id = f"order/{next(iter(order))}"
        wanted = pb.ToNode(order=pb.Order(order_id=order_id, **order))  # type: ignore[arg-type]
        self._writer.write(frame(wanted))


@asynccontextmanager
async def node_alone(folder: Path, **settings: str) -> AsyncIterator[Desk]:
    """A node of its own; ended afterwards."""
    key, socket = folder / "sip.key", folder / "node.sock"
    key.write_bytes(bytes(32))
    environment = {
        "SIP": SIP,
        "HTTP": HTTP,
        "RTP_PORTS": "25200-25298",
        "SIP_KEY_FILE": str(key),
        "SOCKET": str(socket),
        "JOURNAL": str(folder / "journal"),
        "SPOOL": str(folder / "spool"),
        **settings,
    }
    named = {f"SASAYAKI_NODE_{name}": value for name, value in environment.items()}
    process = await asyncio.create_subprocess_exec(str(NODE), env={**os.environ, **named})
    try:
        async with asyncio.timeout(START_S):
            while not socket.exists():
                await asyncio.sleep(0.02)
        reader, writer = await asyncio.open_unix_connection(str(socket))
        yield Desk(reader, writer)
        writer.close()
    finally:
        process.terminate()
        await process.wait()
