"""What the alert rules look at follows the records of three topics, in any order of the topics."""

from datetime import datetime, timedelta

import pytest
from tests.harness.records import recorded
from tests.harness.specification import NOON

from sasayaki.callreason.v1.enquiry_events import EnquiryClosed, EnquiryOutcome, ReasonStated
from sasayaki.event import Event
from sasayaki.media.v1.call_events import (
    CallEnded,
    CallEndReason,
    HoldEnded,
    HoldStarted,
    LegEndReason,
    OperatorLegEnded,
    OverlapHeard,
    SilenceBegan,
    SilenceEnded,
    TalkStarted,
)
from sasayaki.routing.v1.pool_events import (
    ContactAbandoned,
    ContactQueued,
    OfferAccepted,
    OfferDeclined,
    OfferFailure,
    OfferMade,
    OperatorPut,
    OperatorState,
    WrapUpStarted,
)
from sasayaki_monitoring.alerts.watch import Watch
from sasayaki_monitoring.alerts.watched import Call, Desk
from sasayaki_monitoring.floor.queues import Queue

NODE = {"node_id": "n", "happening_seq": 1}
TALK = TalkStarted(leg_id="leg_1", operator_id="usr_mori", **NODE)
ENDED = CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, **NODE)
LEG_ENDED = OperatorLegEnded(
    leg_id="leg_1", operator_id="usr_mori", reason=LegEndReason.HUNG_UP, **NODE
)
PUT = OperatorPut(
    operator_id="usr_mori",
    team_id="tem_1",
    skills=(),
    client_ids=("cli_b", "cli_a"),
    skill_levels=(),
)
OFFER = {"offer_id": "off_1", "contact_id": "con_1", "operator_id": "usr_mori"}
MADE = OfferMade(respond_by=NOON, idle_ms=5, skipped=(), considered=(), **OFFER)
CLOSED = EnquiryClosed(
    outcome=EnquiryOutcome.HANDLED, reason_id="rsn_1", operator_id="usr_mori", answers=()
)
CALL, DESK = ("call", "out_demo", "con_1"), ("desk", "out_demo", "usr_mori")
QUEUE = ("queue", "out_demo", "cli_acme que_1")


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def queued(contact_id: str = "con_1", at: float = 0) -> ContactQueued:
    return ContactQueued(
        contact_id=contact_id,
        client_id="cli_acme",
        queue_id="que_1",
        required_skills=(),
        priority=3,
        queued_at=after(at),
    )


class Told:
    """A watch that has been told some records."""

    def __init__(self) -> None:
        self.watch = Watch()

    def tell(self, subject: str, *events: Event, at: float = 0) -> None:
        for event in events:
            record = recorded(subject, event)
            self.watch.fold(record.model_copy(update={"time": after(at)}))

    def call(self) -> Call:
        found = self.watch.of(CALL)
        assert isinstance(found, Call)
        return found

    def queue(self) -> Queue:
        found = self.watch.of(QUEUE)
        assert isinstance(found, Queue)
        return found


@pytest.fixture
def told() -> Told:
    return Told()


def test_a_call_is_watched_while_customer_and_operator_talk(told: Told) -> None:
    told.tell("con_1", TALK, at=5)
    assert (told.call().since, told.call().client_id) == (after(5), "cli_acme")
    assert CALL in told.watch.changed
    told.tell("con_1", LEG_ENDED)
    assert told.watch.of(CALL) is None
    assert CALL in told.watch.changed


def test_what_is_told_of_a_call_that_ended_is_left_to_the_end_of_its_alerts(told: Told) -> None:
    told.tell("con_1", TALK, ENDED)
    assert told.watch.of(CALL) is None
    assert CALL not in told.watch.changed


def test_holds_add_up_and_the_customers_own_do_not(told: Told) -> None:
    hold = {"leg_id": "leg_1", "operator_id": "usr_mori", **NODE}
    own = {"leg_id": "", "operator_id": "", **NODE}
    told.tell("con_1", TALK, HoldStarted(**hold), HoldStarted(**own))
    told.tell("con_1", HoldEnded(**hold), HoldEnded(**own), at=30)
    assert told.call().held == timedelta(seconds=30)
    assert not told.call().holds
    assert told.call().heard_again == after(30)


