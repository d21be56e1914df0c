"""Whose legs talk in each call: one operator usually, more in a consultation or with three."""

from dataclasses import dataclass
from typing import Any

from sasayaki.event import Recorded
from sasayaki.media.v1.call_events import CallEnded, OperatorLegEnded, TalkStarted


@dataclass(frozen=True, slots=True)
class Leg:
    """An operator's leg that talks."""

    leg_id: str
    operator_id: str


class Legs:
    """Folds `media.call`. Somebody outside whom the customer was handed on to is nobody of ours."""

    def __init__(self) -> None:
        self._legs: dict[str, tuple[Leg, ...]] = {}

    def fold(self, record: Recorded[Any]) -> bool:
        """Whether others talk now than before."""
        contact_id, before = record.subject, self.of(record.subject)
        match record.data:
            case TalkStarted(leg_id=leg_id, operator_id=operator_id) if operator_id:
                self._put(contact_id, (*_without(before, leg_id), Leg(leg_id, operator_id)))
            case OperatorLegEnded(leg_id=leg_id):
                self._put(contact_id, _without(before, leg_id))
            case CallEnded():
                self._put(contact_id, ())
        return self.of(contact_id) != before

    def of(self, contact_id: str) -> tuple[Leg, ...]:
        """Who talks, the longest first: the first one's call it is."""
        return self._legs.get(contact_id, ())

    def _put(self, contact_id: str, legs: tuple[Leg, ...]) -> None:
        if legs:
            self._legs[contact_id] = legs
        else:
            self._legs.pop(contact_id, None)


def _without(legs: tuple[Leg, ...], leg_id: str) -> tuple[Leg, ...]:
    return tuple(leg for leg in legs if leg.leg_id != leg_id)
