"""Answering, playing, stopping prompts."""

from sasayaki.media.v1 import call_events_pb2, media_service_pb2_grpc
from sasayaki.media.v1 import media_service_pb2 as pb
from sasayaki.media.v1.call_events import RecordingPolicy
from sasayaki_chassis.fields import InvalidField, between, require, text
from sasayaki_chassis.rpc import Context, refusals
from sasayaki_media.api.asking import decide, known_prompts
from sasayaki_media.api.checks import (
    A_CONTACT,
    a_policy,
    digit_prompts_if_any,
    prompts_if_any,
    some_prompts,
)
from sasayaki_media.api.rights import CODES
from sasayaki_media.calls.commands import Answer, PlayPrompt, StopPrompt
from sasayaki_media.calls.switchboard import Switchboard
from sasayaki_media.sound.prompts import Prompts

FIRST_DIGIT_MS_USUAL = 5_000
NEXT_DIGIT_MS_USUAL = 3_000
DIGIT_MS_MAX = 300_000
DIGITS_MAX = 32
PLAY_ID_BYTES_MAX = 128


class Prompting(media_service_pb2_grpc.MediaServiceServicer):
    """What the customer hears before anybody talks with them."""

    def __init__(self, calls: Switchboard, prompts: Prompts) -> None:
        self._calls = calls
        self._prompts = prompts

    async def Answer(self, request: pb.AnswerRequest, context: Context) -> pb.AnswerResponse:
        async with refusals(context, CODES):
            require(request, contact_id=A_CONTACT, record=a_policy)
            name = call_events_pb2.RecordingPolicy.Name(request.record)
            await decide(self._calls, request, Answer(RecordingPolicy(name)))
        return pb.AnswerResponse()

    async def PlayPrompt(
        self, request: pb.PlayPromptRequest, context: Context
    ) -> pb.PlayPromptResponse:
        async with refusals(context, CODES):
            self._check_play(request)
            play = PlayPrompt(
                play_id=request.play_id,
                prompt_sha256=tuple(request.prompt_sha256),
                guidance=request.guidance,
                digits_max=request.digits_max,
                first_digit_ms=request.first_digit_ms or FIRST_DIGIT_MS_USUAL,
                next_digit_ms=request.next_digit_ms or NEXT_DIGIT_MS_USUAL,
                repeat=request.repeat,
                sealed=request.sealed,
                read_back_play_id=request.read_back_play_id,
                digit_sha256=tuple(request.digit_sha256),
                closing_sha256=tuple(request.closing_sha256),
            )
            await decide(self._calls, request, play)
        return pb.PlayPromptResponse()

    async def StopPrompt(
        self, request: pb.StopPromptRequest, context: Context
    ) -> pb.StopPromptResponse:
        async with refusals(context, CODES):
            require(request, contact_id=A_CONTACT, play_id=text(most=PLAY_ID_BYTES_MAX))
            await decide(self._calls, request, StopPrompt(request.play_id))
        return pb.StopPromptResponse()

    def _check_play(self, request: pb.PlayPromptRequest) -> None:
        require(
            request,
            contact_id=A_CONTACT,
            play_id=text(most=PLAY_ID_BYTES_MAX),
            prompt_sha256=some_prompts,
            digits_max=between(0, DIGITS_MAX),
            first_digit_ms=between(0, DIGIT_MS_MAX),
            next_digit_ms=between(0, DIGIT_MS_MAX),
            read_back_play_id=text(least=0, most=PLAY_ID_BYTES_MAX),
            digit_sha256=digit_prompts_if_any,
            closing_sha256=prompts_if_any,
        )
        if request.guidance and len(request.prompt_sha256) != 1:
            # The legal fact names one file and how much of it was heard.
            raise InvalidField("prompt_sha256", "guidance is one prompt")
        if request.repeat and (request.digits_max or request.guidance):
            raise InvalidField("repeat", "neither with digits nor for the guidance")
        if bool(request.read_back_play_id) != bool(request.digit_sha256):
            raise InvalidField("digit_sha256", "goes with read_back_play_id")
        if request.closing_sha256 and not request.read_back_play_id:
            raise InvalidField("closing_sha256", "goes with read_back_play_id")
        if request.sealed and not request.digits_max:
            raise InvalidField("sealed", "goes with digits_max")
        known_prompts(
            self._prompts, *request.prompt_sha256, *request.digit_sha256, *request.closing_sha256
        )
