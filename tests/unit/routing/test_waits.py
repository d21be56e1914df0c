"""A wait widens by rings, rises in priority, is told to the customer, and always ends."""

from datetime import timedelta
from typing import Any

from tests.harness.specification import given
from tests.unit.routing.records import ABE, MORI, candidate, lapsed, made, queued, ready, s, skip

from sasayaki.routing.v1.pool_events import (
    ContactQueued,
    OfferAccepted,
    OfferMade,
    OperatorPut,
    PoolEvent,
    PriorityRaised,
    QueuePut,
    Ring,
    RingReached,
    SkipReason,
    WaitTold,
)
from sasayaki_routing.matching import fit
from sasayaki_routing.pool.commands import PutQueue, QueueContact, SetState
from sasayaki_routing.pool.decider import POOL
from sasayaki_routing.pool.waits import estimate_ms, position

OSAKA, SAPPORO = ("tea_osaka",), ("tea_sapporo",)


def ring(after_s: int = 0, *team_ids: str, level: int = 0, overflow: bool = False) -> Ring:
    return Ring(after_ms=after_s * 1000, level_least=level, team_ids=team_ids, overflow=overflow)


def queue_put(*rings: Ring, tell_s: int = 0, raise_s: int = 0) -> QueuePut:
    return QueuePut(
        queue_id="que_claims",
        rings=rings,
        tell_every_ms=tell_s * 1000,
        service_ms=20_000,
        raise_after_ms=raise_s * 1000,
        callback_attempts_most=3,
        callback_pause_ms=600_000,
    )


def of_team(operator_id: str, team: tuple[str, ...], *levels: int) -> OperatorPut:
    return OperatorPut(
        operator_id=operator_id,
        team_id=team[0],
        skills=("claims",) if levels else (),
        client_ids=("cli_acme",),
        skill_levels=levels,
    )


def reached(number: int, *, overflow: bool = False) -> RingReached:
    return RingReached(contact_id="con_1", queue_id="que_claims", ring=number, overflow=overflow)


def told(position: int, *, at: int, estimate_s: int | None = None) -> WaitTold:
    return WaitTold(
        contact_id="con_1",
        queue_id="que_claims",
        position=position,
        wait_ms_estimate=None if estimate_s is None else estimate_s * 1000,
        next_at=s(at + 30),
    )


def offer(operator_id: str, at: int, **more: Any) -> OfferMade:
    """An offer after a ring was reached."""
    return made(operator_id=operator_id, at=s(at), idle_s=at, **more).model_copy(update={"ring": 1})


OVERFLOWING = queue_put(ring(0, *OSAKA), ring(30, *SAPPORO, overflow=True))
SAPPORO_READY = (of_team(ABE, SAPPORO), ready(ABE))


class TestRings:
    def test_a_queues_settings_are_kept(self) -> None:
        rings = (
            fit.Ring(team_ids=frozenset(OSAKA)),
            fit.Ring(timedelta(seconds=30), 0, frozenset(SAPPORO), overflow=True),
        )
        command = PutQueue("que_claims", rings)
        given(POOL).when(command).then(OVERFLOWING)

    def test_a_ring_that_is_not_reached_is_asked_by_nobody(self) -> None:
        history = OVERFLOWING, *SAPPORO_READY
        command = QueueContact("con_1", "cli_acme", "que_claims", (), 3)
        given(POOL, *history).when(command).then(queued())

    def test_the_second_team_is_asked_when_its_time_has_come(self) -> None:
        history = OVERFLOWING, *SAPPORO_READY, queued()
        given(POOL, *history).when_time_passes().then(reached(1, overflow=True), offer(ABE, 30))

    def test_the_second_team_is_explained_as_out_of_reach_before(self) -> None:
        history = OVERFLOWING, *SAPPORO_READY, of_team(MORI, OSAKA), ready(MORI, s(5))
        command = QueueContact("con_1", "cli_acme", "que_claims", (), 3)
        skipped = skip(ABE, SkipReason.RING_NOT_REACHED)
        first = made(at=s(9), idle_s=4, skipped=skipped)
        given(POOL, *history).when(command, at=s(9)).then(queued(at=s(9)), first)

    def test_an_expert_is_asked_first_where_the_first_ring_wants_one(self) -> None:
        experts = queue_put(ring(0, level=4), ring(15))
        learner = of_team(MORI, OSAKA, 1), ready(MORI)
        waits = queued("con_1", s(0), 3, "claims")
        given(POOL, experts, *learner, waits).when_time_passes().then(
            reached(1), offer(MORI, 15, level=1)
        )

    def test_several_rings_may_have_come_due_while_a_phone_rang(self) -> None:
        three = queue_put(ring(0, *OSAKA), ring(5, "tea_x"), ring(10, *SAPPORO))
        rang = of_team(MORI, OSAKA), ready(MORI), queued(), made(), lapsed()
        outcome = given(POOL, three, *rang).when_time_passes()
        outcome.then(reached(1))
        given(POOL, three, *rang, reached(1)).when_time_passes().then(reached(2))

    def test_new_settings_reach_those_who_wait_already(self) -> None:
        history = OVERFLOWING, *SAPPORO_READY, queued()
        command = PutQueue("que_claims")
        given(POOL, *history).when(command, at=s(3)).then(
            queue_put(), made(operator_id=ABE, at=s(3), idle_s=3)
        )


