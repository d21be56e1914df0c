"""How a talk goes on, as events for those who follow the call; nothing is decided by them."""

from collections.abc import Sequence

from sasayaki.media.v1.call_events import (
    CallEvent,
    HoldEnded,
    HoldStarted,
    OverlapHeard,
    SilenceBegan,
    SilenceEnded,
)
from sasayaki_media.calls.commands import (
    BrokeSilence,
    FellSilent,
    Held,
    Overlapped,
    Resumed,
    Source,
)
from sasayaki_media.calls.states import OperatorLeg


def talk_went(source: Source, fact: FellSilent | BrokeSilence | Overlapped) -> CallEvent:
    node_id, seq = source.node_id, source.seq
    match fact:
        case FellSilent(since):
            return SilenceBegan(since=since, node_id=node_id, happening_seq=seq)
        case BrokeSilence(silent_ms):
            return SilenceEnded(silent_ms=silent_ms, node_id=node_id, happening_seq=seq)
        case Overlapped(overlap_ms):
            return OverlapHeard(overlap_ms=overlap_ms, node_id=node_id, happening_seq=seq)


def held(operator: OperatorLeg | None, source: Source, fact: Held | Resumed) -> Sequence[CallEvent]:
    """The customer's hold or the operator's; a supervisor's concerns nobody but themselves."""
    if fact.leg_id and operator is None:
        return []
    event = HoldStarted if isinstance(fact, Held) else HoldEnded
    return [
        event(
            leg_id=fact.leg_id,
            operator_id=operator.operator_id if operator else "",
            node_id=source.node_id,
            happening_seq=source.seq,
        )
    ]
