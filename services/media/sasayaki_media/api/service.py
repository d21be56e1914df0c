"""What other services may ask of a call's sound."""

from collections.abc import AsyncIterator

from sasayaki.media.v1 import media_service_pb2 as pb
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import an_id, require
from sasayaki_chassis.rpc import Context, caller, meta, refusals
from sasayaki_media.api.outside import Outside
from sasayaki_media.api.phoning import Phoning
from sasayaki_media.api.prompting import Prompting
from sasayaki_media.api.rights import CODES
from sasayaki_media.api.storing import Libraries, Storing
from sasayaki_media.api.talking import Talking
from sasayaki_media.line.node import Node
from sasayaki_media.line.parts import Parts
from sasayaki_media.phones.reach import Reach
from sasayaki_media.phones.watching import Watching
from sasayaki_media.sound.prompts import Prompts


class MediaService(Prompting, Storing, Talking, Outside, Phoning):
    """Checks a request, has it decided, answers."""

    def __init__(
        self,
        parts: Parts,
        node: Node,
        prompts: Prompts,
        libraries: Libraries,
        watching: Watching,
        reach: Reach,
    ) -> None:
        calls = parts.calls
        Prompting.__init__(self, calls, prompts)
        Storing.__init__(self, node, prompts, libraries, parts.numbers)
        Talking.__init__(self, calls, prompts)
        Outside.__init__(self, calls, node, parts.numbers, parts.keys, parts.gate)
        Phoning.__init__(self, calls, parts.browsers, watching, reach)
        self._phones = parts.phones
        self._levels = parts.levels

    async def ReleasePhone(
        self, request: pb.ReleasePhoneRequest, context: Context
    ) -> pb.ReleasePhoneResponse:
        async with refusals(context, CODES):
            require(request, user_id=an_id("usr"))
            asking = caller()
            if asking.role != "service" and asking.user_id != request.user_id:
                raise Refused("NOT_YOURS", f"the phone of {request.user_id!r} is not yours")
            await self._phones.release(request.user_id, request_id=request.request_id, meta=meta())
        return pb.ReleasePhoneResponse()

    async def WatchLevels(
        self, request: pb.WatchLevelsRequest, context: Context
    ) -> AsyncIterator[pb.WatchLevelsResponse]:
        with self._levels.watching(caller()) as watcher:
            async for second in watcher.seconds():
                yield second
