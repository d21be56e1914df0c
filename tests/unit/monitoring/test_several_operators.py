"""Two operators in one call: whose call it is, who hears whom, and how long who waits."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from google.protobuf.message import Message
from tests.harness.records import recorded
from tests.harness.specification import NOON

from sasayaki.event import Event
from sasayaki.media.v1.call_events import (
    CallEnded,
    CallEndReason,
    CustomerHeld,
    CustomerResumed,
    HoldEnded,
    HoldStarted,
    LegEndReason,
    OperatorLegEnded,
    SupervisionMode,
    TalkStarted,
)
from sasayaki.monitoring.v1 import desk_pb2
from sasayaki.monitoring.v1 import monitoring_service_pb2 as monitoring
from sasayaki.monitoring.v1 import supervision_events_pb2 as wire
from sasayaki.monitoring.v1.supervision_events import (
    Purpose,
    SupervisionEnded,
    SupervisionEndReason,
    SupervisionStarted,
)
from sasayaki_chassis.decider import Refused
from sasayaki_monitoring.alerts.rules import long_hold
from sasayaki_monitoring.alerts.watch import Watch
from sasayaki_monitoring.alerts.watched import Call
from sasayaki_monitoring.desk.view import DeskView
from sasayaki_monitoring.desk.watchers import Watchers
from sasayaki_monitoring.fairness.view import FairnessView, Window
from sasayaki_monitoring.floor.floor import Floor
from sasayaki_monitoring.floor.talks import TalkRows
from sasayaki_monitoring.supervision.ending import EndWithCall
from sasayaki_monitoring.supervision.following import FollowOperator

NODE = {"node_id": "n", "happening_seq": 1}
MORI, ABE = "usr_mori", "usr_abe"
FIRST = TalkStarted(leg_id="leg_1", operator_id=MORI, **NODE)
SECOND = TalkStarted(leg_id="leg_2", operator_id=ABE, **NODE)
OUTSIDE = TalkStarted(leg_id="leg_3", operator_id="", **NODE)
HELD = CustomerHeld(operator_id=MORI, held_at=NOON, **NODE)
BACK = CustomerResumed(held_ms=1_000, **NODE)
OVER = CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, **NODE)
STARTED = SupervisionStarted(
    contact_id="con_1",
    supervisor_id="usr_sato",
    operator_id=MORI,
    mode=SupervisionMode.LISTEN,
    purpose=Purpose.QUALITY,
)
LEFT = SupervisionEnded(reason=SupervisionEndReason.ENDED)
END = monitoring.EndSupervisionRequest(
    supervision_id="spv_1", reason=wire.SUPERVISION_END_REASON_CALL_ENDED, contact_id="con_1"
)


def gone(
    leg_id: str, operator_id: str, reason: LegEndReason = LegEndReason.TRANSFERRED
) -> OperatorLegEnded:
    return OperatorLegEnded(leg_id=leg_id, operator_id=operator_id, reason=reason, **NODE)


HANDED_OVER = gone("leg_1", MORI)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def floor_after(*events: Event) -> str:
    """Whose call it is; empty: nobody's."""
    floor = Floor()
    for event in events:
        floor.fold(recorded("con_1", event))
    try:
        return floor.talk("con_1", tenant_id="out_demo").operator_id
    except Refused:
        return ""


def test_the_call_is_the_one_s_who_has_talked_longest() -> None:
    assert floor_after(FIRST, SECOND) == MORI
    assert floor_after(FIRST, SECOND, gone("leg_2", ABE)) == MORI
    assert floor_after(FIRST, SECOND, HANDED_OVER) == ABE
    assert floor_after(FIRST, SECOND, HANDED_OVER, gone("leg_2", ABE)) == ""
    assert floor_after(FIRST, SECOND, OVER) == ""


def test_somebody_outside_is_no_operator_of_ours() -> None:
    assert floor_after(OUTSIDE) == ""
    assert floor_after(FIRST, OUTSIDE, HANDED_OVER) == ""


