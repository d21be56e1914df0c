"""Whatever is told, in whatever order and how often: rows and pairs add up to all contacts."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.harness.specification import NOON
from tests.unit.callreason.contacts import Told, company

from sasayaki.event import Event, Recorded
from sasayaki_callreason.reasons.figures import Tally
from sasayaki_callreason.reasons.view import ReasonView

REASONS = st.sampled_from(["", "rsn_bill", "rsn_amount", "rsn_contract", "rsn_gone"])
SECONDS = st.integers(0, 600)
PERIOD = (NOON, NOON + timedelta(seconds=300))


@st.composite
def mornings(draw: st.DrawFn) -> Sequence[Told]:
    """Some contacts, each with or without reasons, talk and wrap-up."""
    return [
        Told(
            f"con_{number}",
            draw(SECONDS),
            draw(REASONS),
            draw(REASONS),
            talk_s=draw(st.none() | SECONDS),
            wrap_up_s=draw(st.none() | SECONDS),
        )
        for number in range(draw(st.integers(1, 6)))
    ]


def tally(records: Sequence[Recorded[Event]], level: int) -> Tally:
    view = ReasonView()
    for record in records:
        view.fold(record)
    counted = Tally(*PERIOD, view.names("cli_acme"), level)
    counted.count(view.contacts("cli_acme"))
    return counted


@given(morning=mornings(), level=st.integers(0, 2))
@settings(max_examples=100, deadline=None)
def test_nothing_is_unexplained(morning: Sequence[Told], level: int) -> None:
    records = [company(), *(record for told in morning for record in told.records())]
    counted = tally(records, level)
    arrived = sum(told.arrives < 300 for told in morning)
    assert counted.contacts == arrived
    assert sum(row.contacts for row in counted.rows()) == arrived
    assert sum(pair.contacts for pair in counted.pairs()) == arrived
    shares = [row.cumulative_share for row in counted.rows()]
    assert shares == sorted(shares)
    if any(row.workload_ms for row in counted.rows()):
        assert shares[-1] == 1.0


@given(morning=mornings(), chance=st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_late_and_repeated_records_change_nothing(morning: Sequence[Told], chance: Random) -> None:
    records = [company(), *(record for told in morning for record in told.records())]
    mixed = [*records, *records[::2]]
    chance.shuffle(mixed)
    before, after = tally(records, 0), tally(mixed, 0)
    assert (before.rows(), before.pairs()) == (after.rows(), after.pairs())
