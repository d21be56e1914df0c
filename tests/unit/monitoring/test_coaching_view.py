"""When supervisors are asked "done, or not yet?", whatever order the topics come in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from tests.harness.records import recorded
from tests.harness.specification import NOON

from sasayaki.callreason.v1.enquiry_events import ReasonConfirmed, ReasonStated
from sasayaki.event import Event
from sasayaki.media.v1.call_events import (
    CallEnded,
    CallEndReason,
    LegEndReason,
    OperatorLegEnded,
    TalkStarted,
)
from sasayaki.monitoring.v1 import coaching_events_pb2 as coaching_wire
from sasayaki.monitoring.v1 import desk_pb2 as desk_wire
from sasayaki.monitoring.v1 import floor_pb2 as wire
from sasayaki.monitoring.v1.coaching_events import (
    FeedbackGiven,
    FeedbackKind,
    FeedbackRead,
    FollowUpAnswered,
    FollowUpOutcome,
)
from sasayaki_monitoring.coaching import view as coaching_view
from sasayaki_monitoring.coaching.coaching import stream_of
from sasayaki_monitoring.coaching.rows import CoachingRows
from sasayaki_monitoring.coaching.view import CoachingView, Feedback
from sasayaki_monitoring.floor.rows import Row

MORI, ABE = "usr_mori", "usr_abe"
NODE = {"node_id": "n", "happening_seq": 1}
DELIVERY, REFUND = "rsn_delivery", "rsn_refund"
ENDED = CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, **NODE)
WORDS = {"sealed": "もう少しゆっくり"}


class Floor:
    """The follow-ups that are on the floor, by feedback."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Row] = {}

    def put(self, key: tuple[str, str], row: Row) -> None:
        self.rows[key] = row

    def take(self, key: tuple[str, str], gone: wire.FloorGone) -> None:
        assert key == ("follow_up", gone.follow_up)
        del self.rows[key]


class Desk:
    """What operators have not read, by operator and feedback."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], desk_wire.DeskFeedback] = {}

    def put(self, tenant_id: str, operator_id: str, row: desk_wire.DeskRow) -> None:
        assert tenant_id == "out_demo"
        self.rows[operator_id, row.feedback.feedback_id] = row.feedback

    def take(self, tenant_id: str, operator_id: str, gone: desk_wire.DeskGone) -> None:
        del self.rows[operator_id, gone.feedback]


class Told:
    """A view that is told what happened."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.desk = Desk()
        rows = CoachingRows(self.floor, self.desk, lambda client_id, sealed: WORDS.get(sealed))
        self.view = CoachingView(rows)

    def tell(self, minute: float, subject: str, *events: Event, client: str = "cli_acme") -> None:
        for event in events:
            record = recorded(subject, event, client_id=client)
            self.view.fold(record.model_copy(update={"time": after(minute)}))

    def talks(
        self,
        minute: float,
        contact_id: str,
        operator_id: str = MORI,
        reason_id: str = DELIVERY,
        client: str = "cli_acme",
    ) -> None:
        self.tell(minute - 1, contact_id, stated(reason_id), client=client)
        self.tell(minute, contact_id, talk(contact_id, operator_id), client=client)

    def given(self, minute: float, feedback_id: str = "fbk_1", **changes: object) -> None:
        event = GIVEN.model_copy(update={"feedback_id": feedback_id, **changes})
        self.tell(minute, COACHING, event)

    @property
    def asked(self) -> dict[str, str]:
        """The call in which each feedback is asked about."""
        shown = [row.shown.follow_up for row in self.floor.rows.values()]
        return {row.feedback_id: row.contact_id for row in shown}


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def talk(contact_id: str, operator_id: str = MORI) -> TalkStarted:
    return TalkStarted(leg_id=f"leg_{contact_id}", operator_id=operator_id, **NODE)


def stated(reason_id: str) -> ReasonStated:
    return ReasonStated(step_id="menu", reason_id=reason_id, key="2")


def confirmed(reason_id: str) -> ReasonConfirmed:
    return ReasonConfirmed(reason_id=reason_id, operator_id=MORI)