def test_silence_begins_when_the_last_of_them_stopped(told: Told) -> None:
    told.tell("con_1", TALK, SilenceBegan(since=after(7), **NODE), at=10)
    assert told.call().silent_since == after(7)
    told.tell("con_1", SilenceEnded(silent_ms=9_000, **NODE))
    assert told.call().silent_since is None


def test_overlaps_of_the_last_minute_are_kept(told: Told) -> None:
    told.tell("con_1", TALK)
    told.tell("con_1", OverlapHeard(overlap_ms=1_000, **NODE), at=1)
    told.tell("con_1", OverlapHeard(overlap_ms=900, **NODE), at=2)
    told.tell("con_1", OverlapHeard(overlap_ms=1_500, **NODE), at=61)
    assert list(told.call().overlaps) == [after(61)]


def test_a_talk_and_its_reason_meet_in_any_order(told: Told) -> None:
    times = told.watch.talk_times("out_demo", "cli_acme", "rsn_1")
    for number in range(25):
        told.tell(f"con_a{number}", TALK)
        told.tell(f"con_a{number}", LEG_ENDED, CLOSED, at=60)
        told.tell(f"con_b{number}", CLOSED, TALK)
        told.tell(f"con_b{number}", ENDED, at=60)
    assert times.p95_ms == 60_000


def test_a_reason_stated_before_the_talk_or_in_it_is_the_calls(told: Told) -> None:
    stated = ReasonStated(step_id="menu", reason_id="rsn_1", key="1")
    told.tell("con_1", stated, TALK)
    told.tell("con_2", TALK, stated)
    other = told.watch.of(("call", "out_demo", "con_2"))
    assert isinstance(other, Call)
    assert told.call().talk_times is other.talk_times is not None


def test_a_desk_is_watched_while_its_state_should_pass(told: Told) -> None:
    told.tell("pool", PUT, queued(), MADE)
    ringing = told.watch.of(DESK)
    assert isinstance(ringing, Desk)
    assert (ringing.state, ringing.client_id) == (OperatorState.RINGING, "cli_acme")
    told.tell("pool", OfferAccepted(waited_ms=5, **OFFER))
    assert told.watch.of(DESK) is None
    wrap_up = WrapUpStarted(
        contact_id="con_1", operator_id="usr_mori", release_by=NOON, since=after(9)
    )
    told.tell("pool", wrap_up)
    finishing = told.watch.of(DESK)
    assert isinstance(finishing, Desk)
    assert (finishing.since, finishing.client_id) == (after(9), "cli_acme")


def test_a_desk_whose_contact_is_unknown_is_of_a_client_company_that_it_serves(
    told: Told,
) -> None:
    told.tell("pool", PUT, MADE)
    ringing = told.watch.of(DESK)
    assert isinstance(ringing, Desk)
    assert ringing.client_id == "cli_a"


def test_a_queue_knows_who_waits_and_how_waits_ended(told: Told) -> None:
    told.tell("pool", queued("con_1"), queued("con_2", 5), queued("con_3", 6), at=6)
    assert told.queue().longest_since == NOON
    told.tell("pool", OfferAccepted(waited_ms=20_000, **OFFER), at=20)
    late = {**OFFER, "contact_id": "con_2"}
    told.tell("pool", OfferAccepted(waited_ms=20_001, **late), at=30)
    told.tell("pool", ContactAbandoned(contact_id="con_3", queue_id="que_1", waited_ms=5), at=40)
    queue = told.queue()
    assert (queue.answered, queue.in_time, queue.abandoned) == (2, 1, 1)
    assert queue.per_mille == 333
    assert queue.longest_since is None
    queue.forget(after(20 + 1_800))
    assert (queue.answered, queue.in_time, queue.abandoned) == (1, 0, 1)


def test_whoever_loses_the_operators_phone_waits_on_and_is_counted_once(told: Told) -> None:
    told.tell("pool", queued(), OfferAccepted(waited_ms=5, **OFFER))
    told.tell("pool", OfferDeclined(failure=OfferFailure.FAILED, since=NOON, **OFFER))
    assert told.queue().longest_since == NOON
    told.tell("pool", OfferAccepted(waited_ms=90_000, **OFFER))
    assert (told.queue().answered, told.queue().in_time) == (1, 1)
    assert told.queue().longest_since is None


def test_whoever_changes_queues_waits_in_one(told: Told) -> None:
    other = queued().model_copy(update={"queue_id": "que_2"})
    told.tell("pool", queued(), other)
    assert not told.queue().waiting
