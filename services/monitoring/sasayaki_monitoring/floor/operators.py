"""What operators are doing, as routing's records tell it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sasayaki.event import Recorded
from sasayaki.media.v1.phone_reach_pb2 import (
    PHONE_REACH_NONE,
    PHONE_REACH_UNSPECIFIED,
    PhoneReach,
)
from sasayaki.monitoring.v1 import floor_pb2 as wire
from sasayaki.routing.v1.pool_events import (
    CallbackDue,
    CallbackFailed,
    ConsultAccepted,
    ConsultEnded,
    OfferAccepted,
    OfferDeclined,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    OperatorPut,
    OperatorReleased,
    OperatorState,
    OperatorStateSet,
    WrapUpStarted,
)
from sasayaki_monitoring.floor.rows import Row

MISSED = "missed"
"""Why an operator is away whose phone was not picked up; routing's word."""
LEVEL_USUAL = 3
"""Of a skill that nobody gave a level; routing's rule."""
STATES = {
    OperatorState.OFF: wire.FLOOR_OPERATOR_STATE_OFF,
    OperatorState.READY: wire.FLOOR_OPERATOR_STATE_READY,
    OperatorState.AWAY: wire.FLOOR_OPERATOR_STATE_AWAY,
    OperatorState.RINGING: wire.FLOOR_OPERATOR_STATE_RINGING,
    OperatorState.TALKING: wire.FLOOR_OPERATOR_STATE_TALKING,
    OperatorState.WRAP_UP: wire.FLOOR_OPERATOR_STATE_WRAP_UP,
}


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator; `offer_id` and `ready_since` are those of the offer that rings.

    `contact_id`: whom they are offered, talk with or finish.
    """

    operator_id: str
    team_id: str = ""
    client_ids: frozenset[str] = frozenset()
    state: OperatorState = OperatorState.OFF
    since: datetime | None = None
    reason: str = ""
    offer_id: str = ""
    ready_since: datetime | None = None
    contact_id: str = ""
    skills: tuple[str, ...] = ()
    skill_levels: tuple[int, ...] = ()


class Operators:
    """All operators by tenant and id: at most as many as there are."""

    def __init__(self) -> None:
        self._operators: dict[str, dict[str, Operator]] = {}
        self._reach: dict[str, dict[str, PhoneReach.ValueType]] = {}
        """Users with a phone, of the tenants of whom media has told."""

    def team_of(self, tenant_id: str, operator_id: str) -> str:
        operator = self._of(tenant_id).get(operator_id)
        return operator.team_id if operator else ""

    def fold(self, record: Recorded[Any]) -> Iterator[Row]:
        """Yields the operator's row if the record changes one."""
        for operator in self.moved(record):
            yield self._row(record.tenant_id, operator)

    def row(self, tenant_id: str, operator_id: str) -> Row | None:
        """The operator's row as it is."""
        operator = self._of(tenant_id).get(operator_id)
        return self._row(tenant_id, operator) if operator else None

    def reached(
        self, tenant_id: str, reach: Mapping[str, "PhoneReach.ValueType"], *, whole: bool
    ) -> list[str]:
        """Takes down by what users can be reached; the operators whose phones are others.

        `whole`: whoever is not named has no phone. Else it costs what it names, if the tenant's
        phones are known.
        """
        anew = whole or tenant_id not in self._reach
        named = self._of(tenant_id) if anew else reach
        before = self._reaches(tenant_id, named)
        known = {} if anew else self._reach[tenant_id]
        for user_id, how in reach.items():
            if how == PHONE_REACH_NONE:
                known.pop(user_id, None)
            else:
                known[user_id] = how
        self._reach[tenant_id] = known
        return self._others(tenant_id, before)

    def reach_unknown(self, tenant_id: str) -> list[str]:
        """The operators of whose phones nothing is known any more."""
        before = self._reaches(tenant_id, self._of(tenant_id))
        self._reach.pop(tenant_id, None)
        return self._others(tenant_id, before)

    def _of(self, tenant_id: str) -> Mapping[str, Operator]:
        return self._operators.get(tenant_id, {})

    def _reaches(
        self, tenant_id: str, user_ids: Iterable[str]
    ) -> "dict[str, PhoneReach.ValueType]":
        """By what those can be reached who are operators."""
        ours = self._of(tenant_id)
        return {each: self._reach_of(tenant_id, each) for each in user_ids if each in ours}

    def _others(self, tenant_id: str, before: "Mapping[str, PhoneReach.ValueType]") -> list[str]:
        return [each for each, was in before.items() if self._reach_of(tenant_id, each) != was]

    def _reach_of(self, tenant_id: str, operator_id: str) -> "PhoneReach.ValueType":
        known = self._reach.get(tenant_id)
        if known is None:
            return PHONE_REACH_UNSPECIFIED
        return known.get(operator_id, PHONE_REACH_NONE)

    def _row(self, tenant_id: str, operator: Operator) -> Row:
        return _row(tenant_id, operator, self._reach_of(tenant_id, operator.operator_id))

    def moved(self, record: Recorded[Any]) -> Iterator[Operator]:
        """Yields the operator as the record leaves them, if it changes one."""
        operator_id = getattr(record.data, "operator_id", None)
        if not operator_id:
            return
        ours = self._operators.setdefault(record.tenant_id, {})
        before = ours.get(operator_id)
        after = _moved(before or Operator(operator_id), record)
        if after != before:
            ours[operator_id] = after
            yield after


