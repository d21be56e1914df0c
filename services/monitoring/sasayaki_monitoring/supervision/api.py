"""MonitoringService's supervisions: who may hear whom, and what a request has to look like."""

from collections.abc import Mapping
from typing import Any

import grpc

from sasayaki.media.v1 import call_events_pb2 as media_wire
from sasayaki.media.v1.call_events import SupervisionMode
from sasayaki.monitoring.v1 import monitoring_service_pb2 as pb
from sasayaki.monitoring.v1 import supervision_events_pb2 as wire
from sasayaki.monitoring.v1.supervision_events import (
    ConsentAnswer,
    ConsentReason,
    Purpose,
    SupervisionEndReason,
)
from sasayaki_chassis.fields import InvalidField, an_id, characters, require
from sasayaki_chassis.ids import derived_id
from sasayaki_chassis.owner import Meta
from sasayaki_chassis.rpc import Context, Rights, caller, meta, refusals, request_id_of
from sasayaki_monitoring.methods import (
    SERVICE,
    SUPERVISORS,
    check_permitted,
    named,
)
from sasayaki_monitoring.supervision.commands import (
    Answer,
    Call,
    ChangeMode,
    Command,
    End,
    FollowCall,
    Leave,
    SendText,
    SetFollowing,
    Start,
    SwitchTarget,
)
from sasayaki_monitoring.supervision.occupied import Place
from sasayaki_monitoring.supervision.states import About, AwaitingConsent, NotStarted
from sasayaki_monitoring.supervision.supervising import Supervising, Target

OPERATORS = frozenset(("operator",))
SERVICES = frozenset(("service",))

RIGHTS: Rights = {
    f"{SERVICE}StartSupervision": SUPERVISORS,
    f"{SERVICE}ChangeMode": SUPERVISORS,
    f"{SERVICE}EndSupervision": SUPERVISORS | SERVICES,
    f"{SERVICE}AnswerConsent": OPERATORS,
    f"{SERVICE}SwitchTarget": SUPERVISORS,
    f"{SERVICE}SetFollowing": SUPERVISORS,
    f"{SERVICE}FollowCall": SERVICES,
    f"{SERVICE}SendText": SUPERVISORS,
}

CODES: Mapping[str, grpc.StatusCode] = {
    "UNKNOWN_CALL": grpc.StatusCode.NOT_FOUND,
    "UNKNOWN_SUPERVISION": grpc.StatusCode.NOT_FOUND,
    "NOT_PERMITTED": grpc.StatusCode.PERMISSION_DENIED,
    "NOT_YOURS": grpc.StatusCode.PERMISSION_DENIED,
}

NEWS_S = 1.0
"""A talk that has just started may be known to its callers a moment before it is known here."""
FOLLOWED_NEWS_S = 2.0
"""The same for a reactor, whose request for this talk comes once."""

SUPERVISION = an_id("spv")
CONTACT = an_id("con")
MODE = named(media_wire.SupervisionMode)
PURPOSE = named(wire.Purpose)
REASON = named(wire.SupervisionEndReason)
ANSWER = named(wire.ConsentAnswer)
NOTE = characters(least=0, most=500)
TEXT = characters(least=1, most=500)


