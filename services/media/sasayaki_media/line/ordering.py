"""A call's orders as the node takes them. No I/O."""

from collections.abc import Callable
from typing import assert_never

from sasayaki.media.node.v1 import node_pb2 as pb
from sasayaki.media.v1.call_events import RecordingPolicy
from sasayaki_media.calls.orders import (
    AdmitCall,
    AnswerCall,
    AnswerRefer,
    DialLeg,
    HangUpCall,
    HangUpLeg,
    MuteLeg,
    Order,
    PauseTap,
    PickUpLeg,
    PlaceCall,
    PutDownLeg,
    PutOnHold,
    RemoveSupervisor,
    SetMode,
    StartPlay,
    StopPlay,
    TurnVoice,
)
from sasayaki_media.line.wire import NODE_MODES

RECORDED = frozenset((RecordingPolicy.AFTER_GUIDANCE, RecordingPolicy.ON_ALERT))
"""Policies under which the node writes; what becomes of it is decided later."""


def order_id(contact_id: str, key: str) -> str:
    """The same for the same order of a call, however often it is sent."""
    return f"{contact_id}/{key}"


def order_message(
    contact_id: str, order: Order, opened: Callable[[str], str], *, tenant_id: str
) -> pb.ToNode:
    """A call's order; `opened` opens a sealed number, which is empty when its key is gone.

    `tenant_id` is the call's, and so that of the users whose phones are to ring.
    """
    message = pb.Order(order_id=order_id(contact_id, order.key))
    match order:
        case AdmitCall(node_call_id):
            message.admit.CopyFrom(pb.Admit(node_call_id=node_call_id, contact_id=contact_id))
        case PlaceCall():
            message.place.CopyFrom(_place(contact_id, order, opened))
        case AnswerCall(record):
            answer = pb.Answer(contact_id=contact_id, record_after_guidance=record in RECORDED)
            message.answer.CopyFrom(answer)
        case StartPlay():
            message.play.CopyFrom(_play(contact_id, order))
        case StopPlay(play):
            stop = pb.StopPlay(contact_id=contact_id, play_id=play.ordered.play_id)
            message.stop_play.CopyFrom(stop)
        case PutOnHold(wish):
            hold = pb.Hold(contact_id=contact_id, held=wish.wanted, music_sha256=wish.music_sha256)
            message.hold.CopyFrom(hold)
        case PauseTap(wish):
            message.pause_tap.CopyFrom(pb.PauseTap(contact_id=contact_id, paused=wish.wanted))
        case AnswerRefer(leg_id, _, sip_code):
            answered = pb.AnswerRefer(contact_id=contact_id, leg_id=leg_id, sip_code=sip_code)
            message.answer_refer.CopyFrom(answered)
        case DialLeg():
            message.dial.CopyFrom(_dial(contact_id, order, opened, tenant_id))
        case PickUpLeg(leg_id):
            message.pick_up.CopyFrom(pb.PickUp(contact_id=contact_id, leg_id=leg_id))
        case PutDownLeg(leg_id):
            message.put_down.CopyFrom(pb.PutDown(contact_id=contact_id, leg_id=leg_id))
        case MuteLeg(leg_id, wished):
            mute = pb.Mute(contact_id=contact_id, leg_id=leg_id, muted=wished.wanted)
            message.mute.CopyFrom(mute)
        case TurnVoice(leg_id, wished):
            turn = pb.TalkBack(contact_id=contact_id, leg_id=leg_id, on=wished.wanted)
            message.talk_back.CopyFrom(turn)
        case SetMode():
            message.supervise.CopyFrom(_supervise(contact_id, order, tenant_id))
        case RemoveSupervisor(leg_id):
            message.unsupervise.CopyFrom(pb.Unsupervise(contact_id=contact_id, leg_id=leg_id))
        case HangUpLeg(leg_id):
            message.hang_up.CopyFrom(pb.HangUp(contact_id=contact_id, leg_id=leg_id))
        case HangUpCall():
            message.hang_up.CopyFrom(pb.HangUp(contact_id=contact_id))
        case _:
            assert_never(order)
    return pb.ToNode(order=message)


def _place(contact_id: str, order: PlaceCall, opened: Callable[[str], str]) -> pb.Place:
    placed = order.placed
    return pb.Place(
        contact_id=contact_id,
        number=opened(placed.caller_sealed),
        from_number=placed.from_number,
        ring_ms_max=placed.ring_ms_max,
        record_after_guidance=placed.record in RECORDED,
    )


def _dial(contact_id: str, order: DialLeg, opened: Callable[[str], str], tenant_id: str) -> pb.Dial:
    leg = order.leg
    dial = pb.Dial(
        contact_id=contact_id,
        leg_id=leg.leg_id,
        ring_ms_max=leg.ring_ms_max,
    )
    if leg.number_sealed:
        dial.number, dial.from_number = opened(leg.number_sealed), order.our_number
    else:
        dial.tenant_id, dial.user_id = tenant_id, leg.operator_id
    return dial


def _play(contact_id: str, order: StartPlay) -> pb.Play:
    ordered = order.play.ordered
    return pb.Play(
        contact_id=contact_id,
        play_id=ordered.play_id,
        prompt_sha256=ordered.prompt_sha256,
        guidance=ordered.guidance,
        digits_max=ordered.digits_max,
        first_digit_ms=ordered.first_digit_ms,
        next_digit_ms=ordered.next_digit_ms,
        repeat=bool(ordered.repeat),
        read_back_play_id=ordered.read_back_play_id or "",
        digit_sha256=ordered.digit_sha256,
        closing_sha256=ordered.closing_sha256,
    )


def _supervise(contact_id: str, order: SetMode, tenant_id: str) -> pb.Supervise:
    return pb.Supervise(
        contact_id=contact_id,
        leg_id=order.leg_id,
        tenant_id=tenant_id,
        user_id=order.supervisor_id,
        mode=NODE_MODES[order.mode],
        keep_phone=order.keep_phone,
    )