def _moved(operator: Operator, record: Recorded[Any]) -> Operator:
    match record.data:
        case OperatorPut():
            return _put(operator, record.data)
        case OperatorStateSet(state=state, since=since, reason=reason):
            return _in(operator, state, since, reason)
        case OfferMade(offer_id=offer_id, contact_id=contact_id):
            # One who was kept free for a customer who is called back was ready before.
            ready_since = operator.ready_since or operator.since
            ringing = _with(operator, OperatorState.RINGING, record.time, contact_id)
            return replace(ringing, offer_id=offer_id, ready_since=ready_since)
        case CallbackDue(contact_id=contact_id):
            kept_free = _with(operator, OperatorState.RINGING, record.time, contact_id)
            return replace(kept_free, ready_since=operator.since)
        case CallbackFailed(since=since) if operator.state is OperatorState.RINGING:
            return _in(operator, OperatorState.READY, since)
        case ConsultEnded(since=since):
            return _in(operator, OperatorState.READY, since)
        case OfferAccepted(contact_id=contact_id) | ConsultAccepted(contact_id=contact_id):
            return _with(operator, OperatorState.TALKING, record.time, contact_id)
        case OfferDeclined(since=since):
            return _in(operator, OperatorState.AWAY, since, MISSED)
        case OfferLapsed():
            return _in(operator, OperatorState.AWAY, record.time, MISSED)
        case OfferWithdrawn(offer_id=offer_id) if offer_id == operator.offer_id:
            return _in(operator, OperatorState.READY, operator.ready_since)
        case WrapUpStarted(since=since, contact_id=contact_id):
            return _with(operator, OperatorState.WRAP_UP, since, contact_id)
        case OperatorReleased(since=since):
            return _in(operator, OperatorState.READY, since)
        case _:
            return operator


def _in(
    operator: Operator, state: OperatorState, since: datetime | None, reason: str = ""
) -> Operator:
    return replace(
        operator,
        state=state,
        since=since,
        reason=reason,
        offer_id="",
        ready_since=None,
        contact_id="",
    )


def _with(operator: Operator, state: OperatorState, since: datetime, contact_id: str) -> Operator:
    return replace(_in(operator, state, since), contact_id=contact_id)


def _put(operator: Operator, put: OperatorPut) -> Operator:
    return replace(
        operator,
        team_id=put.team_id,
        client_ids=frozenset(put.client_ids),
        skills=put.skills,
        # Those who were put before there were levels have none.
        skill_levels=put.skill_levels or (LEVEL_USUAL,) * len(put.skills),
    )


def _row(tenant_id: str, operator: Operator, phone: "PhoneReach.ValueType") -> Row:
    row = wire.FloorOperator(
        operator_id=operator.operator_id,
        team_id=operator.team_id,
        state=STATES.get(operator.state, wire.FLOOR_OPERATOR_STATE_UNSPECIFIED),
        reason=operator.reason,
        contact_id=operator.contact_id,
        skills=operator.skills,
        skill_levels=operator.skill_levels,
        phone=phone,
    )
    if operator.since is not None:
        row.since.FromDatetime(operator.since)
    return Row(tenant_id, operator.client_ids, wire.FloorRow(operator=row))
