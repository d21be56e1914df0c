"""Hold, pause, waiting, calls out and transfers as the node says and takes them."""

import pytest
from tests.unit.media.calls import CONNECTED, TALKING, TAP, ordered
from tests.unit.media.test_placed_calls import PLACED

from sasayaki.media.node.v1 import node_pb2 as pb
from sasayaki.media.v1.call_events import (
    CallEndReason,
    CallEvent,
    HoldOrdered,
    OutsideLegDialled,
    PromptStopOrdered,
    RecordingPolicy,
    TapPauseOrdered,
    TransferAnswered,
    TransferAsked,
)
from sasayaki.media.v1.outbound_events import OutboundRefusal
from sasayaki_media.calls.call import CALL
from sasayaki_media.calls.happened import (
    CustomerPutOnHold,
    Fact,
    Over,
    PhoneRang,
    Referred,
    TakenBack,
    TapRested,
    TapWentOn,
)
from sasayaki_media.calls.orders import outstanding
from sasayaki_media.line.ordering import order_message
from sasayaki_media.line.wire import fact_of, refusal_of

SEALED = {"box_customer": "+819012345678", "box_outside": "+81312345678"}
MUSIC = "cd" * 32
ASKED = TransferAsked(
    leg_id="leg_op",
    operator_id="usr_mori",
    target_operator_id="usr_abe",
    attended=False,
    node_id="node_1",
    happening_seq=6,
)


def last_order(*history: CallEvent) -> pb.Order:
    """The order that the last event has brought, as it goes to the node."""
    order = outstanding(CALL.fold(CALL.initial, history))[-1]
    return order_message("con_1", order, lambda box: SEALED.get(box, ""), tenant_id="out_a").order


@pytest.mark.parametrize(
    ("happening", "fact"),
    [
        (pb.Happening(customer_held=pb.CustomerHeld()), CustomerPutOnHold()),
        (pb.Happening(customer_resumed=pb.CustomerResumed()), TakenBack()),
        (pb.Happening(tap_paused=pb.TapPaused(at_ms=7)), TapRested(7)),
        (pb.Happening(tap_resumed=pb.TapResumed(at_ms=9)), TapWentOn(9)),
        (pb.Happening(customer_rang=pb.CustomerRang()), PhoneRang()),
        (
            pb.Happening(
                referred=pb.Referred(
                    leg_id="leg_op", target="usr_abe", replaces_leg_id="leg_2", ours=True
                )
            ),
            Referred("leg_op", "usr_abe", "leg_2", ours=True),
        ),
        (
            pb.Happening(call_ended=pb.CallEnded(reason=pb.CALL_END_UNREACHABLE)),
            Over(CallEndReason.UNREACHABLE),
        ),
    ],
)
def test_what_the_node_says_is_understood(happening: pb.Happening, fact: Fact) -> None:
    assert fact_of(happening) == fact


def test_a_colleague_is_named_with_or_without_the_own_tenant_and_nobody_with_anothers() -> None:
    def target(name: str) -> str:
        return Referred("leg_op", name, "", ours=True).within("out_a").target

    assert target("usr_abe") == target("usr_abe.out_a") == "usr_abe"
    assert target("usr_abe.out_b") == "usr_abe.out_b"


def test_a_hold_is_an_order_with_its_music() -> None:
    hold = HoldOrdered(held=True, music_sha256=MUSIC, operator_id="usr_mori")
    order = last_order(*TALKING, hold)
    assert order.order_id == "con_1/hold/1"
    assert order.hold == pb.Hold(contact_id="con_1", held=True, music_sha256=MUSIC)


def test_a_pause_goes_before_all_else() -> None:
    pause = TapPauseOrdered(paused=True, reason="card", operator_id="usr_mori")
    hold = HoldOrdered(held=True, music_sha256="", operator_id="usr_mori")
    state = CALL.fold(CALL.initial, (*TALKING, TAP, hold, pause))
    assert [order.key for order in outstanding(state)] == ["pause-tap/1", "hold/1"]
    order = last_order(*TALKING, TAP, pause)
    assert order.pause_tap == pb.PauseTap(contact_id="con_1", paused=True)


def test_a_play_may_repeat_and_read_digits_back() -> None:
    digits = tuple(f"{number}{number}" * 32 for number in range(10))
    play = ordered().model_copy(
        update={
            "repeat": True,
            "read_back_play_id": "ply_0",
            "digit_sha256": digits,
            "closing_sha256": (MUSIC,),
        }
    )
    sent = last_order(*CONNECTED, play).play
    assert (sent.repeat, sent.read_back_play_id) == (True, "ply_0")
    assert (tuple(sent.digit_sha256), tuple(sent.closing_sha256)) == (digits, (MUSIC,))


def test_a_stop_names_its_play() -> None:
    order = last_order(*CONNECTED, ordered(), PromptStopOrdered(play_id="ply_1"))
    assert order.stop_play == pb.StopPlay(contact_id="con_1", play_id="ply_1")


def test_a_number_is_opened_for_the_node_alone() -> None:
    assert last_order(PLACED).place == pb.Place(
        contact_id="con_1",
        number="+819012345678",
        from_number="+81661234567",
        ring_ms_max=30_000,
        record_after_guidance=True,
    )
    outside = OutsideLegDialled(
        leg_id="leg_out", operator_id="", number_sealed="box_outside", ring_ms_max=9_000
    )
    assert last_order(*CONNECTED, outside).dial == pb.Dial(
        contact_id="con_1",
        leg_id="leg_out",
        number="+81312345678",
        from_number="+81661234567",
        ring_ms_max=9_000,
    )


def test_a_number_whose_key_is_destroyed_is_none() -> None:
    gone = PLACED.model_copy(update={"caller_sealed": "box_of_another_key"})
    assert last_order(gone).place.number == ""


@pytest.mark.parametrize(
    ("policy", "written"),
    [
        (RecordingPolicy.NONE, False),
        (RecordingPolicy.AFTER_GUIDANCE, True),
        (RecordingPolicy.ON_ALERT, True),
    ],
)
def test_what_may_be_deleted_later_is_written_first(
    policy: RecordingPolicy, *, written: bool
) -> None:
    placed = PLACED.model_copy(update={"record": policy})
    assert last_order(placed).place.record_after_guidance is written


def test_a_phone_is_told_how_its_transfer_ended() -> None:
    answered = TransferAnswered(leg_id="leg_op", sip_code=404)
    sent = last_order(*TALKING, ASKED, answered).answer_refer
    assert sent == pb.AnswerRefer(contact_id="con_1", leg_id="leg_op", sip_code=404)


@pytest.mark.parametrize(
    ("suspicion", "refusal"),
    [
        (pb.SUSPICION_FORGED_FROM, OutboundRefusal.FORGED_FROM),
        (pb.SUSPICION_UNKNOWN_PEER, OutboundRefusal.UNKNOWN_PEER),
        (pb.SUSPICION_REFER_OUTSIDE, OutboundRefusal.REFER_OUTSIDE),
        (pb.SUSPICION_UNSPECIFIED, OutboundRefusal.UNKNOWN_PEER),
    ],
)
def test_what_smelt_of_fraud_is_told_by_kind(
    suspicion: "pb.Suspicion.ValueType", refusal: OutboundRefusal
) -> None:
    assert refusal_of(pb.Suspected(suspicion=suspicion)) is refusal
