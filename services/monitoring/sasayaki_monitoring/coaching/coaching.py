"""Decides what an operator is told about their calls: the stream `monitoring.coaching`.

One stream is one operator's. Whether the supervisor heard the call, how long it was and whether a
later call had the same reason are facts about other streams: the API looks them up and the command
carries them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias, assert_never

from sasayaki.monitoring.v1.coaching_events import (
    EVENTS,
    CoachingEvent,
    FeedbackGiven,
    FeedbackKind,
    FeedbackRead,
    FollowUpAnswered,
    FollowUpOutcome,
)
from sasayaki_chassis.decider import Decider, Refused
from sasayaki_chassis.ids import derived_id

ITEMS_MOST = 1_000
"""Feedback remembered per operator; beyond that the oldest is forgotten, a closed one first."""


@dataclass(frozen=True, slots=True)
class Give:
    """`heard`: whether the supervisor really heard that call; `talk_ms`: its length so far."""

    feedback_id: str
    operator_id: str
    supervisor_id: str
    contact_id: str
    at_ms: int
    kind: FeedbackKind
    text_sealed: str
    reason_id: str | None
    heard: bool
    talk_ms: int


@dataclass(frozen=True, slots=True)
class Read:
    feedback_id: str


@dataclass(frozen=True, slots=True)
class Answer:
    """`shows`: whether the call is a later one of that operator with the same reason."""

    feedback_id: str
    contact_id: str
    supervisor_id: str
    outcome: FollowUpOutcome
    shows: bool


Command: TypeAlias = Give | Read | Answer


@dataclass(frozen=True, slots=True)
class Item:
    """One feedback; `answers` by call."""

    kind: FeedbackKind
    read: bool = False
    answers: Mapping[str, FollowUpOutcome] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        return FollowUpOutcome.DONE in self.answers.values()

    @property
    def is_closed(self) -> bool:
        """Read, and nothing is to be looked at any more."""
        return self.read and (self.is_done or self.kind is not FeedbackKind.IMPROVE)


State: TypeAlias = Mapping[str, Item]
"""One operator's feedback by id, oldest first."""


def decide(state: State, command: Command, now: datetime) -> Sequence[CoachingEvent]:
    """Everything but a feedback itself needs one that was given."""
    if isinstance(command, Give):
        return _given(state, command)
    item = state.get(command.feedback_id)
    if item is None:
        raise Refused("UNKNOWN_FEEDBACK", f"no feedback {command.feedback_id!r}")
    match command:
        case Read(feedback_id=feedback_id):
            return [] if item.read else [FeedbackRead(feedback_id=feedback_id)]
        case Answer():
            return _answered(item, command)
        case _:
            assert_never(command)


def _given(state: State, give: Give) -> Sequence[CoachingEvent]:
    if give.feedback_id in state:
        return []  # the id comes from the request: this is the same request again
    if not give.heard:
        raise Refused("NOT_HEARD", "you did not hear this call")
    if give.at_ms > give.talk_ms:
        raise Refused("NOT_IN_TALK", f"the talk has {give.talk_ms} ms, not {give.at_ms}")
    return [
        FeedbackGiven(
            feedback_id=give.feedback_id,
            operator_id=give.operator_id,
            supervisor_id=give.supervisor_id,
            contact_id=give.contact_id,
            at_ms=give.at_ms,
            kind=give.kind,
            text_sealed=give.text_sealed,
            reason_id=give.reason_id,
        )
    ]


def _answered(item: Item, answer: Answer) -> Sequence[CoachingEvent]:
    if item.kind is not FeedbackKind.IMPROVE:
        raise Refused("NOTHING_TO_FOLLOW", "praise asks for nothing")
    if item.answers.get(answer.contact_id) is answer.outcome:
        return []
    if item.is_done:
        raise Refused("ALREADY_DONE", "it was seen done already")
    if not answer.shows:
        raise Refused("NOT_A_LATER_CALL", "not a later call of the operator with the same reason")
    return [
        FollowUpAnswered(
            feedback_id=answer.feedback_id,
            contact_id=answer.contact_id,
            supervisor_id=answer.supervisor_id,
            outcome=answer.outcome,
        )
    ]


def evolve(state: State, event: CoachingEvent) -> State:
    """The operator's feedback after an event."""
    match event:
        case FeedbackGiven(feedback_id=feedback_id, kind=kind):
            return {**_room(state), feedback_id: Item(kind)}
        case FeedbackRead(feedback_id=feedback_id):
            return _changed(state, feedback_id, read=True)
        case FollowUpAnswered(feedback_id=feedback_id, contact_id=contact_id, outcome=outcome):
            item = state.get(feedback_id)
            answers = {**item.answers, contact_id: outcome} if item else {}
            return _changed(state, feedback_id, answers=answers)
        case _:
            assert_never(event)


def _changed(state: State, feedback_id: str, **changes: object) -> State:
    item = state.get(feedback_id)
    if item is None:
        return state
    return {**state, feedback_id: replace(item, **changes)}  # type: ignore[arg-type]  # fields of Item


def _room(state: State) -> State:
    if len(state) < ITEMS_MOST:
        return state
    closed = (feedback_id for feedback_id, item in state.items() if item.is_closed)
    oldest = next(closed, next(iter(state)))
    return {feedback_id: item for feedback_id, item in state.items() if feedback_id != oldest}


def deadline(state: State) -> tuple[datetime, Command] | None:
    """Time alone changes nothing: feedback waits to be read."""
    return None


def stream_of(tenant_id: str, operator_id: str) -> str:
    """The id of an operator's stream; user ids are unique in their tenant only."""
    return derived_id("coa", tenant_id, "Coaching", operator_id)


COACHING: Decider[State, Command, CoachingEvent] = Decider(
    stream="monitoring.coaching",
    initial={},
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
)
