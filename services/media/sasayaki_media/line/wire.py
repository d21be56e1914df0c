"""The node's protocol: frames, happenings as commands, orders as messages. No I/O.

A frame is a 32-bit little-endian length and that many bytes (`node.proto`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from google.protobuf.message import Message

from sasayaki.media.node.v1 import node_pb2 as pb
from sasayaki.media.v1.call_events import (
    CallEndReason,
    LegEndReason,
    SupervisionMode,
)
from sasayaki.media.v1.outbound_events import OutboundRefusal
from sasayaki_media.calls.happened import (
    Answered,
    BrokeSilence,
    CustomerPutOnHold,
    Fact,
    FellSilent,
    Held,
    Joined,
    LegLeft,
    ModeApplied,
    Muted,
    Over,
    Overlapped,
    PhoneRang,
    PickedUp,
    Played,
    PlayEnd,
    Rang,
    Referred,
    Resumed,
    Source,
    TakenBack,
    TalkedBack,
    TapBegan,
    TapRested,
    TapStopped,
    TapWentOn,
    Withdrawn,
)
from sasayaki_media.phones.phone import Attach, Connect, Detach, Leave
from sasayaki_media.phones.phone import Fact as PhoneFact

FRAME_BYTES_MAX = 4 * 1024 * 1024
LENGTH_BYTES = 4

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NODE_MODES: dict[SupervisionMode, "pb.Mode.ValueType"] = {
    SupervisionMode.LISTEN: pb.MODE_LISTEN,
    SupervisionMode.WHISPER: pb.MODE_WHISPER,
    SupervisionMode.BARGE: pb.MODE_BARGE,
    SupervisionMode.TAKEOVER: pb.MODE_TAKEOVER,
}
_HEARD = {mode: name for name, mode in NODE_MODES.items()}
_SUSPICIONS = {
    pb.SUSPICION_FORGED_FROM: OutboundRefusal.FORGED_FROM,
    pb.SUSPICION_UNKNOWN_PEER: OutboundRefusal.UNKNOWN_PEER,
    pb.SUSPICION_REFER_OUTSIDE: OutboundRefusal.REFER_OUTSIDE,
}
MODES = frozenset(NODE_MODES)
"""The modes that the node can mix."""


class BrokenFrame(Exception):
    """The other side does not speak the protocol."""


def frame(message: Message) -> bytes:
    """A message as it goes over the socket."""
    body = message.SerializeToString()
    if len(body) > FRAME_BYTES_MAX:
        raise BrokenFrame(f"a frame of {len(body)} bytes, at most {FRAME_BYTES_MAX}")
    return len(body).to_bytes(LENGTH_BYTES, "little") + body


def frame_length(prefix: bytes) -> int:
    """The length that a frame begins with; raises BrokenFrame over the limit."""
    length = int.from_bytes(prefix, "little")
    if length > FRAME_BYTES_MAX:
        raise BrokenFrame(f"a frame of {length} bytes, at most {FRAME_BYTES_MAX}")
    return length


def instant(microseconds: int) -> datetime:
    """UTC microseconds since 1970 as an instant."""
    return _EPOCH + timedelta(microseconds=microseconds)


def fact_of(happening: pb.Happening) -> Fact | None:
    """What happened to a call; None for what this build does not know, and for `invited`."""
    match happening.WhichOneof("happening"):
        case "withdrawn":
            return Withdrawn()
        case "answered":
            return Answered()
        case "played":
            return _played(happening.played)
        case "tap_opened":
            return TapBegan()
        case "leg_rang":
            return Rang(happening.leg_rang.leg_id)
        case "leg_answered":
            return PickedUp(happening.leg_answered.leg_id)
        case "joined":
            return Joined(happening.joined.leg_id)
        case "mode_applied":
            return _mode_applied(happening.mode_applied)
        case "leg_ended":
            return _leg_left(happening.leg_ended)
        case "tap_closed":
            closed = happening.tap_closed
            return TapStopped(recorded_ms=closed.recorded_ms, pages=closed.pages)
        case "call_ended":
            return Over(_call_end(happening.call_ended.reason))
        case "customer_rang":
            return PhoneRang()
        case "tap_paused":
            return TapRested(happening.tap_paused.at_ms)
        case "tap_resumed":
            return TapWentOn(happening.tap_resumed.at_ms)
        case _:
            return _talk_fact_of(happening)


def _talk_fact_of(happening: pb.Happening) -> Fact | None:
    """How a talk goes on."""
    match happening.WhichOneof("happening"):
        case "silence_began":
            return FellSilent(instant(happening.silence_began.since_us))
        case "silence_ended":
            return BrokeSilence(happening.silence_ended.silent_ms)
        case "overlapped":
            return Overlapped(happening.overlapped.overlap_ms)
        case "leg_held":
            return Held(happening.leg_held.leg_id)
        case "leg_resumed":
            return Resumed(happening.leg_resumed.leg_id)
        case "leg_muted":
            return Muted(happening.leg_muted.leg_id, holds=True)
        case "leg_unmuted":
            return Muted(happening.leg_unmuted.leg_id, holds=False)
        case "talk_back_started":
            return TalkedBack(happening.talk_back_started.leg_id, on=True)
        case "talk_back_ended":
            return TalkedBack(happening.talk_back_ended.leg_id, on=False)
        case "customer_held":
            return CustomerPutOnHold()
        case "customer_resumed":
            return TakenBack()
        case "referred":
            referred = happening.referred
            return Referred(
                leg_id=referred.leg_id,
                target=referred.target,
                replaces_leg_id=referred.replaces_leg_id,
                ours=referred.ours,
            )
        case _:
            return None


@dataclass(frozen=True, slots=True)
class PhoneHappening:
    """What happened to a phone; `rang_for` is the call for which it rang, told when it connects."""

    node_phone_id: str
    fact: PhoneFact
    rang_for: str = ""


def is_about_a_phone(happening: pb.Happening) -> bool:
    return (happening.WhichOneof("happening") or "").startswith("phone_")


def phone_fact_of(happening: pb.Happening, source: Source) -> PhoneHappening | None:
    """What happened to a phone; None for what this build does not know."""
    match happening.WhichOneof("happening"):
        case "phone_connected":
            connected = happening.phone_connected
            fact = Connect(source, connected.user_id, connected.node_phone_id)
            return PhoneHappening(connected.node_phone_id, fact, rang_for=connected.contact_id)
        case "phone_attached":
            attached = happening.phone_attached
            on = Attach(source, attached.contact_id, attached.leg_id)
            return PhoneHappening(attached.node_phone_id, on)
        case "phone_detached":
            detached = happening.phone_detached
            off = Detach(source, detached.contact_id, detached.leg_id)
            return PhoneHappening(detached.node_phone_id, off)
        case "phone_gone":
            gone = happening.phone_gone
            left = Leave(source, _leg_end(gone.reason), gone.sip_code or None)
            return PhoneHappening(gone.node_phone_id, left)
        case _:
            return None


def refusal_of(suspected: pb.Suspected) -> OutboundRefusal:
    """What the node refused; a newer node's kind is told as the most general one."""
    return _SUSPICIONS.get(suspected.suspicion, OutboundRefusal.UNKNOWN_PEER)