def answered(contact_id: str, outcome: FollowUpOutcome) -> FollowUpAnswered:
    return FollowUpAnswered(
        feedback_id="fbk_1", contact_id=contact_id, supervisor_id="usr_ito", outcome=outcome
    )


COACHING = stream_of("out_demo", MORI)
GIVEN = FeedbackGiven(
    feedback_id="fbk_1",
    operator_id=MORI,
    supervisor_id="usr_sato",
    contact_id="con_1",
    at_ms=1_000,
    kind=FeedbackKind.IMPROVE,
    text_sealed="sealed",
    reason_id=DELIVERY,
)


@pytest.fixture
def told() -> Told:
    """A call of Mori's about a delivery is over, and feedback on it was given."""
    told = Told()
    told.talks(0, "con_1")
    told.tell(5, "con_1", ENDED)
    told.given(6)
    return told


def test_the_next_call_of_the_same_reason_asks_on_the_floor(told: Told) -> None:
    assert told.asked == {}
    told.talks(10, "con_2")
    (row,) = told.floor.rows.values()
    shown = row.shown.follow_up
    assert (shown.feedback_id, shown.contact_id) == ("fbk_1", "con_2")
    assert (shown.operator_id, shown.supervisor_id) == (MORI, "usr_sato")
    assert shown.text == "もう少しゆっくり"
    assert (row.tenant_id, row.client_ids) == ("out_demo", frozenset(("cli_acme",)))


def test_the_operator_has_it_before_the_next_call_until_it_is_read(told: Told) -> None:
    (row,) = told.desk.rows.values()
    assert (row.supervisor_id, row.contact_id, row.at_ms) == ("usr_sato", "con_1", 1_000)
    assert (row.kind, row.reason_id) == (coaching_wire.FEEDBACK_KIND_IMPROVE, DELIVERY)
    assert (row.text, row.given_at.ToDatetime(UTC)) == ("もう少しゆっくり", after(6))
    told.given(7, "fbk_2", kind=FeedbackKind.PRAISE)
    told.talks(10, "con_2")
    assert set(told.desk.rows) == {(MORI, "fbk_1"), (MORI, "fbk_2")}
    told.tell(11, COACHING, FeedbackRead(feedback_id="fbk_1"))
    assert set(told.desk.rows) == {(MORI, "fbk_2")}


def test_a_call_of_another_reason_operator_or_company_asks_nothing(told: Told) -> None:
    told.talks(10, "con_2", reason_id=REFUND)
    told.tell(11, "con_2", ENDED)
    told.talks(12, "con_3", ABE)
    told.talks(12, "con_4", client="cli_other")
    assert told.asked == {}


def test_the_row_goes_with_the_talk_and_comes_with_the_next(told: Told) -> None:
    told.talks(10, "con_2")
    told.tell(12, "con_2", ENDED)
    assert told.asked == {}
    told.talks(20, "con_3")
    assert told.asked == {"fbk_1": "con_3"}
    left = OperatorLegEnded(
        leg_id="leg_con_3", operator_id=MORI, reason=LegEndReason.TAKEN_OVER, **NODE
    )
    told.tell(21, "con_3", left.model_copy(update={"leg_id": "leg_other"}))
    assert told.asked == {"fbk_1": "con_3"}
    told.tell(21, "con_3", left)
    assert told.asked == {}


def test_done_is_asked_no_more_and_not_yet_again_in_the_next_call(told: Told) -> None:
    told.talks(10, "con_2")
    told.tell(11, COACHING, answered("con_2", FollowUpOutcome.NOT_YET))
    assert told.asked == {}
    told.tell(12, "con_2", ENDED)
    told.talks(20, "con_3")
    assert told.asked == {"fbk_1": "con_3"}
    told.tell(21, COACHING, answered("con_3", FollowUpOutcome.DONE))
    told.tell(22, "con_3", ENDED)
    told.talks(30, "con_4")
    assert told.asked == {}


def test_praise_is_not_followed(told: Told) -> None:
    told.given(7, "fbk_2", kind=FeedbackKind.PRAISE)
    told.talks(10, "con_2")
    assert told.asked == {"fbk_1": "con_2"}


