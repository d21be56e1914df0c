"""Customers who want to be called back keep their place and are called when it is their turn."""

from datetime import timedelta

from tests.harness.specification import given
from tests.unit.routing.records import (
    MORI,
    RINGING,
    TALKING,
    abandoned,
    candidate,
    made,
    put,
    queue,
    queued,
    ready,
    s,
    withdrawn,
)

from sasayaki.routing.v1.pool_events import (
    CallbackAsked,
    CallbackDone,
    CallbackDue,
    CallbackFailed,
    CallbackFailure,
    CallbackPlaced,
    ContactLeft,
    ContactQueued,
    OfferAccepted,
    OperatorState,
    PriorityRaised,
    RingReached,
)
from sasayaki_routing.pool.commands import (
    AcceptOffer,
    CallbackCalled,
    EndContact,
    FailCallback,
    QueueContact,
    RequestCallback,
    SetState,
)
from sasayaki_routing.pool.decider import POOL
from sasayaki_routing.pool.draft import Limits
from sasayaki_routing.pool.state.states import ToCall

KEPT_FREE = Limits().callback
PAUSE = timedelta(minutes=10)
WISH = RequestCallback("con_1", "sealed", "cli_acme", "que_claims", (), 3)
AGE = Limits().callback_age


def asked(queued_at: int = 0) -> CallbackAsked:
    return CallbackAsked(
        contact_id="con_1",
        queue_id="que_claims",
        number_sealed="sealed",
        call_by=s(queued_at) + AGE,
    )


ASKED = asked()
LEFT = ContactLeft(contact_id="con_1", left_at=s(9))
WAITS = (queued(), ASKED, LEFT)
"""Has hung up and is to be called back."""


def due(at: int, *, attempt: int = 1, idle_s: int = 0) -> CallbackDue:
    return CallbackDue(
        contact_id="con_1",
        operator_id=MORI,
        attempt=attempt,
        respond_by=s(at) + KEPT_FREE,
        considered=(candidate(MORI, idle_s * 1000),),
        skipped=(),
    )


def failed(
    at: int,
    *,
    failure: CallbackFailure = CallbackFailure.NO_ANSWER,
    attempt: int = 1,
    operator_id: str = MORI,
    since: int = 20,
    over: bool = False,
) -> CallbackFailed:
    return CallbackFailed(
        contact_id="con_1",
        operator_id=operator_id,
        attempt=attempt,
        failure=failure,
        retry_at=None if over else s(at) + PAUSE,
        since=s(since),
    )


PLACED = CallbackPlaced(contact_id="con_1", new_contact_id="con_2", operator_id=MORI)
DUE = (*WAITS, put(), ready(since=s(20)), due(20))
CALLED = (*DUE, PLACED)
BACK = ContactQueued(
    contact_id="con_2",
    client_id="cli_acme",
    queue_id="que_claims",
    required_skills=(),
    priority=3,
    queued_at=s(40),
    only_operator_id=MORI,
    previous_contact_id="con_1",
    only_until=s(70),
)
FIRST = PriorityRaised(contact_id="con_2", priority=9)
REACHED = (*CALLED, BACK, FIRST, made("con_2", at=s(40), idle_s=20))


class TestTheWish:
    def test_a_waiting_customer_may_ask_for_it(self) -> None:
        given(POOL, queued()).when(WISH, at=s(5)).then(ASKED)

    def test_one_whom_an_operator_is_being_rung_for_may_too(self) -> None:
        given(POOL, *RINGING).when(WISH, at=s(5)).then(withdrawn(), asked(1))

    def test_one_who_talks_needs_none(self) -> None:
        given(POOL, *TALKING).when(WISH).then_refused("NOT_WAITING")

    def test_one_who_never_waited_is_given_a_place(self) -> None:
        given(POOL).when(WISH).then(queued(), ASKED)

    def test_one_who_hung_up_before_it_was_heard_of_is_still_called(self) -> None:
        gone = queued(), abandoned(waited_s=4)
        left = ContactLeft(contact_id="con_1", left_at=s(5))
        given(POOL, *gone).when(WISH, at=s(5)).then(queued(at=s(5)), asked(5), left)

    def test_asking_twice_changes_nothing(self) -> None:
        given(POOL, queued(), ASKED).when(WISH, at=s(6)).then()

    def test_nobody_is_called_while_still_on_the_line(self) -> None:
        history = queued(), ASKED, put()
        command = SetState(MORI, OperatorState.READY)
        given(POOL, *history).when(command, at=s(6)).then(ready(since=s(6)))

    def test_hanging_up_is_no_abandonment_of_whoever_is_called_back(self) -> None:
        given(POOL, queued(), ASKED).when(EndContact("con_1"), at=s(9)).then(LEFT)


