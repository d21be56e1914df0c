"""MonitoringService's feedback: who may tell an operator what, and what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import grpc

from sasayaki.monitoring.v1 import coaching_events_pb2 as wire
from sasayaki.monitoring.v1 import monitoring_service_pb2 as pb
from sasayaki.monitoring.v1.coaching_events import CoachingEvent, FeedbackKind, FollowUpOutcome
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import an_id, between, characters, require
from sasayaki_chassis.ids import derived_id
from sasayaki_chassis.owner import Owners, Unavailable
from sasayaki_chassis.rpc import Context, Rights, caller, meta, refusals, request_id_of
from sasayaki_chassis.seals import Seals
from sasayaki_monitoring.coaching.coaching import Answer, Command, Give, Read, State, stream_of
from sasayaki_monitoring.coaching.view import CoachingView, Feedback
from sasayaki_monitoring.ledger.view import Entry, LedgerView
from sasayaki_monitoring.methods import (
    SERVICE,
    SUPERVISORS,
    check_permitted,
    named,
)

RIGHTS: Rights = {
    f"{SERVICE}GiveFeedback": SUPERVISORS,
    f"{SERVICE}ReadFeedback": frozenset(("operator",)),
    f"{SERVICE}AnswerFollowUp": SUPERVISORS,
}

CODES: Mapping[str, grpc.StatusCode] = {
    "UNKNOWN_SUPERVISION": grpc.StatusCode.NOT_FOUND,
    "UNKNOWN_CALL": grpc.StatusCode.NOT_FOUND,
    "UNKNOWN_FEEDBACK": grpc.StatusCode.NOT_FOUND,
    "NOT_PERMITTED": grpc.StatusCode.PERMISSION_DENIED,
    "NOT_YOURS": grpc.StatusCode.PERMISSION_DENIED,
}

MS = timedelta(milliseconds=1)
WORDS_MOST = 2_000
"""Characters."""
DAY_MS = 24 * 3600 * 1000

KIND = named(wire.FeedbackKind)
OUTCOME = named(wire.FollowUpOutcome)
FEEDBACK = an_id("fbk")

Coachings: TypeAlias = Owners[State, Command, CoachingEvent]


@dataclass(frozen=True)
class Coaching:
    """What the methods work with; `require_current` raises Unavailable while a view is behind."""

    coachings: Coachings
    view: CoachingView
    ledger: LedgerView
    seals: Seals
    now: Callable[[], datetime]
    require_current: Callable[[], None]


class CoachingMethods:
    """Feedback is about what was heard, and for one operator's eyes and their supervisors'."""

    _coaching: Coaching

    async def GiveFeedback(
        self, request: pb.GiveFeedbackRequest, context: Context
    ) -> pb.GiveFeedbackResponse:
        async with refusals(context, CODES):
            require(
                request,
                supervision_id=an_id("spv"),
                at_ms=between(0, DAY_MS),
                kind=KIND,
                text=characters(least=1, most=WORDS_MOST),
                contact_id=an_id("con", optional=True),
            )
            who = caller()
            feedback_id = derived_id(
                "fbk", who.tenant_id, "GiveFeedback", f"{who.user_id}/{request.request_id}"
            )
            self._coaching.require_current()
            entry = self._heard_by_caller(request)
            give = self._give(request, feedback_id, entry)
            await self._coaching.coachings.handle(
                stream_of(who.tenant_id, entry.operator_id),
                give,
                request_id=request_id_of(give, request.request_id),
                meta=meta(client_id=entry.client_id, correlation_id=entry.contact_id),
            )
        return pb.GiveFeedbackResponse(feedback_id=feedback_id)

    async def ReadFeedback(
        self, request: pb.ReadFeedbackRequest, context: Context
    ) -> pb.ReadFeedbackResponse:
        async with refusals(context, CODES):
            require(request, feedback_id=FEEDBACK)
            who = caller()
            self._coaching.require_current()
            feedback = self._known_feedback(who.tenant_id, who.user_id, request.feedback_id)
            await self._ask_coaching(feedback, request.request_id, Read(request.feedback_id))
        return pb.ReadFeedbackResponse()

    async def AnswerFollowUp(
        self, request: pb.AnswerFollowUpRequest, context: Context
    ) -> pb.AnswerFollowUpResponse:
        async with refusals(context, CODES):
            require(
                request,
                feedback_id=FEEDBACK,
                contact_id=an_id("con"),
                outcome=OUTCOME,
                operator_id=an_id("usr"),
            )
            who = caller()
            self._coaching.require_current()
            feedback = self._known_feedback(who.tenant_id, request.operator_id, request.feedback_id)
            check_permitted(feedback.client_id, who.clients)
            answer = Answer(
                feedback_id=request.feedback_id,
                contact_id=request.contact_id,
                supervisor_id=who.user_id,
                outcome=FollowUpOutcome(wire.FollowUpOutcome.Name(request.outcome)),
                shows=self._coaching.view.shows(feedback, request.contact_id),
            )
            await self._ask_coaching(feedback, request.request_id, answer)
        return pb.AnswerFollowUpResponse()

    def _heard_by_caller(self, request: pb.GiveFeedbackRequest) -> Entry:
        """The ledger's entry of the call; another tenant's is as unknown as none."""
        who = caller()
        entry = self._coaching.ledger.entry(request.supervision_id, request.contact_id)
        if entry is None or entry.tenant_id != who.tenant_id or entry.begun_at is None:
            raise Refused("UNKNOWN_SUPERVISION", "no such supervision of such a call")
        if entry.supervisor_id != who.user_id:
            raise Refused("NOT_YOURS", "another supervisor's supervision")
        check_permitted(entry.client_id, who.clients)
        return entry

    def _give(self, request: pb.GiveFeedbackRequest, feedback_id: str, entry: Entry) -> Give:
        coaching = self._coaching
        talk = coaching.view.talk(entry.tenant_id, entry.contact_id)
        if talk is None:
            raise Refused("UNKNOWN_CALL", "the call is too long ago")
        return Give(
            feedback_id=feedback_id,
            operator_id=entry.operator_id,
            supervisor_id=entry.supervisor_id,
            contact_id=entry.contact_id,
            at_ms=request.at_ms,
            kind=FeedbackKind(wire.FeedbackKind.Name(request.kind)),
            text_sealed=coaching.seals.seal(entry.client_id, request.text),
            reason_id=talk.reason_id or None,
            heard=bool(entry.stretches),
            talk_ms=talk.lasted(coaching.now()) // MS,
        )

    def _known_feedback(self, tenant_id: str, operator_id: str, feedback_id: str) -> Feedback:
        feedback = self._coaching.view.feedback(tenant_id, operator_id, feedback_id)
        if feedback is not None:
            return feedback
        if feedback_id in self._coaching.coachings.state(stream_of(tenant_id, operator_id)):
            raise Unavailable("the feedback has just been given")
        raise Refused("UNKNOWN_FEEDBACK", f"no feedback {feedback_id!r}")

    async def _ask_coaching(
        self, feedback: Feedback, request_id: str, command: Read | Answer
    ) -> None:
        await self._coaching.coachings.handle(
            stream_of(feedback.tenant_id, feedback.given.operator_id),
            command,
            request_id=request_id_of(command, request_id),
            meta=meta(
                client_id=feedback.client_id,
                correlation_id=getattr(command, "contact_id", feedback.given.contact_id),
            ),
        )
