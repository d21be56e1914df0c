"""The customer waits with music, and is never left waiting by whoever put them there."""

from datetime import timedelta

import pytest
from tests.harness.specification import NOON, given
from tests.unit.media.calls import (
    CONNECTED,
    DIALLED,
    NODE,
    TAKEOVER,
    TALKING,
    happened,
    heard,
    supervision,
)

from sasayaki.media.v1.call_events import (
    CustomerHeld,
    CustomerResumed,
    HangUpOrdered,
    HoldOrdered,
    LegEndReason,
    OperatorLegAnswered,
    OperatorLegDialled,
    OperatorLegEnded,
)
from sasayaki_media.calls.call import CALL
from sasayaki_media.calls.commands import Asker, FailOrder, Hold, Note
from sasayaki_media.calls.happened import (
    CustomerPutOnHold,
    LegLeft,
    ModeApplied,
    Source,
    TakenBack,
)
from sasayaki_media.calls.orders import outstanding

MUSIC = "cd" * 32
MORI, ABE, SATO = Asker("usr_mori", True), Asker("usr_abe", True), Asker("usr_sato")
ORDERED = HoldOrdered(held=True, music_sha256=MUSIC, operator_id="usr_mori")
BACK = HoldOrdered(held=False, music_sha256="", operator_id="usr_mori")
HELD = CustomerHeld(node_id=NODE, happening_seq=6, operator_id="usr_mori", held_at=NOON)
WAITING = (*TALKING, ORDERED, HELD)
COLLEAGUE = (
    OperatorLegDialled(leg_id="leg_2", operator_id="usr_abe", ring_ms_max=5_000, consult=True),
    OperatorLegAnswered(leg_id="leg_2", operator_id="usr_abe", node_id=NODE, happening_seq=7),
)


def keys(*history: object) -> list[str]:
    return [order.key for order in outstanding(CALL.fold(CALL.initial, history))]  # type: ignore[arg-type]


def ended(reason: LegEndReason, leg_id: str = "leg_op", who: str = "usr_mori") -> OperatorLegEnded:
    return OperatorLegEnded(
        leg_id=leg_id, operator_id=who, reason=reason, node_id=NODE, happening_seq=9
    )


def test_the_operator_who_talks_puts_the_customer_on_hold() -> None:
    given(CALL, *TALKING).when(Hold(True, MUSIC, MORI)).then(ORDERED)


def test_a_supervisor_may_and_is_named() -> None:
    by_sato = HoldOrdered(held=True, music_sha256="", operator_id="usr_sato")
    given(CALL, *TALKING).when(Hold(True, "", SATO)).then(by_sato)


def test_a_service_asks_for_the_operator_who_has_been_on_the_call_longest() -> None:
    given(CALL, *TALKING, *COLLEAGUE).when(Hold(True, MUSIC)).then(ORDERED)


def test_an_operator_of_another_call_may_not() -> None:
    given(CALL, *TALKING).when(Hold(True, MUSIC, ABE)).then_refused("NOT_YOURS")


@pytest.mark.parametrize("history", [CONNECTED, (*CONNECTED, DIALLED)])
def test_nobody_waits_for_nobody(history: tuple[object, ...]) -> None:
    given(CALL, *history).when(Hold(True, MUSIC)).then_refused("NOT_TALKING")  # type: ignore[arg-type]


def test_who_waits_already_goes_on_waiting() -> None:
    given(CALL, *WAITING).when(Hold(True, "ef" * 32, MORI)).then()
    given(CALL, *TALKING).when(Hold(False, "", MORI)).then()


def test_the_order_is_outstanding_until_the_node_says_that_the_customer_waits() -> None:
    assert keys(*TALKING, ORDERED) == ["hold/1"]
    assert keys(*WAITING) == []
    assert keys(*WAITING, BACK) == ["hold/2"]


def test_a_hold_that_was_taken_back_before_it_was_carried_out_is_taken_back_after() -> None:
    assert keys(*TALKING, ORDERED, BACK) == []
    assert keys(*TALKING, ORDERED, BACK, HELD) == ["hold/2"]


def test_how_long_the_customer_waited_is_told_by_the_nodes_instants() -> None:
    at = NOON + timedelta(seconds=75)
    back = Note(Source(NODE, 8, at), TakenBack())
    resumed = CustomerResumed(held_ms=75_000, node_id=NODE, happening_seq=8)
    given(CALL, *WAITING, BACK).when(back).then(resumed)


def test_what_holds_already_is_told_once() -> None:
    given(CALL, *WAITING).when(happened(8, CustomerPutOnHold())).then()
    given(CALL, *TALKING).when(happened(8, TakenBack())).then()


def test_what_the_node_cannot_do_is_not_wanted_any_more() -> None:
    off = HoldOrdered(held=False, music_sha256="", operator_id="usr_mori")
    given(CALL, *TALKING, ORDERED).when(FailOrder("hold/1", "BAD_ORDER")).then(off)


def test_a_customer_on_hold_is_taken_back_when_one_of_two_operators_leaves() -> None:
    left = happened(9, LegLeft("leg_op", LegEndReason.HUNG_UP, None))
    given(CALL, *WAITING, *COLLEAGUE).when(left).then(ended(LegEndReason.HUNG_UP), BACK)


def test_a_colleague_who_never_came_leaves_the_customer_waiting() -> None:
    left = happened(9, LegLeft("leg_2", LegEndReason.NO_ANSWER, None))
    no_answer = ended(LegEndReason.NO_ANSWER, "leg_2", "usr_abe")
    given(CALL, *WAITING, COLLEAGUE[0]).when(left).then(no_answer)


@pytest.mark.parametrize("reason", [LegEndReason.HUNG_UP, LegEndReason.FAILED])
def test_the_last_operator_who_leaves_ends_the_call_with_the_customer_on_hold(
    reason: LegEndReason,
) -> None:
    left = happened(9, LegLeft("leg_op", reason, None))
    given(CALL, *WAITING).when(left).then(ended(reason))


def test_a_customer_who_is_handed_over_from_a_hold_is_taken_back() -> None:
    goes = HangUpOrdered(leg_id="leg_op", transferred=True)
    left = happened(9, LegLeft("leg_op", LegEndReason.RELEASED, None))
    given(CALL, *WAITING, goes).when(left).then(ended(LegEndReason.TRANSFERRED), BACK)


def test_a_supervisor_who_takes_over_takes_the_customer_back() -> None:
    applied = happened(10, ModeApplied("leg_sup", TAKEOVER, NOON))
    given(CALL, *WAITING, supervision(TAKEOVER)).when(applied).then(
        heard(TAKEOVER, 10),
        HangUpOrdered(leg_id="leg_op"),
        HoldOrdered(held=False, music_sha256="", operator_id="usr_sato"),
    )