def held_since(*events: Event) -> datetime | None:
    rows, row = TalkRows(), None
    for number, event in enumerate(events):
        record = recorded("con_1", event, client_id="cli_acme")
        row = rows.fold(record.model_copy(update={"time": after(number)}))
    assert row is not None
    talk = row.shown.talk
    return talk.held_since.ToDatetime(NOON.tzinfo) if talk.HasField("held_since") else None


def test_the_wall_shows_since_when_the_customer_is_on_hold() -> None:
    assert held_since(FIRST, HELD) == after(1)
    assert held_since(FIRST, HELD, BACK) is None


def test_the_hold_of_a_phone_that_has_left_is_over() -> None:
    phone = HoldStarted(leg_id="leg_1", operator_id=MORI, **NODE)
    assert held_since(FIRST, SECOND, phone, HANDED_OVER) is None


def watched(*events: Event, every_s: float = 10) -> tuple[Watch, datetime]:
    """A watch that was told these, and the instant of the next."""
    watch = Watch()
    for number, event in enumerate(events):
        record = recorded("con_1", event)
        watch.fold(record.model_copy(update={"time": after(number * every_s)}))
    return watch, after(len(events) * every_s)


def call_of(watch: Watch) -> Call:
    call = watch.of(("call", "out_demo", "con_1"))
    assert isinstance(call, Call)
    return call


def held_ms(*events: Event, every_s: float = 10) -> int:
    watch, now = watched(*events, every_s=every_s)
    measured = long_hold(call_of(watch), now, None)
    return measured.value if measured else 0


def test_a_hold_by_order_is_a_long_hold_like_one_by_the_phone() -> None:
    phone = HoldStarted(leg_id="leg_1", operator_id=MORI, **NODE)
    assert held_ms(FIRST, HELD) == held_ms(FIRST, phone) == 10_000
    watch, _ = watched(FIRST, HELD, BACK, HELD, BACK)
    assert call_of(watch).held == timedelta(seconds=20)


def test_two_holds_at_once_are_one_wait() -> None:
    phone = HoldStarted(leg_id="leg_1", operator_id=MORI, **NODE)
    taken = HoldEnded(leg_id="leg_1", operator_id=MORI, **NODE)
    watch, _ = watched(FIRST, HELD, phone, BACK, taken)
    assert call_of(watch).held == timedelta(seconds=30)


def test_a_talk_that_is_handed_over_goes_on() -> None:
    watch, _ = watched(FIRST, SECOND, HANDED_OVER)
    call = call_of(watch)
    assert (call.operator_id, call.leg_id, call.since) == (ABE, "leg_2", NOON)
    watch, _ = watched(FIRST, SECOND, HANDED_OVER, gone("leg_2", ABE))
    assert watch.of(("call", "out_demo", "con_1")) is None


class Desks:
    """Every operator's desk, and who is told when."""

    def __init__(self) -> None:
        self.view = DeskView(Watchers(lambda client_id, sealed: sealed))

    def tell(self, subject: str, *events: Event) -> None:
        for event in events:
            self.view.fold(recorded(subject, event))

    def listeners(self, operator_id: str) -> list[str]:
        """Who hears the operator."""
        rows = self.view._rows.get(("out_demo", operator_id), {}).values()
        shown: list[desk_pb2.DeskRow] = [row.shown for row in rows]
        return [row.listener.supervisor_id for row in shown if row.WhichOneof("row") == "listener"]


@pytest.fixture
def desks() -> Desks:
    desks = Desks()
    desks.tell("con_1", FIRST)
    desks.tell("spv_1", STARTED)
    return desks


def test_a_colleague_who_joins_sees_who_hears_them(desks: Desks) -> None:
    assert desks.listeners(ABE) == []
    desks.tell("con_1", SECOND)
    assert desks.listeners(ABE) == desks.listeners(MORI) == ["usr_sato"]


