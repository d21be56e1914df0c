"""When a process that died is started again."""

from sasayaki_tools.platform.backoff import DELAYS_S, WELL_AFTER_S, BackOff


def test_the_first_restart_is_immediate() -> None:
    assert BackOff().next_delay_s(0.1) == 0


def test_deaths_in_a_row_wait_longer_each_time_up_to_a_limit() -> None:
    back_off = BackOff()
    waits = [back_off.next_delay_s(0.1) for _ in range(len(DELAYS_S) + 3)]
    assert waits[: len(DELAYS_S)] == list(DELAYS_S)
    assert waits[len(DELAYS_S) :] == [DELAYS_S[-1]] * 3
    assert waits == sorted(waits)


def test_a_process_that_was_well_starts_at_once_again() -> None:
    back_off = BackOff()
    for _ in range(4):
        back_off.next_delay_s(0.1)
    assert back_off.next_delay_s(WELL_AFTER_S) == 0
    assert back_off.next_delay_s(0.1) == DELAYS_S[1]
