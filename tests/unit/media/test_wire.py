"""The node's protocol: what it says becomes commands, what is ordered becomes frames."""

import pytest
from tests.harness.specification import NOON
from tests.unit.media.calls import (
    CONNECTED,
    DIALLED,
    TAKEOVER,
    TALKING,
    WHISPER,
    ordered,
    supervision,
)

from sasayaki.media.node.v1 import node_pb2 as pb
from sasayaki.media.v1.call_events import CallEndReason, CallEvent, LegEndReason
from sasayaki_media.calls.call import CALL
from sasayaki_media.calls.happened import (
    BrokeSilence,
    Fact,
    FellSilent,
    Held,
    LegLeft,
    ModeApplied,
    Over,
    Overlapped,
    Played,
    PlayEnd,
    Resumed,
    Source,
)
from sasayaki_media.calls.orders import outstanding
from sasayaki_media.line.ordering import order_message
from sasayaki_media.line.wire import (
    FRAME_BYTES_MAX,
    BrokenFrame,
    PhoneHappening,
    fact_of,
    frame,
    frame_length,
    is_about_a_phone,
    phone_fact_of,
)
from sasayaki_media.phones.phone import Attach, Connect, Detach, Leave

AT = Source("node_1", 7)

SEALED = {"box_customer": "+819012345678", "box_outside": "+81312345678"}


def order_of(*history: CallEvent) -> pb.Order:
    (order,) = outstanding(CALL.fold(CALL.initial, history))
    return order_message("con_1", order, SEALED.__getitem__, tenant_id="out_a").order


@pytest.mark.parametrize(
    ("happening", "fact"),
    [
        (
            pb.Happening(
                played=pb.Played(
                    play_id="p",
                    heard_ms=1,
                    total_ms=2,
                    outcome=pb.PLAY_OUTCOME_COLLECTED,
                    digits="2",
                )
            ),
            Played("p", heard_ms=1, total_ms=2, end=PlayEnd.COLLECTED, digits="2"),
        ),
        (
            pb.Happening(
                mode_applied=pb.ModeApplied(
                    leg_id="leg_1",
                    mode=pb.MODE_WHISPER,
                    applied_at_us=int(NOON.timestamp()) * 1_000_000,
                )
            ),
            ModeApplied("leg_1", WHISPER, NOON),
        ),
        (
            pb.Happening(
                leg_ended=pb.LegEnded(leg_id="leg_1", reason=pb.LEG_END_REFUSED, sip_code=486)
            ),
            LegLeft("leg_1", LegEndReason.REFUSED, 486),
        ),
        (
            pb.Happening(leg_ended=pb.LegEnded(leg_id="leg_1", reason=pb.LEG_END_HUNG_UP)),
            LegLeft("leg_1", LegEndReason.HUNG_UP, None),
        ),
        (
            pb.Happening(call_ended=pb.CallEnded(reason=pb.CALL_END_OPERATOR_HUNG_UP)),
            Over(CallEndReason.OPERATOR_HUNG_UP),
        ),
        (
            pb.Happening(call_ended=pb.CallEnded(reason=pb.CALL_END_SUPERVISOR_HUNG_UP)),
            Over(CallEndReason.SUPERVISOR_HUNG_UP),
        ),
        (
            pb.Happening(leg_ended=pb.LegEnded(leg_id="leg_1", reason=pb.LEG_END_MOVED)),
            LegLeft("leg_1", LegEndReason.MOVED, None),
        ),
        (
            pb.Happening(silence_began=pb.SilenceBegan(since_us=int(NOON.timestamp()) * 1_000_000)),
            FellSilent(NOON),
        ),
        (pb.Happening(silence_ended=pb.SilenceEnded(silent_ms=7)), BrokeSilence(7)),
        (pb.Happening(overlapped=pb.Overlapped(overlap_ms=7)), Overlapped(7)),
        (pb.Happening(leg_held=pb.LegHeld(leg_id="leg_1")), Held("leg_1")),
        (pb.Happening(leg_resumed=pb.LegResumed()), Resumed("")),
        (pb.Happening(call_ended=pb.CallEnded()), Over(CallEndReason.FAILED)),
        (pb.Happening(), None),
        (pb.Happening(mode_applied=pb.ModeApplied(leg_id="leg_1")), None),
    ],
)
def test_a_happening_becomes_a_fact(happening: pb.Happening, fact: Fact | None) -> None:
    assert fact_of(happening) == fact


@pytest.mark.parametrize("reason", pb.LegEnd.values())
def test_every_end_of_a_leg_has_a_reason(reason: "pb.LegEnd.ValueType") -> None:
    fact = fact_of(pb.Happening(leg_ended=pb.LegEnded(reason=reason)))
    assert isinstance(fact, LegLeft)
    assert fact.reason is not LegEndReason.UNSPECIFIED


@pytest.mark.parametrize("reason", pb.CallEnd.values())
def test_every_end_of_a_call_has_a_reason(reason: "pb.CallEnd.ValueType") -> None:
    fact = fact_of(pb.Happening(call_ended=pb.CallEnded(reason=reason)))
    assert isinstance(fact, Over)
    assert fact.reason is not CallEndReason.UNSPECIFIED