class SupervisionMethods:
    """A supervisor is who the token says, never who the request says."""

    _supervising: Supervising

    async def StartSupervision(
        self, request: pb.StartSupervisionRequest, context: Context
    ) -> pb.StartSupervisionResponse:
        async with refusals(context, CODES):
            require(request, contact_id=CONTACT, mode=MODE, purpose=PURPOSE, note=NOTE)
            who = caller()
            supervision_id = derived_id(
                "spv", who.tenant_id, "StartSupervision", f"{who.user_id}/{request.request_id}"
            )
            supervisions = self._supervising.supervisions
            if supervisions.meta(supervision_id) is None:
                await self._start(request, supervision_id)
            begun = supervisions.state(supervision_id)
            waits = not isinstance(begun, NotStarted) and begun.about.asked
        return pb.StartSupervisionResponse(supervision_id=supervision_id, consent_asked=waits)

    async def AnswerConsent(
        self, request: pb.AnswerConsentRequest, context: Context
    ) -> pb.AnswerConsentResponse:
        async with refusals(context, CODES):
            require(request, supervision_id=SUPERVISION, answer=ANSWER)
            state = self._supervising.supervisions.state(request.supervision_id)
            mode = state.mode if isinstance(state, AwaitingConsent) else SupervisionMode.LISTEN
            target, known = self._present(request.supervision_id, mode)
            reason = _reason(request.reason)
            answer = ConsentAnswer(wire.ConsentAnswer.Name(request.answer))
            around = self._supervising.around(target)
            command = Answer(caller().user_id, answer, reason, around)
            await self._go(target, command, request, known)
        return pb.AnswerConsentResponse()

    async def ChangeMode(
        self, request: pb.ChangeModeRequest, context: Context
    ) -> pb.ChangeModeResponse:
        async with refusals(context, CODES):
            require(request, supervision_id=SUPERVISION, mode=MODE)
            mode = _mode(request.mode)
            target, known = self._present(request.supervision_id, mode)
            check_permitted(known.client_id, caller().clients)
            others = self._supervising.occupied.others(target.supervision_id, target.place)
            command = ChangeMode(caller().user_id, mode, others.handled_by)
            await self._go(target, command, request, known)
        return pb.ChangeModeResponse()

    async def SwitchTarget(
        self, request: pb.SwitchTargetRequest, context: Context
    ) -> pb.SwitchTargetResponse:
        async with refusals(context, CODES):
            require(request, supervision_id=SUPERVISION, contact_id=CONTACT, mode=MODE)
            who, mode = caller(), _mode(request.mode)
            target = await self._there(request, NEWS_S, mode)
            check_permitted(target.call.client_id, who.clients)
            around = self._supervising.around(target)
            command = SwitchTarget(who.user_id, target.call, mode, around)
            await self._go(target, command, request, _meta(target))
        return pb.SwitchTargetResponse()

    async def SetFollowing(
        self, request: pb.SetFollowingRequest, context: Context
    ) -> pb.SetFollowingResponse:
        async with refusals(context, CODES):
            require(request, supervision_id=SUPERVISION)
            who = caller()
            target, known = self._present(request.supervision_id)
            check_permitted(known.client_id, who.clients)
            command = SetFollowing(who.user_id, request.following, tuple(sorted(who.clients)))
            await self._stay(target, command, request, known)
        return pb.SetFollowingResponse()

    async def FollowCall(
        self, request: pb.FollowCallRequest, context: Context
    ) -> pb.FollowCallResponse:
        async with refusals(context, CODES):
            require(request, supervision_id=SUPERVISION, contact_id=CONTACT)
            target = await self._there(request, FOLLOWED_NEWS_S)
            command = FollowCall(target.call, self._supervising.around(target))
            await self._go(target, command, request, _meta(target))
        return pb.FollowCallResponse()

    async def SendText(self, request: pb.SendTextRequest, context: Context) -> pb.SendTextResponse:
        async with refusals(context, CODES):
            require(request, supervision_id=SUPERVISION, text=TEXT)
            who = caller()
            target, known = self._present(request.supervision_id)
            check_permitted(known.client_id, who.clients)
            self._supervising.texts.take(who.tenant_id, who.user_id, self._supervising.now())
            text_id = derived_id(
                "txt", who.tenant_id, "SendText", f"{who.user_id}/{request.request_id}"
            )
            sealed = self._supervising.seals.seal(known.client_id or "", request.text)
            command = SendText(who.user_id, text_id, sealed)
            await self._stay(target, command, request, known)
        return pb.SendTextResponse(text_id=text_id)

    async def EndSupervision(
        self, request: pb.EndSupervisionRequest, context: Context
    ) -> pb.EndSupervisionResponse:
        async with refusals(context, CODES):
            require(request, supervision_id=SUPERVISION, contact_id=an_id("con", optional=True))
            who = caller()
            command: Command = Leave(who.user_id)
            if who.role == "service":
                require(request, reason=REASON)
                reason = SupervisionEndReason(wire.SupervisionEndReason.Name(request.reason))
                command = End(reason, request.contact_id)
            target, known = self._present(request.supervision_id)
            await self._stay(target, command, request, known)
        return pb.EndSupervisionResponse()

    async def _start(self, request: pb.StartSupervisionRequest, supervision_id: str) -> None:
        who, supervising = caller(), self._supervising
        talk = await supervising.talk(request.contact_id, who.tenant_id, NEWS_S)
        check_permitted(talk.client_id, who.clients)
        target = Target(
            supervision_id,
            Place(who.tenant_id, who.user_id, talk.contact_id, _mode(request.mode)),
            Call(talk.contact_id, talk.operator_id, talk.client_id),
            Purpose(wire.Purpose.Name(request.purpose)),
        )
        command = Start(
            call=target.call,
            supervisor_id=who.user_id,
            mode=target.place.mode,
            purpose=target.purpose,
            following=request.following,
            keep_phone=request.keep_phone,
            client_ids=tuple(sorted(who.clients)),
            note_sealed=supervising.seals.seal(talk.client_id, request.note)
            if request.note
            else None,
            around=supervising.around(target),
        )
        own = meta(client_id=talk.client_id, correlation_id=talk.contact_id)
        await supervising.go(target, command, request.request_id, own)

    def _present(
        self,
        supervision_id: str,
        mode: SupervisionMode = SupervisionMode.LISTEN,
    ) -> tuple[Target, Meta]:
        """The call that the supervision is on, and whose that is."""
        tenant_id = caller().tenant_id
        about, known = self._supervising.known(supervision_id, tenant_id)
        call = Call(about.contact_id, about.operator_id, known.client_id or "")
        return _target(supervision_id, tenant_id, about, call, mode), known

    async def _there(
        self,
        request: pb.SwitchTargetRequest | pb.FollowCallRequest,
        wait_s: float,
        mode: SupervisionMode = SupervisionMode.LISTEN,
    ) -> Target:
        """The call that the supervision is to go on to."""
        tenant_id = caller().tenant_id
        talk = await self._supervising.talk(request.contact_id, tenant_id, wait_s)
        about, _ = self._supervising.known(request.supervision_id, tenant_id)
        call = Call(talk.contact_id, talk.operator_id, talk.client_id)
        return _target(request.supervision_id, tenant_id, about, call, mode)

    async def _go(self, target: Target, command: Command, request: Any, whose: Meta) -> None:
        """For commands that take a place, or a mode that only one may have."""
        request_id = request_id_of(command, request.request_id)
        await self._supervising.go(target, command, request_id, _envelope(whose))

    async def _stay(self, target: Target, command: Command, request: Any, whose: Meta) -> None:
        """For all others."""
        await self._supervising.supervisions.handle(
            target.supervision_id,
            command,
            request_id=request_id_of(command, request.request_id),
            meta=_envelope(whose),
        )


def _envelope(whose: Meta) -> Meta:
    return meta(client_id=whose.client_id, correlation_id=whose.correlation_id)


def _target(
    supervision_id: str, tenant_id: str, about: About, call: Call, mode: SupervisionMode
) -> Target:
    place = Place(tenant_id, about.supervisor_id, call.contact_id, mode)
    return Target(supervision_id, place, call, about.purpose)


def _meta(target: Target) -> Meta:
    call = target.call
    return Meta(target.place.tenant_id, call.client_id, correlation_id=call.contact_id)


def _mode(mode: media_wire.SupervisionMode.ValueType) -> SupervisionMode:
    return SupervisionMode(media_wire.SupervisionMode.Name(mode))


def _reason(reason: wire.ConsentReason.ValueType) -> ConsentReason | None:
    """Nobody has to say why."""
    if reason == wire.CONSENT_REASON_UNSPECIFIED:
        return None
    if reason not in wire.ConsentReason.values():
        raise InvalidField("reason", "must be one that is known, or none")
    return ConsentReason(wire.ConsentReason.Name(reason))
