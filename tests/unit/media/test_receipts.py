"""Happenings are acknowledged up to the first that is not taken care of."""

from hypothesis import given
from hypothesis import strategies as st

from sasayaki_media.line.receipts import Receipts


def received(*numbers: int) -> Receipts:
    receipts = Receipts()
    for number in numbers:
        receipts.receive(number)
    return receipts


def test_what_is_done_in_order_is_acknowledged_one_by_one() -> None:
    receipts = received(4, 5)
    assert [receipts.finish(4), receipts.finish(5)] == [4, 5]


def test_what_is_done_early_waits_for_what_was_before() -> None:
    receipts = received(4, 5, 6)
    assert [receipts.finish(6), receipts.finish(5), receipts.finish(4)] == [None, None, 6]


def test_what_waits_is_counted() -> None:
    receipts = received(4, 5, 6)
    receipts.finish(5)
    assert len(receipts) == 3
    receipts.finish(4)
    assert len(receipts) == 1


def test_it_is_known_what_came_in_last_and_how_far_all_is_done() -> None:
    receipts = received(4, 5, 6)
    assert (receipts.last, receipts.through) == (6, 0)
    receipts.finish(5)
    receipts.finish(4)
    assert (receipts.last, receipts.through) == (6, 5)


@given(st.permutations(range(1, 15)))
def test_in_whatever_order_things_are_done_nothing_is_acknowledged_early(order: list[int]) -> None:
    receipts = received(*range(1, 15))
    done: set[int] = set()
    for number in order:
        done.add(number)
        through = receipts.finish(number)
        assert through is None or set(range(1, through + 1)) <= done
    assert len(receipts) == 0
