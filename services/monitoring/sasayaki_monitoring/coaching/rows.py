"""What supervisors and operators see of feedback: rows of the floor and of the operator's desk."""

from collections.abc import Callable
from typing import Protocol

from sasayaki.monitoring.v1 import floor_pb2 as floor_wire
from sasayaki_monitoring.coaching.view import Feedback
from sasayaki_monitoring.floor.watchers import Row


class Floor(Protocol):
    """Where rows that are on the floor for a while are put."""

    def put(self, key: tuple[str, str], row: Row) -> None: ...

    def take(self, key: tuple[str, str], gone: floor_wire.FloorGone) -> None: ...


class CoachingRows:
    """Asks supervisors on the floor; `words` opens what was sealed, None if it is forgotten."""

    def __init__(self, floor: Floor, words: Callable[[str, str], str | None]) -> None:
        self._floor = floor
        self._words = words

    def ask(self, feedback: Feedback, contact_id: str) -> None:
        given = feedback.given
        row = floor_wire.FloorFollowUp(
            feedback_id=given.feedback_id,
            contact_id=contact_id,
            operator_id=given.operator_id,
            supervisor_id=given.supervisor_id,
            text=self._words(feedback.client_id, given.text_sealed) or "",
        )
        shown = floor_wire.FloorRow(follow_up=row)
        self._floor.put(_key(feedback), Row(feedback.tenant_id, _clients(feedback), shown))

    def ask_no_more(self, feedback: Feedback) -> None:
        gone = floor_wire.FloorGone(follow_up=feedback.given.feedback_id)
        self._floor.take(_key(feedback), gone)


def _key(feedback: Feedback) -> tuple[str, str]:
    return "follow_up", feedback.given.feedback_id


def _clients(feedback: Feedback) -> frozenset[str]:
    return frozenset((feedback.client_id,))
