"""Wires media together. Everything is built here and handed down; nothing is global."""

import asyncio
from zoneinfo import ZoneInfo

from sasayaki.media.v1 import media_service_pb2_grpc
from sasayaki_chassis.service import STALE_S, Built, Service, Servicers
from sasayaki_media.api.rights import RIGHTS
from sasayaki_media.api.service import MediaService
from sasayaki_media.calls.call import CALL
from sasayaki_media.calls.switchboard import Switchboard
from sasayaki_media.keys import ClientKeys
from sasayaki_media.line.node import Node
from sasayaki_media.line.parts import Parts
from sasayaki_media.numbers import Numbers
from sasayaki_media.outbound.gate import Gate
from sasayaki_media.outbound.outbound import STREAM as OUTBOUND_STREAM
from sasayaki_media.outbound.outbound import outbound
from sasayaki_media.phones.browsers import Browsers
from sasayaki_media.phones.legs import PhoneLegs
from sasayaki_media.phones.phone import PHONE
from sasayaki_media.phones.phones import ConnectedPhones, Phones
from sasayaki_media.phones.reach import Reach
from sasayaki_media.phones.registered import Registered
from sasayaki_media.phones.watching import Watching
from sasayaki_media.settings import Settings
from sasayaki_media.sound.levels import Levels
from sasayaki_media.sound.library import PROMPT
from sasayaki_media.sound.pages import Shipper
from sasayaki_media.sound.prompts import Prompts

LOOK_S = 0.05
"""How often it is asked whether the numbers are known."""


class Media:
    """The service's own parts: built once the owners are there, then run."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._prompts = Prompts(settings.prompts)
        self.numbers = Numbers()
        self.legs = PhoneLegs()

    def servicers(self, built: Built) -> Servicers:
        """Called first: what the background runs is built here too."""
        calls = Switchboard(built.owners[CALL.stream])
        parts = Parts(
            calls=calls,
            phones=Phones(built.owners[PHONE.stream], calls),
            browsers=Browsers(),
            registered=Registered(),
            levels=Levels(calls),
            numbers=self.numbers,
            keys=ClientKeys(self._settings.keys),
            gate=Gate(built.owners[OUTBOUND_STREAM], calls, built.clock),
        )
        self._gate = parts.gate
        self._node = Node(self._settings.node_socket, parts, self._prompts)
        self._shipper = Shipper(self._settings.spool, built.peers, calls)
        service = MediaService(
            parts,
            self._node,
            self._prompts,
            built.owners[PROMPT.stream],
            Watching(parts.browsers, self.legs),
            Reach(parts.browsers, parts.registered),
        )
        yield media_service_pb2_grpc.add_MediaServiceServicer_to_server, service

    async def hold_node(self, built: Built) -> None:
        """Not before all numbers are known: the node turns away calls for others."""
        while built.lag_s(self.numbers) > STALE_S:
            await asyncio.sleep(LOOK_S)
        await self._node.run()

    async def settle_calls_out(self, built: Built) -> None:
        await self._gate.settle()

    async def ship_pages(self, built: Built) -> None:
        await self._shipper.run()


def service(settings: Settings) -> Service:
    """The whole service, not yet connected to anything."""
    media = Media(settings)
    return Service(
        name="media",
        settings=settings,
        rights=RIGHTS,
        servicers=media.servicers,
        deciders=[CALL, PHONE, PROMPT, outbound(ZoneInfo(settings.time_zone))],
        projections=[media.numbers, media.legs, ConnectedPhones()],
        background=[media.hold_node, media.settle_calls_out, media.ship_pages],
    )
