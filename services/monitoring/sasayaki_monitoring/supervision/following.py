"""Who follows an operator is brought to the operator's next call."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from google.protobuf.message import Message

from sasayaki.event import Recorded
from sasayaki.media.v1.call_events import CallEnded, OperatorLegEnded, TalkStarted
from sasayaki.monitoring.v1 import monitoring_service_pb2 as monitoring
from sasayaki.monitoring.v1.supervision_events import (
    ConsentRequested,
    FollowingSet,
    OperatorAwaited,
    SupervisionEnded,
    SupervisionStarted,
    TargetSwitched,
)
from sasayaki_chassis.reactor import Reactor

Operator: TypeAlias = tuple[str, str]
"""Tenant and user id."""


@dataclass(slots=True)
class _Followed:
    """A supervision that stays with an operator."""

    contact_id: str
    operator: Operator
    following: bool


class FollowOperator(Reactor):
    """Brings a supervisor who follows an operator to the operator's next call.

    Whose call it is and whether it may be heard is decided when it is asked for. A call that is
    taken over by somebody ends nothing: the operator's next one is followed as any other.
    """

    name = "follow-operator"
    topics: tuple[str, ...] = ("media.call", "monitoring.supervision")
    # That call is not to be heard, or there is nothing to follow any more: the next one may be.
    moot = frozenset(
        (
            "CONSENT_REQUIRED",
            "NOT_FOLLOWING",
            "NOT_PERMITTED",
            "PURPOSE_NOT_ALLOWED",
            "SUPERVISION_OVER",
            "TOO_MANY_SUPERVISORS",
            "UNKNOWN_CALL",
        )
    )

    def __init__(self) -> None:
        self._followed: dict[str, _Followed] = {}
        self._talks: dict[Operator, tuple[str, str]] = {}
        self._legs: dict[str, dict[str, Operator]] = {}
        """By contact and leg: one operator usually, more in a consultation."""

    def react(self, record: Recorded[Any]) -> Iterable[Message]:
        contact_id = supervision_id = record.subject
        match record.data:
            case TalkStarted(operator_id=operator_id, leg_id=leg_id) if operator_id:
                yield from self._talks_now((record.tenant_id, operator_id), contact_id, leg_id)
            case OperatorLegEnded(leg_id=leg_id):
                self._talk_ends(contact_id, leg_id)
            case CallEnded():
                self._talk_ends(contact_id)
            case SupervisionStarted() | ConsentRequested() as begun:
                operator = (record.tenant_id, begun.operator_id)
                following = isinstance(begun, SupervisionStarted) and bool(begun.following)
                self._followed[supervision_id] = _Followed(begun.contact_id, operator, following)
            case TargetSwitched() as switched if known := self._followed.get(supervision_id):
                known.contact_id = switched.contact_id
                known.operator = (record.tenant_id, switched.operator_id)
            case FollowingSet(following=following) if known := self._followed.get(supervision_id):
                known.following = following
                yield from self._catch_up(supervision_id, known)
            case OperatorAwaited() if known := self._followed.get(supervision_id):
                yield from self._catch_up(supervision_id, known)
            case SupervisionEnded():
                self._followed.pop(supervision_id, None)

    def _talks_now(self, operator: Operator, contact_id: str, leg_id: str) -> Iterator[Message]:
        self._talks[operator] = (contact_id, leg_id)
        self._legs.setdefault(contact_id, {})[leg_id] = operator
        for supervision_id, followed in self._followed.items():
            if followed.operator == operator and followed.contact_id != contact_id:
                yield from self._follow(supervision_id, followed, contact_id)

    def _catch_up(self, supervision_id: str, followed: _Followed) -> Iterator[Message]:
        """The next talk may have been read before."""
        contact_id, _ = self._talks.get(followed.operator, ("", ""))
        if contact_id and contact_id != followed.contact_id:
            yield from self._follow(supervision_id, followed, contact_id)

    def _follow(
        self, supervision_id: str, followed: _Followed, contact_id: str
    ) -> Iterator[Message]:
        if followed.following:
            yield monitoring.FollowCallRequest(supervision_id=supervision_id, contact_id=contact_id)

    def _talk_ends(self, contact_id: str, leg_id: str = "") -> None:
        legs = self._legs.get(contact_id, {})
        for each in [leg_id] if leg_id else list(legs):
            operator = legs.pop(each, None)
            if operator is not None and self._talks.get(operator) == (contact_id, each):
                del self._talks[operator]
        if not legs:
            self._legs.pop(contact_id, None)
