"""The day's count: every call heard counts once, help and complaints never, midnight forgets."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.harness.records import recorded
from tests.harness.specification import NOON

from sasayaki.event import Event
from sasayaki.media.v1.call_events import SupervisionMode
from sasayaki.monitoring.v1.supervision_events import (
    ConsentRequested,
    Purpose,
    SupervisionEnded,
    SupervisionEndReason,
    SupervisionStarted,
    TargetSwitched,
)
from sasayaki_monitoring.supervision.today import Today

LISTEN = SupervisionMode.LISTEN
TOKYO = ZoneInfo("Asia/Tokyo")
ENDED = SupervisionEnded(reason=SupervisionEndReason.ENDED)


def started(purpose: Purpose = Purpose.QUALITY) -> SupervisionStarted:
    return SupervisionStarted(
        contact_id="con_1",
        supervisor_id="usr_sato",
        operator_id="usr_mori",
        mode=LISTEN,
        purpose=purpose,
    )


def to(contact_id: str, operator_id: str = "usr_mori") -> TargetSwitched:
    return TargetSwitched(contact_id=contact_id, operator_id=operator_id, mode=LISTEN)


def today(*told: tuple[str, Event], at: datetime = NOON) -> Today:
    view = Today(TOKYO)
    for subject, event in told:
        view.fold(recorded(subject, event).model_copy(update={"time": at}))
    return view


def count(view: Today, operator_id: str = "usr_mori", at: datetime = NOON) -> int:
    return view.count("out_demo", operator_id, at)


def test_every_supervision_and_every_further_call_counts() -> None:
    view = today(
        ("spv_1", started()), ("spv_1", to("con_2")), ("spv_1", ENDED), ("spv_2", started())
    )
    assert count(view) == 3


def test_a_call_heard_twice_in_one_supervision_counts_once() -> None:
    view = today(("spv_1", started()), ("spv_1", to("con_2")), ("spv_1", to("con_1")))
    assert count(view) == 2


def test_each_call_counts_for_its_own_operator() -> None:
    view = today(("spv_1", started()), ("spv_1", to("con_2", "usr_kato")))
    assert (count(view), count(view, "usr_kato"), count(view, "usr_ito")) == (1, 1, 0)


def test_help_and_complaints_do_not_count() -> None:
    view = today(
        ("spv_1", started(Purpose.HELP)),
        ("spv_1", to("con_2")),
        ("spv_2", started(Purpose.COMPLAINT)),
    )
    assert count(view) == 0


def test_a_question_does_not_count() -> None:
    asked = ConsentRequested(
        contact_id="con_1",
        supervisor_id="usr_sato",
        operator_id="usr_mori",
        mode=LISTEN,
        purpose=Purpose.TRAINING,
        answer_by=NOON,
    )
    assert count(today(("spv_1", asked), ("spv_1", ENDED))) == 0


def test_the_day_is_that_of_the_centre() -> None:
    before_midnight = datetime(2026, 11, 21, 14, 59, tzinfo=NOON.tzinfo)
    view = today(("spv_1", started()), at=before_midnight)
    assert count(view, at=before_midnight) == 1
    assert count(view, at=before_midnight + timedelta(minutes=1)) == 0
    view.fold(recorded("spv_2", started()).model_copy(update={"time": before_midnight}))
    assert count(view, at=before_midnight) == 2


def test_what_is_being_decided_counts_and_then_its_decision_does() -> None:
    view = today(("spv_1", started()))
    with view.deciding("out_demo", "usr_mori", ("spv_2", "con_2")):
        assert count(view) == 2
    assert count(view) == 1
    view.decided("out_demo", "usr_mori", ("spv_2", "con_2"), NOON)
    assert count(view) == 2
    view.fold(recorded("spv_2", started().model_copy(update={"contact_id": "con_2"})))
    assert count(view) == 2
