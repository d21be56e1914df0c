"""Who rings, who joins, who waits, who leaves; and what of it is written."""

from collections.abc import Iterable

from sasayaki.media.v1 import call_events_pb2, media_service_pb2_grpc
from sasayaki.media.v1 import media_service_pb2 as pb
from sasayaki.media.v1.call_events import (
    CallEvent,
    OperatorLegDialled,
    SupervisionMode,
    SupervisionOrdered,
)
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import an_id, between, require
from sasayaki_chassis.rpc import Context, refusals
from sasayaki_media.api.asking import asker, decide, known_prompts, leg_id
from sasayaki_media.api.checks import A_CONTACT, a_mode, a_prompt_if_any, a_reason, a_ring_time
from sasayaki_media.api.rights import CODES
from sasayaki_media.calls.commands import (
    AnswerTransfer,
    Dial,
    HangUp,
    Hold,
    PauseRecording,
    Supervise,
    Unsupervise,
)
from sasayaki_media.calls.states import Connected
from sasayaki_media.calls.switchboard import Switchboard
from sasayaki_media.sound.prompts import Prompts

RING_MS_USUAL = 20_000
FINAL_SIP_CODES = (200, 699)


class Talking(media_service_pb2_grpc.MediaServiceServicer):
    """What concerns the people on a call."""

    def __init__(self, calls: Switchboard, prompts: Prompts) -> None:
        self._calls = calls
        self._prompts = prompts

    async def Dial(self, request: pb.DialRequest, context: Context) -> pb.DialResponse:
        async with refusals(context, CODES):
            require(
                request, contact_id=A_CONTACT, operator_id=an_id("usr"), ring_ms_max=a_ring_time
            )
            dial = Dial(
                leg_id=leg_id("Dial", request.request_id),
                operator_id=request.operator_id,
                ring_ms_max=request.ring_ms_max or RING_MS_USUAL,
                consult=request.consult,
            )
            events = await decide(self._calls, request, dial)
            dialled = [event for event in events if isinstance(event, OperatorLegDialled)]
            if not dialled:
                raise Refused("OTHER_REQUEST", f"{request.request_id!r} was not a dial")
        return pb.DialResponse(leg_id=dialled[0].leg_id)

    async def Hold(self, request: pb.HoldRequest, context: Context) -> pb.HoldResponse:
        async with refusals(context, CODES):
            require(request, contact_id=A_CONTACT, music_sha256=a_prompt_if_any)
            if request.held and request.music_sha256:
                known_prompts(self._prompts, request.music_sha256)
            hold = Hold(request.held, request.music_sha256, asker())
            await decide(self._calls, request, hold)
        return pb.HoldResponse()

    async def PauseRecording(
        self, request: pb.PauseRecordingRequest, context: Context
    ) -> pb.PauseRecordingResponse:
        async with refusals(context, CODES):
            require(request, contact_id=A_CONTACT)
            if request.paused:
                require(request, reason=a_reason)
            reason = request.reason if request.paused else ""
            pause = PauseRecording(request.paused, reason, asker())
            await decide(self._calls, request, pause)
        return pb.PauseRecordingResponse()

    async def AnswerTransfer(
        self, request: pb.AnswerTransferRequest, context: Context
    ) -> pb.AnswerTransferResponse:
        async with refusals(context, CODES):
            require(
                request,
                contact_id=A_CONTACT,
                leg_id=an_id("leg"),
                sip_code=between(*FINAL_SIP_CODES),
            )
            answer = AnswerTransfer(request.leg_id, request.sip_code)
            await decide(self._calls, request, answer)
        return pb.AnswerTransferResponse()

    async def Supervise(
        self, request: pb.SuperviseRequest, context: Context
    ) -> pb.SuperviseResponse:
        async with refusals(context, CODES):
            require(
                request,
                contact_id=A_CONTACT,
                supervision_id=an_id("spv"),
                supervisor_id=an_id("usr"),
                mode=a_mode,
            )
            supervise = Supervise(
                leg_id=leg_id("Supervise", request.request_id),
                supervisor_id=request.supervisor_id,
                supervision_id=request.supervision_id,
                mode=SupervisionMode(call_events_pb2.SupervisionMode.Name(request.mode)),
                keep_phone=request.keep_phone,
            )
            events = await decide(self._calls, request, supervise)
            leg = self._supervisor_leg(request, events)
        return pb.SuperviseResponse(leg_id=leg)

    async def Unsupervise(
        self, request: pb.UnsuperviseRequest, context: Context
    ) -> pb.UnsuperviseResponse:
        async with refusals(context, CODES):
            require(request, contact_id=A_CONTACT, supervision_id=an_id("spv"))
            await decide(self._calls, request, Unsupervise(request.supervision_id))
        return pb.UnsuperviseResponse()

    async def HangUp(self, request: pb.HangUpRequest, context: Context) -> pb.HangUpResponse:
        async with refusals(context, CODES):
            require(request, contact_id=A_CONTACT, operator_id=an_id("usr", optional=True))
            command = HangUp(
                request.operator_id,
                unless_picked_up=request.unless_picked_up,
                transferred=request.transferred,
            )
            await decide(self._calls, request, command)
        return pb.HangUpResponse()

    def _supervisor_leg(self, request: pb.SuperviseRequest, events: Iterable[CallEvent]) -> str:
        for event in events:
            if isinstance(event, SupervisionOrdered):
                return event.leg_id
        state = self._calls.state(request.contact_id)
        legs = state.supervisors if isinstance(state, Connected) else ()
        held = (leg.leg_id for leg in legs if leg.supervision_id == request.supervision_id)
        return next(held, "")
