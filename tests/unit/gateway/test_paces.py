"""How fast one person may ask."""

from __future__ import annotations

import pytest

from sasayaki_gateway.sessions import paces
from sasayaki_gateway.sessions.paces import A_SECOND, BURST_MOST, RECORDING_COSTS, Paces


def test_a_page_that_is_loaded_asks_at_once_and_waits_for_nothing() -> None:
    made = Paces()

    assert [made.wait_s("usr_a", 0.0) for _ in range(BURST_MOST)] == [0.0] * BURST_MOST


def test_who_has_asked_too_much_waits_and_is_served_again() -> None:
    made = Paces()
    for _ in range(BURST_MOST):
        made.wait_s("usr_a", 0.0)

    wait_s = made.wait_s("usr_a", 0.0)

    assert wait_s == pytest.approx(1 / A_SECOND)
    assert made.wait_s("usr_a", wait_s) == 0.0
    assert made.wait_s("usr_b", 0.0) == 0.0


def test_recordings_cost_more_than_other_requests() -> None:
    made = Paces()
    taken = 0
    while made.wait_s("usr_a", 0.0, RECORDING_COSTS) == 0.0:
        taken += 1

    assert taken == BURST_MOST // RECORDING_COSTS


def test_what_is_remembered_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paces, "REMEMBERED_MOST", 2)
    made = Paces()
    for user in ("usr_a", "usr_b", "usr_c"):
        made.wait_s(user, 0.0)

    assert list(made._paces) == ["usr_b", "usr_c"]
