"""Talks with their reasons, and what operators were told about earlier ones: what to ask when.

When an operator talks with a customer who calls for the same reason as in a call that they got
feedback on, the supervisors are asked whether it is done or not yet. The topics come in no common
order, so what is to be asked is worked out anew at every change.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from prometheus_client import Counter

from sasayaki.callreason.v1.enquiry_events import ReasonConfirmed, ReasonStated
from sasayaki.event import Recorded
from sasayaki.media.v1.call_events import CallEnded, OperatorLegEnded, TalkStarted
from sasayaki.monitoring.v1.coaching_events import (
    FeedbackGiven,
    FeedbackKind,
    FeedbackRead,
    FollowUpAnswered,
    FollowUpOutcome,
)
from sasayaki_monitoring.coaching.coaching import ITEMS_MOST, stream_of

TALKS_MOST = 50_000
"""Calls remembered, of all tenants; feedback on older ones is refused."""

FORGOTTEN = Counter("sasayaki_monitoring_talks_forgotten_total", "Calls that feedback can't name.")


@dataclass(slots=True)
class Talk:
    """One call as far as feedback needs it; `reason_id` empty: not known (yet)."""

    contact_id: str
    tenant_id: str
    client_id: str = ""
    operator_id: str = ""
    stream: str = ""
    """The operator's."""
    leg_id: str = ""
    beside: dict[str, str] = field(default_factory=dict)
    """Operators who joined, by leg; the first of them goes on when the operator leaves."""
    reason_id: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_on(self) -> bool:
        return self.since is not None and self.until is None

    def lasted(self, now: datetime) -> timedelta:
        if self.since is None:
            return timedelta()
        return max(timedelta(), (self.until or now) - self.since)


@dataclass(slots=True)
class Feedback:
    """What was given, when, and how far it is."""

    given: FeedbackGiven
    given_at: datetime
    tenant_id: str
    client_id: str
    read: bool = False
    done: bool = False
    answered: set[str] = field(default_factory=set)
    asked_in: str = ""
    """The call in which the supervisors are asked now."""

    @property
    def is_closed(self) -> bool:
        return self.read and not self.is_followed

    @property
    def is_followed(self) -> bool:
        return self.given.kind is FeedbackKind.IMPROVE and not self.done


class Shows(Protocol):
    """Where supervisors and operators see it."""

    def ask(self, feedback: Feedback, contact_id: str) -> None: ...

    def ask_no_more(self, feedback: Feedback) -> None: ...

    def tell(self, feedback: Feedback) -> None: ...

    def tell_no_more(self, feedback: Feedback) -> None: ...


