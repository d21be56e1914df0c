"""What supervisors and operators see of feedback: rows of the floor and of the operator's desk."""

from collections.abc import Callable
from typing import Protocol

from sasayaki.monitoring.v1 import coaching_events_pb2 as coaching_wire
from sasayaki.monitoring.v1 import desk_pb2 as desk_wire
from sasayaki.monitoring.v1 import floor_pb2 as floor_wire
from sasayaki_monitoring.coaching.view import Feedback
from sasayaki_monitoring.floor.rows import Row


class Floor(Protocol):
    """Where rows that are on the floor for a while are put."""

    def put(self, key: tuple[str, str], row: Row) -> None: ...

    def take(self, key: tuple[str, str], gone: floor_wire.FloorGone) -> None: ...


class Desk(Protocol):
    """What an operator sees."""

    def put(self, tenant_id: str, operator_id: str, row: desk_wire.DeskRow) -> None: ...

    def take(self, tenant_id: str, operator_id: str, gone: desk_wire.DeskGone) -> None: ...


class CoachingRows:
    """Asks supervisors on the floor, and tells operators what they have not read yet.

    `words` opens what was sealed; None: it is forgotten.
    """

    def __init__(self, floor: Floor, desk: Desk, words: Callable[[str, str], str | None]) -> None:
        self._floor = floor
        self._desk = desk
        self._words = words

    def ask(self, feedback: Feedback, contact_id: str) -> None:
        given = feedback.given
        row = floor_wire.FloorFollowUp(
            feedback_id=given.feedback_id,
            contact_id=contact_id,
            operator_id=given.operator_id,
            supervisor_id=given.supervisor_id,
            text=self._text(feedback),
        )
        shown = floor_wire.FloorRow(follow_up=row)
        self._floor.put(_key(feedback), Row(feedback.tenant_id, _clients(feedback), shown))

    def ask_no_more(self, feedback: Feedback) -> None:
        gone = floor_wire.FloorGone(follow_up=feedback.given.feedback_id)
        self._floor.take(_key(feedback), gone)

    def tell(self, feedback: Feedback) -> None:
        given = feedback.given
        row = desk_wire.DeskFeedback(
            feedback_id=given.feedback_id,
            supervisor_id=given.supervisor_id,
            contact_id=given.contact_id,
            at_ms=given.at_ms,
            kind=coaching_wire.FeedbackKind.Value(given.kind.value),
            text=self._text(feedback),
            reason_id=given.reason_id or "",
        )
        row.given_at.FromDatetime(feedback.given_at)
        shown = desk_wire.DeskRow(feedback=row)
        self._desk.put(feedback.tenant_id, given.operator_id, shown)

    def tell_no_more(self, feedback: Feedback) -> None:
        gone = desk_wire.DeskGone(feedback=feedback.given.feedback_id)
        self._desk.take(feedback.tenant_id, feedback.given.operator_id, gone)

    def _text(self, feedback: Feedback) -> str:
        return self._words(feedback.client_id, feedback.given.text_sealed) or ""


def _key(feedback: Feedback) -> tuple[str, str]:
    return "follow_up", feedback.given.feedback_id


def _clients(feedback: Feedback) -> frozenset[str]:
    return frozenset((feedback.client_id,))
