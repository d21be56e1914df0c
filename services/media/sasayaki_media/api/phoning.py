"""What a person may ask of their own phone, and services of everybody's."""

from collections.abc import AsyncIterator

from sasayaki.media.v1 import media_service_pb2 as pb
from sasayaki.media.v1 import media_service_pb2_grpc
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import an_id, require
from sasayaki_chassis.rpc import Context, caller, refusals
from sasayaki_media.api.asking import decide
from sasayaki_media.api.checks import A_CONTACT
from sasayaki_media.api.rights import CODES
from sasayaki_media.calls.commands import Mute, PickUp, PutDown, TalkBack
from sasayaki_media.calls.switchboard import Switchboard
from sasayaki_media.phones.browsers import Browsers
from sasayaki_media.phones.person import Person
from sasayaki_media.phones.reach import Reach
from sasayaki_media.phones.watching import Watching


class Phoning(media_service_pb2_grpc.MediaServiceServicer):
    """A person's browser, and the legs of their phone."""

    def __init__(
        self, calls: Switchboard, browsers: Browsers, watching: Watching, reach: Reach
    ) -> None:
        self._calls = calls
        self._browsers = browsers
        self._watching = watching
        self._reach = reach

    async def ConnectBrowser(
        self, request: pb.ConnectBrowserRequest, context: Context
    ) -> pb.ConnectBrowserResponse:
        async with refusals(context, CODES):
            person = _asking()
            connection_id, answer = await self._browsers.connect(person, request.sdp_offer)
        return pb.ConnectBrowserResponse(connection_id=connection_id, sdp_answer=answer)

    async def DisconnectBrowser(
        self, request: pb.DisconnectBrowserRequest, context: Context
    ) -> pb.DisconnectBrowserResponse:
        async with refusals(context, CODES):
            require(request, connection_id=an_id("brw"))
            self._browsers.disconnect(_asking(), request.connection_id)
        return pb.DisconnectBrowserResponse()

    async def PickUp(self, request: pb.PickUpRequest, context: Context) -> pb.PickUpResponse:
        async with refusals(context, CODES):
            require(request, contact_id=A_CONTACT)
            user_id = self._with_a_browser()
            await decide(self._calls, request, PickUp(user_id))
        return pb.PickUpResponse()

    async def PutDown(self, request: pb.PutDownRequest, context: Context) -> pb.PutDownResponse:
        async with refusals(context, CODES):
            require(request, contact_id=A_CONTACT)
            user_id = self._with_a_browser()
            await decide(self._calls, request, PutDown(user_id))
        return pb.PutDownResponse()

    async def Mute(self, request: pb.MuteRequest, context: Context) -> pb.MuteResponse:
        async with refusals(context, CODES):
            require(request, contact_id=A_CONTACT)
            mute = Mute(caller().user_id, request.muted)
            await decide(self._calls, request, mute)
        return pb.MuteResponse()

    async def TalkBack(self, request: pb.TalkBackRequest, context: Context) -> pb.TalkBackResponse:
        async with refusals(context, CODES):
            require(request, contact_id=A_CONTACT)
            talk_back = TalkBack(caller().user_id, request.on)
            await decide(self._calls, request, talk_back)
        return pb.TalkBackResponse()

    async def WatchPhone(
        self, request: pb.WatchPhoneRequest, context: Context
    ) -> AsyncIterator[pb.WatchPhoneResponse]:
        async with refusals(context, CODES):
            async for phone in self._watching.phone(_asking()):
                yield phone

    async def WatchPhones(
        self, request: pb.WatchPhonesRequest, context: Context
    ) -> AsyncIterator[pb.WatchPhonesResponse]:
        async with refusals(context, CODES):
            async for people in self._reach.people(caller().tenant_id):
                yield people

    def _with_a_browser(self) -> str:
        """Who asks; a phone of another kind is picked up and put down by hand."""
        person = _asking()
        if self._browsers.state(person) is None:
            raise Refused("NO_BROWSER", f"no browser of {person.user_id!r} is connected")
        return person.user_id


def _asking() -> Person:
    who = caller()
    return Person(who.tenant_id, who.user_id)