class CoachingView:
    """The last calls, and every operator's feedback."""

    topics: tuple[str, ...] = ("callreason.enquiry", "media.call", "monitoring.coaching")

    def __init__(self, shows: Shows) -> None:
        self._shows = shows
        self._talks: dict[str, Talk] = {}
        self._on: dict[str, str] = {}
        """The call that an operator is in, by the operator's stream."""
        self._feedback: dict[str, dict[str, Feedback]] = {}
        """By stream and id, oldest first."""

    def fold(self, record: Recorded[Any]) -> None:
        match record.data:
            case TalkStarted(operator_id=operator_id, leg_id=leg_id) if operator_id:
                self._begins(record, operator_id, leg_id)
            case OperatorLegEnded(leg_id=leg_id):
                self._leg_ends(record, leg_id)
            case CallEnded():
                talk = self._talks.get(record.subject)
                if talk is not None and talk.is_on:
                    talk.beside.clear()
                    self._ends(talk, record.time)
            case ReasonStated(reason_id=reason_id) | ReasonConfirmed(reason_id=reason_id):
                talk = self._talk(record)
                talk.reason_id = reason_id
                self._work_out(talk.stream)
            case FeedbackGiven() as given:
                self._given(record, given)
            case FeedbackRead() | FollowUpAnswered() as event:
                feedback = self._feedback.get(record.subject, {}).get(event.feedback_id)
                if feedback is not None:
                    self._goes_on(feedback, event)
                    self._work_out(record.subject)

    def talk(self, tenant_id: str, contact_id: str) -> Talk | None:
        """A call that an operator talked in, as long as it is remembered."""
        talk = self._talks.get(contact_id)
        return talk if talk and talk.tenant_id == tenant_id and talk.since else None

    def feedback(self, tenant_id: str, operator_id: str, feedback_id: str) -> Feedback | None:
        return self._feedback.get(stream_of(tenant_id, operator_id), {}).get(feedback_id)

    def follow_ups(self, tenant_id: str, operator_id: str, client_ids: frozenset[str]) -> int:
        """How many pieces of feedback wait to be seen done, of these client companies."""
        own = self._feedback.get(stream_of(tenant_id, operator_id), {})
        return sum(each.is_followed and each.client_id in client_ids for each in own.values())

    def shows(self, feedback: Feedback, contact_id: str) -> bool:
        """Whether the call is a later one of that operator with the same reason."""
        talk = self._talks.get(contact_id)
        return talk is not None and self._is_later(feedback, talk)

    def _talk(self, record: Recorded[Any]) -> Talk:
        talk = self._talks.get(record.subject)
        if talk is None:
            if len(self._talks) >= TALKS_MOST:
                del self._talks[next(iter(self._talks))]
                FORGOTTEN.inc()
            talk = self._talks[record.subject] = Talk(record.subject, record.tenant_id)
        return talk

    def _begins(self, record: Recorded[Any], operator_id: str, leg_id: str) -> None:
        talk = self._talk(record)
        if talk.is_on and talk.leg_id != leg_id:
            talk.beside[leg_id] = operator_id
            return
        talk.client_id = record.client_id or ""
        talk.operator_id, talk.leg_id = operator_id, leg_id
        talk.since, talk.until = talk.since or record.time, None
        talk.stream = stream_of(record.tenant_id, operator_id)
        # Calls come in no common order: in a replay an earlier one may come later.
        present = self._talks.get(self._on.get(talk.stream, ""))
        if present is None or present.since is None or present.since <= talk.since:
            self._on[talk.stream] = talk.contact_id
        self._work_out(talk.stream)

    def _leg_ends(self, record: Recorded[Any], leg_id: str) -> None:
        talk = self._talks.get(record.subject)
        if talk is None:
            return
        talk.beside.pop(leg_id, None)
        if talk.leg_id != leg_id:
            return
        self._ends(talk, record.time)
        for next_leg, operator_id in list(talk.beside.items())[:1]:
            del talk.beside[next_leg]
            self._begins(record, operator_id, next_leg)

    def _ends(self, talk: Talk, at: datetime) -> None:
        talk.until = at
        if self._on.get(talk.stream) == talk.contact_id:
            del self._on[talk.stream]
        self._work_out(talk.stream)

    def _given(self, record: Recorded[Any], given: FeedbackGiven) -> None:
        own = self._feedback.setdefault(record.subject, {})
        if len(own) >= ITEMS_MOST:
            closed = (each_id for each_id, each in own.items() if each.is_closed)
            self._forget(own.pop(next(closed, next(iter(own)))))
        feedback = Feedback(given, record.time, record.tenant_id, record.client_id or "")
        own[given.feedback_id] = feedback
        self._shows.tell(feedback)
        self._work_out(record.subject)

    def _forget(self, feedback: Feedback) -> None:
        if not feedback.read:
            self._shows.tell_no_more(feedback)
        if feedback.asked_in:
            self._shows.ask_no_more(feedback)

    def _goes_on(self, feedback: Feedback, event: FeedbackRead | FollowUpAnswered) -> None:
        match event:
            case FeedbackRead():
                feedback.read = True
                self._shows.tell_no_more(feedback)
            case FollowUpAnswered(contact_id=contact_id, outcome=outcome):
                feedback.answered.add(contact_id)
                feedback.done = feedback.done or outcome is FollowUpOutcome.DONE

    def _work_out(self, stream: str) -> None:
        """Asks in the operator's present call, and no more in one that is over."""
        talk = self._talks.get(self._on.get(stream, ""))
        for feedback in self._feedback.get(stream, {}).values():
            due = talk is not None and self._is_due(feedback, talk)
            asked_in = talk.contact_id if talk is not None and due else ""
            if asked_in == feedback.asked_in:
                continue
            feedback.asked_in = asked_in
            if asked_in:
                self._shows.ask(feedback, asked_in)
            else:
                self._shows.ask_no_more(feedback)

    def _is_due(self, feedback: Feedback, talk: Talk) -> bool:
        return (
            feedback.is_followed
            and talk.contact_id not in feedback.answered
            and self._is_later(feedback, talk)
        )

    def _is_later(self, feedback: Feedback, talk: Talk) -> bool:
        """A reason that was confirmed or corrected after the feedback counts as it is now."""
        about = self._talks.get(feedback.given.contact_id)
        reason_id = (about.reason_id if about else "") or feedback.given.reason_id
        return (
            talk.since is not None
            and talk.since >= feedback.given_at
            and talk.contact_id != feedback.given.contact_id
            and talk.stream == stream_of(feedback.tenant_id, feedback.given.operator_id)
            and talk.client_id == feedback.client_id
            and bool(reason_id)
            and talk.reason_id == reason_id
        )