def _played(played: pb.Played) -> Played:
    name = pb.PlayOutcome.Name(played.outcome).removeprefix("PLAY_OUTCOME_")
    return Played(
        play_id=played.play_id,
        heard_ms=played.heard_ms,
        total_ms=played.total_ms,
        end=PlayEnd(name) if name in PlayEnd.__members__ else PlayEnd.STOPPED,
        digits=played.digits,
    )


def _mode_applied(applied: pb.ModeApplied) -> ModeApplied | None:
    mode = _HEARD.get(applied.mode)
    if mode is None:
        return None
    return ModeApplied(leg_id=applied.leg_id, mode=mode, applied_at=instant(applied.applied_at_us))


def _leg_left(ended: pb.LegEnded) -> LegLeft:
    return LegLeft(
        leg_id=ended.leg_id, reason=_leg_end(ended.reason), sip_code=ended.sip_code or None
    )


def _leg_end(reason: "pb.LegEnd.ValueType") -> LegEndReason:
    name = pb.LegEnd.Name(reason).removeprefix("LEG_END_")
    known = LegEndReason.__members__.get(name, LegEndReason.UNSPECIFIED)
    return LegEndReason.FAILED if known is LegEndReason.UNSPECIFIED else known


def _call_end(reason: "pb.CallEnd.ValueType") -> CallEndReason:
    name = pb.CallEnd.Name(reason).removeprefix("CALL_END_")
    known = CallEndReason.__members__.get(name, CallEndReason.UNSPECIFIED)
    return CallEndReason.FAILED if known is CallEndReason.UNSPECIFIED else known