class TestTheTurn:
    def test_an_operator_who_becomes_free_is_kept_free_for_it(self) -> None:
        command = SetState(MORI, OperatorState.READY)
        given(POOL, *WAITS, put()).when(command, at=s(20)).then(ready(since=s(20)), due(20))

    def test_the_place_in_the_queue_is_kept(self) -> None:
        later = queued("con_9", s(1))
        command = SetState(MORI, OperatorState.READY)
        given(POOL, *WAITS, later, put()).when(command, at=s(20)).then(ready(since=s(20)), due(20))

    def test_nothing_else_is_offered_to_an_operator_who_is_kept_free(self) -> None:
        given(POOL, *DUE).when(queue("con_9"), at=s(25)).then(queued("con_9", s(25)))
        busy = SetState(MORI, OperatorState.OFF)
        given(POOL, *DUE).when(busy, at=s(25)).then_refused("OPERATOR_BUSY")

    def test_the_new_call_is_noted_once(self) -> None:
        given(POOL, *DUE).when(CallbackCalled("con_1", "con_2"), at=s(22)).then(PLACED)
        given(POOL, *CALLED).when(CallbackCalled("con_1", "con_3"), at=s(23)).then()

    def test_the_customer_who_answers_goes_to_whom_was_kept_free(self) -> None:
        other = put("usr_abe"), ready("usr_abe")
        command = QueueContact("con_2", "cli_acme", "que_claims", (), 3, "", "con_1")
        given(POOL, *CALLED, *other).when(command, at=s(40)).then(
            BACK, FIRST, made("con_2", at=s(40), idle_s=20)
        )

    def test_the_talk_makes_it_done(self) -> None:
        accepted = OfferAccepted(
            offer_id="ofr_2_1", contact_id="con_2", operator_id=MORI, waited_ms=3_000
        )
        done = CallbackDone(contact_id="con_1", new_contact_id="con_2")
        given(POOL, *REACHED).when(AcceptOffer("con_2", MORI), at=s(43)).then(accepted, done)
        pool = POOL.fold(POOL.initial, [*REACHED, accepted, done])
        assert set(pool.contacts) == {"con_2"}
        assert pool.recalls == {}


class TestWhenItComesToNothing:
    def test_the_operator_is_free_again_as_if_never_asked(self) -> None:
        command = FailCallback("con_1", CallbackFailure.REFUSED)
        given(POOL, *CALLED).when(command, at=s(30)).then(
            failed(30, failure=CallbackFailure.REFUSED)
        )

    def test_what_never_came_to_a_call_ends_by_itself(self) -> None:
        given(POOL, *DUE).when_time_passes().then(failed(20 + 55))

    def test_it_is_tried_again_after_the_pause_and_not_before(self) -> None:
        history = *CALLED, failed(30)
        pool = POOL.fold(POOL.initial, history)
        assert POOL.deadline(pool) is not None
        again = RingReached(contact_id="con_1", queue_id="que_claims", ring=0, overflow=False)
        second = due(630, attempt=2, idle_s=610)
        given(POOL, *history).when_time_passes().then(again, second)

    def test_after_the_last_attempt_it_is_given_up(self) -> None:
        again = RingReached(contact_id="con_1", queue_id="que_claims", ring=0, overflow=False)
        history = *DUE, failed(30), again, due(630, attempt=2, idle_s=610)
        third = *history, failed(640, attempt=2), again, due(1300, attempt=3, idle_s=1280)
        command = FailCallback("con_1", CallbackFailure.UNREACHABLE)
        last = failed(1310, failure=CallbackFailure.UNREACHABLE, attempt=3, over=True)
        given(POOL, *third).when(command, at=s(1310)).then(last)
        assert "con_1" not in POOL.fold(POOL.initial, [*third, last]).contacts

    def test_a_customer_who_hangs_up_before_the_talk_is_called_again(self) -> None:
        left = abandoned("con_2", waited_s=2)
        taken_back = withdrawn("con_2")
        nobody = failed(42, operator_id="", since=42)
        given(POOL, *REACHED).when(EndContact("con_2"), at=s(42)).then(taken_back, nobody, left)

    def test_a_customer_who_answers_after_the_reservation_waits_in_front(self) -> None:
        history = *CALLED, failed(75)
        command = QueueContact("con_2", "cli_acme", "que_claims", (), 3, "", "con_1")
        waits = BACK.model_copy(
            update={"queued_at": s(80), "only_operator_id": None, "only_until": None}
        )
        offer = made("con_2", at=s(80), idle_s=60)
        given(POOL, *history).when(command, at=s(80)).then(waits, FIRST, offer)

    def test_what_nobody_is_free_for_is_given_up_when_it_is_too_old(self) -> None:
        late = int(AGE.total_seconds())
        too_old = failed(
            late,
            failure=CallbackFailure.TOO_OLD,
            attempt=0,
            operator_id="",
            since=late,
            over=True,
        )
        given(POOL, *WAITS).when_time_passes().then(too_old)
        assert POOL.fold(POOL.initial, [*WAITS, too_old]).contacts == {}

    def test_nobody_is_called_back_too_late_after_an_attempt_in_vain(self) -> None:
        late = int(AGE.total_seconds()) - 300
        history = *WAITS, put(), ready(since=s(20)), due(late, idle_s=late - 20)
        command = FailCallback("con_1", CallbackFailure.NO_ANSWER)
        given(POOL, *history).when(command, at=s(late + 30)).then(failed(late + 30, over=True))

    def test_wishes_from_before_there_was_a_limit_have_none(self) -> None:
        old = ASKED.model_copy(update={"call_by": None})
        assert POOL.deadline(POOL.fold(POOL.initial, [queued(), old, LEFT])) is None

    def test_a_failure_of_what_is_over_changes_nothing(self) -> None:
        command = FailCallback("con_1", CallbackFailure.NO_ANSWER)
        given(POOL, *CALLED, failed(30)).when(command, at=s(31)).then()
        given(POOL).when(command).then()

    def test_who_waits_to_be_called_stays_when_told_that_the_call_is_over_again(self) -> None:
        given(POOL, *WAITS).when(EndContact("con_1"), at=s(10)).then()
        assert isinstance(POOL.fold(POOL.initial, WAITS).contacts["con_1"], ToCall)