def test_the_call_that_it_is_about_and_earlier_ones_ask_nothing(told: Told) -> None:
    told.talks(6.5, "con_2")
    told.given(7, "fbk_2", contact_id="con_2")
    assert told.asked == {"fbk_1": "con_2"}


def test_a_reason_that_was_corrected_in_the_wrap_up_counts_as_corrected(told: Told) -> None:
    told.tell(7, "con_1", confirmed(REFUND))
    told.talks(10, "con_2")
    assert told.asked == {}
    told.tell(11, "con_2", ENDED)
    told.talks(20, "con_3", reason_id=REFUND)
    assert told.asked == {"fbk_1": "con_3"}


def test_without_a_known_reason_nothing_is_asked() -> None:
    told = Told()
    told.tell(0, "con_1", talk("con_1"), ENDED)
    told.given(1, reason_id=None)
    told.tell(5, "con_2", talk("con_2"))
    assert told.asked == {}


def in_any_order() -> Iterator[tuple[str, ...]]:
    """Each topic in its own order, the topics in every order."""
    for order in permutations(("talk", "reason", "given", "talk again", "reason again")):
        if order.index("talk") < order.index("talk again"):
            yield order


@pytest.mark.parametrize("order", list(in_any_order()))
def test_it_is_asked_in_whatever_order_the_topics_come(order: tuple[str, ...]) -> None:
    told = Told()
    steps = {
        "talk": lambda: told.tell(0, "con_1", talk("con_1"), ENDED),
        "reason": lambda: told.tell(-1, "con_1", stated(DELIVERY)),
        "given": lambda: told.given(5),
        "talk again": lambda: told.tell(10, "con_2", talk("con_2")),
        "reason again": lambda: told.tell(9, "con_2", stated(DELIVERY)),
    }
    for step in order:
        steps[step]()
    assert told.asked == {"fbk_1": "con_2"}


def test_a_replay_that_tells_of_an_earlier_call_later_changes_nothing(told: Told) -> None:
    told.talks(20, "con_3")
    told.talks(10, "con_2")
    told.tell(12, "con_2", ENDED)
    assert told.asked == {"fbk_1": "con_3"}


def test_words_whose_key_is_gone_are_shown_as_none(told: Told) -> None:
    told.given(7, "fbk_2", text_sealed="forgotten")
    told.talks(10, "con_2")
    assert told.floor.rows["follow_up", "fbk_2"].shown.follow_up.text == ""


def test_what_waits_to_be_seen_done_is_counted_per_client_company(told: Told) -> None:
    acme = frozenset(("cli_acme",))
    told.given(7, "fbk_2", kind=FeedbackKind.PRAISE)
    assert told.view.follow_ups("out_demo", MORI, acme) == 1
    assert told.view.follow_ups("out_demo", MORI, frozenset(("cli_other",))) == 0
    assert told.view.follow_ups("out_demo", ABE, acme) == 0


def test_a_later_call_shows_it_even_when_it_is_over(told: Told) -> None:
    told.talks(10, "con_2")
    told.tell(12, "con_2", ENDED)
    feedback = told.view.feedback("out_demo", MORI, "fbk_1")
    assert isinstance(feedback, Feedback)
    shown = {each: told.view.shows(feedback, each) for each in ("con_1", "con_2", "con_9")}
    assert shown == {"con_1": False, "con_2": True, "con_9": False}
    assert told.view.feedback("out_demo", ABE, "fbk_1") is None
    assert told.view.talk("out_other", "con_2") is None


def test_old_calls_and_old_feedback_are_forgotten(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coaching_view, "TALKS_MOST", 2)
    monkeypatch.setattr(coaching_view, "ITEMS_MOST", 1)
    told.talks(10, "con_2")
    assert told.asked == {"fbk_1": "con_2"}
    told.given(11, "fbk_2", contact_id="con_2")
    assert told.asked == {}
    assert set(told.desk.rows) == {(MORI, "fbk_2")}
    told.tell(12, COACHING, FeedbackRead(feedback_id="fbk_1"))
    told.talks(20, "con_3")
    assert told.view.talk("out_demo", "con_1") is None
    assert told.asked == {"fbk_2": "con_3"}
