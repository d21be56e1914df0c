"""What a person may ask of their own phone."""

from collections.abc import AsyncIterator

from sasayaki.media.v1 import media_service_pb2 as pb
from sasayaki.media.v1 import media_service_pb2_grpc
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.rpc import Context, refusals


class Phoning(media_service_pb2_grpc.MediaServiceServicer):
    """A person's browser, and the legs of their phone."""

    async def ConnectBrowser(
        self, request: pb.ConnectBrowserRequest, context: Context
    ) -> pb.ConnectBrowserResponse:
        await _refuse(context)
        return pb.ConnectBrowserResponse()

    async def DisconnectBrowser(
        self, request: pb.DisconnectBrowserRequest, context: Context
    ) -> pb.DisconnectBrowserResponse:
        await _refuse(context)
        return pb.DisconnectBrowserResponse()

    async def PickUp(self, request: pb.PickUpRequest, context: Context) -> pb.PickUpResponse:
        await _refuse(context)
        return pb.PickUpResponse()

    async def PutDown(self, request: pb.PutDownRequest, context: Context) -> pb.PutDownResponse:
        await _refuse(context)
        return pb.PutDownResponse()

    async def Mute(self, request: pb.MuteRequest, context: Context) -> pb.MuteResponse:
        await _refuse(context)
        return pb.MuteResponse()

    async def TalkBack(self, request: pb.TalkBackRequest, context: Context) -> pb.TalkBackResponse:
        await _refuse(context)
        return pb.TalkBackResponse()

    async def WatchPhone(
        self, request: pb.WatchPhoneRequest, context: Context
    ) -> AsyncIterator[pb.WatchPhoneResponse]:
        await _refuse(context)
        yield pb.WatchPhoneResponse()


async def _refuse(context: Context) -> None:
    async with refusals(context):
        raise Refused("NO_BROWSERS", "the media node takes no browsers yet")
