"""However calls out are asked for and end, no cap is ever passed, and none is kept too low."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given as for_every
from hypothesis import settings
from hypothesis import strategies as st
from tests.harness.specification import NOON

from sasayaki.media.v1.outbound_events import (
    OutboundAllowed,
    OutboundEnded,
    OutboundEvent,
    OutboundRefused,
    OutboundRuleSet,
)
from sasayaki_media.outbound.outbound import Ask, End, SetRule, State, outbound

ZONE = ZoneInfo("Asia/Tokyo")
OUTBOUND = outbound(ZONE)
MINUTE = timedelta(minutes=1)

CAPS = st.tuples(st.integers(0, 4), st.integers(0, 5), st.integers(0, 8))
STEPS = st.lists(
    st.one_of(
        st.just("ask"),
        st.just("ask"),
        st.integers(0, 5),  # ends one that runs
        st.sampled_from([1, 7, 59, 60, 61, 3_600, 40_000]).map(lambda s: timedelta(seconds=s)),
    ),
    max_size=60,
)


@dataclass
class Centre:
    """What a watcher with a notebook would have counted."""

    caps: tuple[int, int, int]
    now: datetime = NOON
    state: State = field(default_factory=lambda: OUTBOUND.initial)
    begun: list[datetime] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    asked: int = 0

    def tell(self, events: list[OutboundEvent]) -> None:
        self.state = OUTBOUND.fold(self.state, events)

    def may(self) -> bool:
        concurrent, per_minute, per_day = self.caps
        day = self.now.astimezone(ZONE).date()
        return (
            len(self.running) < concurrent
            and sum(at > self.now - MINUTE for at in self.begun) < per_minute
            and sum(at.astimezone(ZONE).date() == day for at in self.begun) < per_day
        )

    def ask(self) -> None:
        self.asked += 1
        ask = Ask(f"out_{self.asked}", "con_1", "con_0", "", "+81312345678", "hash", right=True)
        (event,) = OUTBOUND.decide(self.state, ask, self.now)
        assert isinstance(event, OutboundAllowed if self.may() else OutboundRefused)
        if isinstance(event, OutboundAllowed):
            self.begun.append(self.now)
            self.running.append(ask.outbound_id)
        self.tell([event])

    def end(self, number: int) -> None:
        if self.running:
            outbound_id = self.running.pop(number % len(self.running))
            (event,) = OUTBOUND.decide(self.state, End(outbound_id), self.now)
            assert isinstance(event, OutboundEnded)
            self.tell([event])


@settings(max_examples=300, deadline=None)
@for_every(CAPS, STEPS)
def test_a_call_out_is_allowed_exactly_when_all_caps_leave_room(
    caps: tuple[int, int, int], steps: list[str | int | timedelta]
) -> None:
    centre = Centre(caps)
    rule = OutboundRuleSet(
        prefixes=("+81",),
        denied_prefixes=(),
        concurrent_max=caps[0],
        per_minute_max=caps[1],
        per_day_max=caps[2],
    )
    centre.tell(list(OUTBOUND.decide(centre.state, SetRule(rule), NOON)))
    for step in steps:
        if isinstance(step, timedelta):
            centre.now += step
        elif isinstance(step, int):
            centre.end(step)
        else:
            centre.ask()
        assert len(centre.state.running) <= caps[0]
        assert len(centre.state.minute) <= max(caps[1], 0) or not caps[1]
