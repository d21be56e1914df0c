"""What other services may ask of a call's sound."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping

import grpc

from sasayaki.media.v1 import call_events_pb2, media_service_pb2_grpc
from sasayaki.media.v1 import media_service_pb2 as pb
from sasayaki.media.v1.call_events import (
    CallEvent,
    OperatorLegDialled,
    RecordingPolicy,
    SupervisionMode,
    SupervisionOrdered,
)
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import an_id, between, present, text
from sasayaki_chassis.ids import derived_id
from sasayaki_chassis.rpc import Context, InvalidField, Rights, caller, meta, refusals, require
from sasayaki_media.calls.commands import (
    Answer,
    Command,
    Dial,
    HangUp,
    PlayPrompt,
    Supervise,
    Unsupervise,
)
from sasayaki_media.calls.states import Connected
from sasayaki_media.calls.switchboard import Switchboard
from sasayaki_media.line.node import Node
from sasayaki_media.line.wire import MODES
from sasayaki_media.phones.phones import Phones
from sasayaki_media.sound.levels import Levels
from sasayaki_media.sound.prompts import Prompts, is_sha256
from sasayaki_media.sound.wav import NotAPrompt, length_ms

RING_MS = (1_000, 120_000)
RING_MS_USUAL = 20_000
FIRST_DIGIT_MS_USUAL = 5_000
NEXT_DIGIT_MS_USUAL = 3_000
DIGIT_MS_MAX = 120_000
DIGITS_MAX = 32
PROMPTS_MAX = 8
WAV_BYTES_MAX = 2 * 1024 * 1024

_SERVICE = "/sasayaki.media.v1.MediaService"
_SERVICES = frozenset({"service"})
RIGHTS: Rights = {
    f"{_SERVICE}/Answer": _SERVICES,
    f"{_SERVICE}/PlayPrompt": _SERVICES,
    f"{_SERVICE}/Dial": _SERVICES,
    f"{_SERVICE}/Supervise": _SERVICES,
    f"{_SERVICE}/Unsupervise": _SERVICES,
    f"{_SERVICE}/HangUp": _SERVICES,
    f"{_SERVICE}/ReleasePhone": frozenset({"service", "supervisor", "manager"}),
    f"{_SERVICE}/WatchLevels": frozenset({"service", "supervisor", "manager"}),
    f"{_SERVICE}/PutPrompt": frozenset({"admin", "service"}),
}
STATUS: Mapping[str, grpc.StatusCode] = {
    "UNKNOWN_CONTACT": grpc.StatusCode.NOT_FOUND,
    "NOT_YOURS": grpc.StatusCode.PERMISSION_DENIED,
    "ALREADY_DIALLED": grpc.StatusCode.ALREADY_EXISTS,
    "PLAY_EXISTS": grpc.StatusCode.ALREADY_EXISTS,
    "TOO_MANY_PLAYS": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "TOO_MANY_LEGS": grpc.StatusCode.RESOURCE_EXHAUSTED,
}

_CONTACT = an_id("con")


class MediaService(media_service_pb2_grpc.MediaServiceServicer):
    """Checks a request, has it decided, answers."""

    def __init__(
        self,
        calls: Switchboard,
        phones: Phones,
        levels: Levels,
        node: Node,
        prompts: Prompts,
    ) -> None:
        self._calls = calls
        self._phones = phones
        self._levels = levels
        self._node = node
        self._prompts = prompts

    async def Answer(self, request: pb.AnswerRequest, context: Context) -> pb.AnswerResponse:
        async with refusals(context, STATUS):
            require(request, contact_id=_CONTACT, record=_a_policy)
            name = call_events_pb2.RecordingPolicy.Name(request.record)
            await self._decide(context, request, Answer(RecordingPolicy(name)))
        return pb.AnswerResponse()

    async def PlayPrompt(
        self, request: pb.PlayPromptRequest, context: Context
    ) -> pb.PlayPromptResponse:
        async with refusals(context, STATUS):
            self._check_play(request)
            play = PlayPrompt(
                play_id=request.play_id,
                prompt_sha256=tuple(request.prompt_sha256),
                guidance=request.guidance,
                digits_max=request.digits_max,
                first_digit_ms=request.first_digit_ms or FIRST_DIGIT_MS_USUAL,
                next_digit_ms=request.next_digit_ms or NEXT_DIGIT_MS_USUAL,
            )
            await self._decide(context, request, play)
        return pb.PlayPromptResponse()

    async def Dial(self, request: pb.DialRequest, context: Context) -> pb.DialResponse:
        async with refusals(context, STATUS):
            require(
                request, contact_id=_CONTACT, operator_id=an_id("usr"), ring_ms_max=_a_ring_time
            )
            dial = Dial(
                leg_id=_leg_id(context, "Dial", request.request_id),
                operator_id=request.operator_id,
                ring_ms_max=request.ring_ms_max or RING_MS_USUAL,
            )
            events = await self._decide(context, request, dial)
            dialled = [event for event in events if isinstance(event, OperatorLegDialled)]
            if not dialled:
                raise Refused("OTHER_REQUEST", f"{request.request_id!r} was not a dial")
        return pb.DialResponse(leg_id=dialled[0].leg_id)

    async def Supervise(
        self, request: pb.SuperviseRequest, context: Context
    ) -> pb.SuperviseResponse:
        async with refusals(context, STATUS):
            require(
                request,
                contact_id=_CONTACT,
                supervision_id=an_id("spv"),
                supervisor_id=an_id("usr"),
                mode=_a_mode,
            )
            supervise = Supervise(
                leg_id=_leg_id(context, "Supervise", request.request_id),
                supervisor_id=request.supervisor_id,
                supervision_id=request.supervision_id,
                mode=SupervisionMode(call_events_pb2.SupervisionMode.Name(request.mode)),
                keep_phone=request.keep_phone,
            )
            events = await self._decide(context, request, supervise)
            leg_id = self._supervisor_leg(request, events)
        return pb.SuperviseResponse(leg_id=leg_id)

    async def Unsupervise(
        self, request: pb.UnsuperviseRequest, context: Context
    ) -> pb.UnsuperviseResponse:
        async with refusals(context, STATUS):
            require(request, contact_id=_CONTACT, supervision_id=an_id("spv"))
            await self._decide(context, request, Unsupervise(request.supervision_id))
        return pb.UnsuperviseResponse()

    async def HangUp(self, request: pb.HangUpRequest, context: Context) -> pb.HangUpResponse:
        async with refusals(context, STATUS):
            require(request, contact_id=_CONTACT, operator_id=an_id("usr", optional=True))
            command = HangUp(request.operator_id, unless_picked_up=request.unless_picked_up)
            await self._decide(context, request, command)
        return pb.HangUpResponse()

    async def PutPrompt(
        self, request: pb.PutPromptRequest, context: Context
    ) -> pb.PutPromptResponse:
        async with refusals(context, STATUS):
            require(request, wav=_a_file)
            try:
                sha256, pcmu = await asyncio.to_thread(self._prompts.put, request.wav)
            except NotAPrompt as fault:
                raise InvalidField("wav", str(fault)) from fault
            self._node.send_prompt(sha256, pcmu)
        return pb.PutPromptResponse(sha256=sha256, length_ms=length_ms(pcmu))

    async def ReleasePhone(
        self, request: pb.ReleasePhoneRequest, context: Context
    ) -> pb.ReleasePhoneResponse:
        async with refusals(context, STATUS):
            require(request, user_id=an_id("usr"))
            asking = caller(context)
            if asking.role != "service" and asking.user_id != request.user_id:
                raise Refused("NOT_YOURS", f"the phone of {request.user_id!r} is not yours")
            await self._phones.release(
                request.user_id, request_id=request.request_id, meta=meta(context)
            )
        return pb.ReleasePhoneResponse()

    async def WatchLevels(
        self, request: pb.WatchLevelsRequest, context: Context
    ) -> AsyncIterator[pb.WatchLevelsResponse]:
        with self._levels.watching(caller(context)) as watcher:
            async for second in watcher.seconds():
                yield second

    async def _decide(
        self, context: Context, request: "_CallRequest", command: Command
    ) -> tuple[CallEvent, ...]:
        """The decision, for the tenant whose call it is and for no other."""
        known = self._calls.meta(request.contact_id)
        if known is None or known.tenant_id != caller(context).tenant_id:
            raise Refused("UNKNOWN_CONTACT", f"no contact {request.contact_id!r}")
        return await self._calls.handle(
            request.contact_id,
            command,
            request_id=request.request_id,
            meta=meta(context, client_id=known.client_id, correlation_id=request.contact_id),
        )

    def _check_play(self, request: pb.PlayPromptRequest) -> None:
        require(
            request,
            contact_id=_CONTACT,
            play_id=text(most=128),
            prompt_sha256=_prompts,
            digits_max=between(0, DIGITS_MAX),
            first_digit_ms=between(0, DIGIT_MS_MAX),
            next_digit_ms=between(0, DIGIT_MS_MAX),
        )
        if request.guidance and len(request.prompt_sha256) != 1:
            # The legal fact names one file and how much of it was heard.
            raise InvalidField("prompt_sha256", "guidance is one prompt")
        for sha256 in request.prompt_sha256:
            if sha256 not in self._prompts:
                raise Refused("UNKNOWN_PROMPT", f"no prompt {sha256!r} is stored")

    def _supervisor_leg(self, request: pb.SuperviseRequest, events: Iterable[CallEvent]) -> str:
        for event in events:
            if isinstance(event, SupervisionOrdered):
                return event.leg_id
        state = self._calls.state(request.contact_id)
        legs = state.supervisors if isinstance(state, Connected) else ()
        held = (leg.leg_id for leg in legs if leg.supervision_id == request.supervision_id)
        return next(held, "")


_CallRequest = (
    pb.AnswerRequest
    | pb.PlayPromptRequest
    | pb.DialRequest
    | pb.SuperviseRequest
    | pb.UnsuperviseRequest
    | pb.HangUpRequest
)


def _leg_id(context: Context, method: str, request_id: str) -> str:
    return derived_id("leg", caller(context).tenant_id, method, request_id)


def _a_policy(value: int) -> str | None:
    known = value and value in call_events_pb2.RecordingPolicy.values()
    return None if known else "must be chosen"


def _a_mode(value: int) -> str | None:
    chosen = [n for n, number in call_events_pb2.SupervisionMode.items() if number == value]
    if not value or not chosen:
        return "must be chosen"
    return None if SupervisionMode(chosen[0]) in MODES else f"{chosen[0]} is not offered"


def _a_ring_time(value: int) -> str | None:
    return between(*RING_MS)(value) if value else None


def _prompts(value: Iterable[str]) -> str | None:
    prompts = list(value)
    if not 1 <= len(prompts) <= PROMPTS_MAX:
        return f"1 to {PROMPTS_MAX} prompts, not {len(prompts)}"
    wrong = [prompt for prompt in prompts if not is_sha256(prompt)]
    return f"64 hexadecimal digits each, not {wrong[0][:70]!r}" if wrong else None


def _a_file(value: bytes) -> str | None:
    if not value:
        return present(value)
    size = len(value)
    return None if size <= WAV_BYTES_MAX else f"at most {WAV_BYTES_MAX} bytes, not {size}"
