"""A customer whom we call: their phone rings, they answer, or the call ends and says why."""

from dataclasses import replace

import pytest
from tests.harness.specification import given
from tests.unit.media.calls import NODE, happened, play

from sasayaki.media.v1.call_events import (
    CallAnswered,
    CallEnded,
    CallEndReason,
    CallPlaced,
    CustomerRang,
    HangUpOrdered,
    RecordingPolicy,
)
from sasayaki_media.calls.call import CALL
from sasayaki_media.calls.commands import Dial, FailOrder, HangUp, LoseNode, Place
from sasayaki_media.calls.happened import Answered, Over, PhoneRang
from sasayaki_media.calls.orders import outstanding
from sasayaki_media.calls.states import Connected

PLACE = Place(
    node_id=NODE,
    from_number="+81661234567",
    caller_hash="hash",
    caller_sealed="box_customer",
    previous_contact_id="con_0",
    ring_ms_max=30_000,
    record=RecordingPolicy.AFTER_GUIDANCE,
)
PLACED = CallPlaced(
    from_number="+81661234567",
    caller_hash="hash",
    caller_sealed="box_customer",
    previous_contact_id="con_0",
    ring_ms_max=30_000,
    node_id=NODE,
    record=RecordingPolicy.AFTER_GUIDANCE,
)
RANG = CustomerRang(node_id=NODE, happening_seq=1)
ANSWERED = CallAnswered(node_id=NODE, happening_seq=2)


def ended(reason: CallEndReason, seq: int) -> CallEnded:
    return CallEnded(reason=reason, node_id=NODE, happening_seq=seq)


def test_a_call_begins_with_the_customer_whom_we_call() -> None:
    given(CALL).when(PLACE).then(PLACED)


def test_a_customer_is_called_once() -> None:
    given(CALL, PLACED).when(replace(PLACE, node_id="node_2")).then()


def test_their_phone_rings() -> None:
    given(CALL, PLACED).when(happened(1, PhoneRang())).then(RANG)


def test_they_answer_and_the_call_goes_on_like_any_other() -> None:
    given(CALL, PLACED, RANG).when(happened(2, Answered())).then(ANSWERED)
    assert isinstance(CALL.fold(CALL.initial, (PLACED, RANG, ANSWERED)), Connected)


@pytest.mark.parametrize(
    "reason", [CallEndReason.NO_ANSWER, CallEndReason.REFUSED, CallEndReason.UNREACHABLE]
)
def test_why_they_did_not_answer_is_told(reason: CallEndReason) -> None:
    given(CALL, PLACED, RANG).when(happened(2, Over(reason))).then(ended(reason, 2))


def test_a_call_that_the_node_cannot_place_reached_nobody() -> None:
    failed = FailOrder("place", "NO_TRUNK")
    given(CALL, PLACED).when(failed).then(ended(CallEndReason.UNREACHABLE, 0))


def test_a_call_whose_node_is_gone_is_lost() -> None:
    given(CALL, PLACED).when(LoseNode(NODE)).then(ended(CallEndReason.NODE_LOST, 0))


def test_it_may_be_given_up_while_it_rings() -> None:
    given(CALL, PLACED).when(HangUp()).then(HangUpOrdered(leg_id=""))


def test_nobody_is_dialled_for_a_customer_who_has_not_answered() -> None:
    dial = Dial(leg_id="leg_1", operator_id="usr_mori", ring_ms_max=5_000)
    given(CALL, PLACED).when(dial).then_refused("NOT_ANSWERED")


def test_what_is_to_be_heard_waits_for_the_answer() -> None:
    (guidance,) = given(CALL, PLACED).when(play(guidance=True)).events
    before = CALL.fold(CALL.initial, (PLACED, guidance))
    assert [order.key for order in outstanding(before)] == ["place"]
    after = CALL.evolve(before, ANSWERED)
    assert [order.key for order in outstanding(after)] == ["play/1"]