@pytest.mark.parametrize("outcome", pb.PlayOutcome.values())
def test_every_end_of_a_play_is_known(outcome: "pb.PlayOutcome.ValueType") -> None:
    assert isinstance(fact_of(pb.Happening(played=pb.Played(outcome=outcome))), Played)


@pytest.mark.parametrize(
    ("happening", "told"),
    [
        (
            pb.Happening(
                phone_connected=pb.PhoneConnected(
                    node_phone_id="phone_7", user_id="usr_sato", contact_id="con_1"
                )
            ),
            PhoneHappening("phone_7", Connect(AT, "usr_sato", "phone_7"), rang_for="con_1"),
        ),
        (
            pb.Happening(
                phone_attached=pb.PhoneAttached(
                    node_phone_id="phone_7", user_id="usr_sato", contact_id="con_1", leg_id="leg_1"
                )
            ),
            PhoneHappening("phone_7", Attach(AT, "con_1", "leg_1")),
        ),
        (
            pb.Happening(
                phone_detached=pb.PhoneDetached(
                    node_phone_id="phone_7", user_id="usr_sato", contact_id="con_1", leg_id="leg_1"
                )
            ),
            PhoneHappening("phone_7", Detach(AT, "con_1", "leg_1")),
        ),
        (
            pb.Happening(
                phone_gone=pb.PhoneGone(
                    node_phone_id="phone_7", user_id="usr_sato", reason=pb.LEG_END_FAILED
                )
            ),
            PhoneHappening("phone_7", Leave(AT, LegEndReason.FAILED, None)),
        ),
    ],
)
def test_what_happens_to_a_phone_is_told_of_the_phone(
    happening: pb.Happening, told: PhoneHappening
) -> None:
    assert is_about_a_phone(happening)
    assert phone_fact_of(happening, AT) == told
    assert fact_of(happening) is None


def test_what_happens_to_a_call_is_not_about_a_phone() -> None:
    joined = pb.Happening(joined=pb.Joined(leg_id="leg_1"))
    assert not is_about_a_phone(joined)
    assert phone_fact_of(joined, AT) is None


def test_an_order_names_the_call_and_itself() -> None:
    order = order_of(*CONNECTED, DIALLED)
    assert order.order_id == "con_1/dial/leg_op"
    assert order.dial == pb.Dial(
        contact_id="con_1",
        leg_id="leg_op",
        tenant_id="out_a",
        user_id="usr_mori",
        ring_ms_max=20_000,
    )


def test_a_play_carries_all_that_was_ordered() -> None:
    order = order_of(*CONNECTED, ordered(digits_max=1))
    assert order.play == pb.Play(
        contact_id="con_1",
        play_id="ply_1",
        prompt_sha256=["ab" * 32],
        digits_max=1,
        first_digit_ms=5_000,
        next_digit_ms=3_000,
    )


def test_a_mode_is_sent_as_a_mode() -> None:
    order = order_of(*TALKING, supervision(WHISPER))
    assert order.supervise == pb.Supervise(
        contact_id="con_1",
        leg_id="leg_sup",
        tenant_id="out_a",
        user_id="usr_sato",
        mode=pb.MODE_WHISPER,
    )


@pytest.mark.parametrize("mode", [mode for mode in pb.Mode.values() if mode])
def test_every_mode_of_the_node_is_known_both_ways(mode: "pb.Mode.ValueType") -> None:
    applied = pb.ModeApplied(leg_id="leg_1", mode=mode, applied_at_us=1)
    fact = fact_of(pb.Happening(mode_applied=applied))
    assert isinstance(fact, ModeApplied)
    assert order_of(*TALKING, supervision(fact.mode)).supervise.mode == mode


def test_a_phone_to_keep_is_sent_with_the_mode() -> None:
    kept = supervision(TAKEOVER).model_copy(update={"keep_phone": True})
    assert order_of(*TALKING, kept).supervise.keep_phone
    assert not order_of(*TALKING, supervision(TAKEOVER)).supervise.keep_phone


def test_an_order_id_fits_into_what_the_node_remembers() -> None:
    leg_id, contact_id = f"leg_{'f' * 36}", f"con_{'f' * 36}"
    long = supervision(WHISPER).model_copy(update={"leg_id": leg_id})
    (order,) = outstanding(CALL.fold(CALL.initial, [*TALKING, long]))
    message = order_message(contact_id, order, SEALED.__getitem__, tenant_id="out_a")
    assert len(message.order.order_id) <= 128


def test_a_frame_begins_with_its_length() -> None:
    framed = frame(pb.ToNode(acknowledge=pb.Acknowledge(seq=7)))
    assert frame_length(framed[:4]) == len(framed) - 4
    assert pb.ToNode.FromString(framed[4:]).acknowledge.seq == 7


def test_a_frame_that_is_too_long_is_refused_on_both_sides() -> None:
    with pytest.raises(BrokenFrame):
        frame_length((FRAME_BYTES_MAX + 1).to_bytes(4, "little"))
    put = pb.PutPrompt(pcmu=bytes(FRAME_BYTES_MAX))
    with pytest.raises(BrokenFrame):
        frame(pb.ToNode(order=pb.Order(put_prompt=put)))