def test_a_colleague_who_was_there_before_sees_it_too() -> None:
    desks = Desks()
    desks.tell("con_1", FIRST, SECOND)
    desks.tell("spv_1", STARTED)
    assert desks.listeners(ABE) == ["usr_sato"]


@pytest.mark.parametrize(
    "leave",
    [
        lambda desks: desks.tell("con_1", gone("leg_2", ABE)),
        lambda desks: desks.tell("spv_1", LEFT),
        lambda desks: desks.tell("con_1", OVER),
    ],
    ids=["the colleague leaves", "the supervisor leaves", "the call ends"],
)
def test_who_is_heard_no_more_is_shown_nobody(desks: Desks, leave: Callable[[Desks], None]) -> None:
    desks.tell("con_1", SECOND)
    leave(desks)
    assert desks.listeners(ABE) == []


def asked_of(*records: tuple[str, Event, float]) -> list[Message]:
    """What is asked after these, each at its instant."""
    reactor, asked = EndWithCall(), list[Message]()
    for subject, event, at in records:
        record = recorded(subject, event).model_copy(update={"time": after(at)})
        asked += reactor.react(record)
    return asked


def test_who_supervises_an_operator_leaves_when_that_operator_hands_over() -> None:
    begun = (("con_1", FIRST, 0.0), ("spv_1", STARTED, 1.0), ("con_1", SECOND, 2.0))
    assert asked_of(*begun, ("con_1", HANDED_OVER, 3.0)) == [END]
    assert asked_of(*begun, ("con_1", gone("leg_2", ABE), 3.0)) == []


def test_who_supervises_leaves_too_when_the_operator_leaves_the_call_to_a_colleague() -> None:
    begun = (("con_1", FIRST, 0.0), ("spv_1", STARTED, 1.0))
    hung_up = ("con_1", gone("leg_1", MORI, LegEndReason.HUNG_UP), 3.0)
    assert asked_of(*begun, ("con_1", SECOND, 2.0), hung_up) == [END]
    assert asked_of(*begun, hung_up) == []  # the call's end is about to be told


def test_a_takeover_ends_no_supervision() -> None:
    begun = (("con_1", FIRST, 0.0), ("spv_1", STARTED, 1.0))
    assert asked_of(*begun, ("con_1", gone("leg_1", MORI, LegEndReason.TAKEN_OVER), 3.0)) == []


def test_a_handing_over_of_before_the_supervision_is_none_of_it() -> None:
    late = (("spv_1", STARTED, 5.0), ("con_1", FIRST, 0.0), ("con_1", HANDED_OVER, 1.0))
    assert asked_of(*late) == []


def test_who_follows_an_operator_is_not_brought_back_to_a_call_that_was_handed_over() -> None:
    reactor = FollowOperator()
    following = STARTED.model_copy(update={"following": True, "contact_id": "con_0"})
    for subject, event in (("con_1", FIRST), ("con_1", SECOND), ("con_1", HANDED_OVER)):
        assert list(reactor.react(recorded(subject, event))) == []
    assert list(reactor.react(recorded("spv_1", following))) == []
    assert reactor._talks == {("out_demo", ABE): ("con_1", "leg_2")}
    assert list(reactor.react(recorded("con_1", OVER))) == []
    assert (reactor._talks, reactor._legs) == ({}, {})


def test_each_operator_s_talk_is_counted_for_themselves() -> None:
    view = FairnessView()
    told = (FIRST, SECOND, HANDED_OVER, gone("leg_2", ABE, LegEndReason.HUNG_UP), OVER)
    for minute, event in enumerate(told):
        record = recorded("con_1", event).model_copy(update={"time": after(60 * minute)})
        view.fold(record)
    since, until = NOON.timestamp() - 3_600, NOON.timestamp() + 3_600
    window = Window("out_demo", frozenset(("cli_acme",)), since, until, since)
    talked = {each.operator_id: each.talk_s for each in view.counted(window)}
    assert talked == {MORI: 120.0, ABE: 120.0}
    assert view._talks == {}