class TestPriority:
    def test_a_long_wait_raises_the_priority_once(self) -> None:
        history = queue_put(raise_s=60), queued()
        raised = PriorityRaised(contact_id="con_1", priority=6)
        given(POOL, *history).when_time_passes().then(raised)
        given(POOL, *history, raised).then_nothing_is_due()

    def test_whoever_was_raised_goes_first(self) -> None:
        raised = PriorityRaised(contact_id="con_2", priority=6)
        history = of_team(MORI, OSAKA), queued(), queued("con_2", s(5)), raised
        command = SetState(MORI, ready().state)
        given(POOL, *history).when(command, at=s(70)).then(
            ready(since=s(70)), made("con_2", at=s(70))
        )


class TestWhatTheCustomerIsTold:
    TOLD_EACH_30_S = queue_put(tell_s=30)

    def test_who_waits_is_told_the_place_at_once_and_again_later(self) -> None:
        history = self.TOLD_EACH_30_S, queued()
        given(POOL, *history).when_time_passes().then(told(1, at=0))
        given(POOL, *history, told(1, at=0)).when_time_passes().then(told(1, at=30))

    def test_the_place_counts_those_before_in_the_same_queue(self) -> None:
        history = queued("con_0", s(-5)), queued("con_9", s(-9), 1), queued()
        assert position(POOL.fold(POOL.initial, history), "con_1") == 2

    def test_nothing_is_told_while_a_phone_rings(self) -> None:
        rings = of_team(MORI, OSAKA), ready(MORI), queued(), made()
        pool = POOL.fold(POOL.initial, [self.TOLD_EACH_30_S, *rings])
        assert "con_1" not in pool.due

    def test_an_estimate_needs_some_waits_to_go_by(self) -> None:
        assert estimate_ms(POOL.fold(POOL.initial, waits(40, 50)), "que_claims", 0) is None

    def test_three_of_four_recent_waits_were_no_longer_than_the_estimate(self) -> None:
        pool = POOL.fold(POOL.initial, waits(10, 20, 30, 40))
        assert estimate_ms(pool, "que_claims", 0) == 30_000

    def test_an_estimate_is_never_less_than_was_waited_already(self) -> None:
        pool = POOL.fold(POOL.initial, waits(10, 20, 30, 40))
        assert estimate_ms(pool, "que_claims", 95_000) == 95_000

    def test_whoever_was_answered_at_once_says_nothing_about_a_wait(self) -> None:
        at_once = of_team(MORI, OSAKA), ready(MORI), queued(), made()
        answered = OfferAccepted(
            offer_id="ofr_1_1", contact_id="con_1", operator_id=MORI, waited_ms=4_000
        )
        assert POOL.fold(POOL.initial, [*at_once, answered]).waits == {}


def waits(*seconds: int) -> list[PoolEvent]:
    """Contacts that waited so long for an operator."""
    history: list[PoolEvent] = []
    for number, waited_s in enumerate(seconds):
        who, contact_id = f"usr_{number}", f"con_w{number}"
        history += [
            of_team(who, OSAKA),
            queued(contact_id),
            ready(who, s(waited_s - 2)),
            made(contact_id, who, s(waited_s - 1), idle_s=1),
            OfferAccepted(
                offer_id=f"ofr_w{number}_1",
                contact_id=contact_id,
                operator_id=who,
                waited_ms=waited_s * 1000,
            ),
        ]
    return history


class TestAPreference:
    def test_the_one_whom_the_customer_knows_is_asked_though_idle_for_less(self) -> None:
        history = of_team(MORI, OSAKA), ready(MORI, s(5)), of_team(ABE, OSAKA), ready(ABE)
        command = QueueContact("con_1", "cli_acme", "que_claims", (), 3, MORI)
        outcome = given(POOL, *history).when(command, at=s(9))
        [waiting, asked] = outcome.events
        assert isinstance(waiting, ContactQueued)
        assert waiting.preferred_operator_id == MORI
        assert isinstance(asked, OfferMade)
        assert asked.operator_id == MORI
        assert asked.skipped == skip(ABE, SkipReason.RESERVED)
        assert asked.considered[1] == candidate(ABE, 9_000)
