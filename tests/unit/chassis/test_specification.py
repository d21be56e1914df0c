"""given/when/then: exact, in order, and loud when something is different."""

from datetime import timedelta

import pytest
from tests.harness.counter import COUNTER, Add, Count, Counted, SetTimer, TimerSet
from tests.harness.specification import NOON, SimulatedClock, given

ONE, TWO = Counted(total=1), Counted(total=2)
SOON = NOON + timedelta(seconds=5)


def test_what_is_decided_is_compared_whole() -> None:
    given(COUNTER, ONE).when(Add()).then(TWO)
    given(COUNTER).when(Add(2)).then(ONE, TWO)
    given(COUNTER).when(Add(0)).then()


@pytest.mark.parametrize("expected", [(), (ONE,), (TWO, ONE), (ONE, TWO, TWO)])
def test_a_missing_a_further_or_a_swapped_event_fails(expected: tuple[Counted, ...]) -> None:
    with pytest.raises(AssertionError, match="expected"):
        given(COUNTER).when(Add(2)).then(*expected)


def test_a_refusal_is_told_by_its_reason() -> None:
    given(COUNTER).when(Add(-1)).then_refused("NEGATIVE")
    with pytest.raises(AssertionError, match="not 'OTHER'"):
        given(COUNTER).when(Add(-1)).then_refused("OTHER")
    with pytest.raises(AssertionError, match="refused: NEGATIVE"):
        given(COUNTER).when(Add(-1)).then()
    with pytest.raises(AssertionError, match="expected refusal"):
        given(COUNTER).when(Add()).then_refused("NEGATIVE")


def test_the_instant_is_a_parameter() -> None:
    given(COUNTER).when(SetTimer(5), at=NOON).then(TimerSet(due=SOON))


def test_time_passes_to_the_deadline_and_no_further() -> None:
    given(COUNTER, TimerSet(due=SOON)).when_time_passes().then(ONE)
    given(COUNTER, TimerSet(due=SOON), ONE).then_nothing_is_due()
    with pytest.raises(AssertionError, match="no time limit runs"):
        given(COUNTER).when_time_passes()


def test_the_state_is_the_fold_of_its_events() -> None:
    assert given(COUNTER, ONE, TWO).state == Count(2)


def test_a_simulated_clock_rings_in_order_and_stands_still_otherwise() -> None:
    clock, rung = SimulatedClock(), list[str]()
    clock.alarm(SOON, lambda: rung.append("second"))
    clock.alarm(NOON, lambda: rung.append("first"))
    clock.alarm(SOON, lambda: rung.append("third")).cancel()
    clock.alarm(SOON + timedelta(seconds=1), lambda: rung.append("later"))
    assert (clock.now(), rung) == (NOON, [])
    clock.advance_to(SOON)
    assert (clock.now(), rung) == (SOON, ["first", "second"])
