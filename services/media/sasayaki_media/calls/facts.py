"""What the node says happened, as events of the call.

A fact that was taken down before, or that the call's state rules out, comes to nothing.
"""

from collections.abc import Sequence
from typing import assert_never

from sasayaki.media.v1.call_events import (
    CallAnswered,
    CallEnded,
    CallEndReason,
    CallEvent,
    CustomerRang,
    DigitsCollected,
    DigitsOutcome,
    GuidancePlayed,
    LegEndReason,
    PromptOrdered,
    PromptOutcome,
    PromptPlayed,
    TapClosed,
    TapOpened,
)
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
from sasayaki_media.calls.leg_facts import (
    came_on,
    mode_applied,
    operator_gone,
    operator_left,
    operator_of,
    supervisor_left,
    supervisor_of,
    transfer_asked,
)
from sasayaki_media.calls.states import (
    Connected,
    Ended,
    Live,
    Placing,
    Play,
)
from sasayaki_media.calls.talk import customer_held, held, talk_went, tap_rested
from sasayaki_media.calls.voices import voice_went

_PROMPT_OUTCOME = {
    # Digits that came or did not: the prompts were heard or cut short by a key.
    PlayEnd.COMPLETED: PromptOutcome.COMPLETED,
    PlayEnd.COLLECTED: PromptOutcome.COMPLETED,
    PlayEnd.TIMED_OUT: PromptOutcome.COMPLETED,
    PlayEnd.HUNG_UP: PromptOutcome.HUNG_UP,
    PlayEnd.STOPPED: PromptOutcome.STOPPED,
}
_DIGITS_OUTCOME = {
    PlayEnd.COLLECTED: DigitsOutcome.COLLECTED,
    PlayEnd.TIMED_OUT: DigitsOutcome.TIMED_OUT,
    PlayEnd.HUNG_UP: DigitsOutcome.HUNG_UP,
}


def note(state: Live | Ended, source: Source, fact: Fact) -> Sequence[CallEvent]:
    """The events of one happening, all with its number."""
    thread = state.thread
    if source.node_id != thread.node_id or source.seq <= thread.seen_seq:
        return []
    if isinstance(state, Ended):
        closed = isinstance(fact, TapStopped) and state.tapped
        return [_tap_closed(source, fact)] if closed and isinstance(fact, TapStopped) else []
    match fact:
        case Withdrawn():
            return over(state, CallEndReason.CUSTOMER_HUNG_UP, source)
        case Over(reason):
            return over(state, reason, source)
        case Answered():
            answered = CallAnswered(node_id=source.node_id, happening_seq=source.seq)
            return [] if isinstance(state, Connected) else [answered]
        case Played():
            return _played(state, source, fact)
        case PhoneRang():
            rang = CustomerRang(node_id=source.node_id, happening_seq=source.seq)
            return [rang] if isinstance(state, Placing) else []
        case _ if isinstance(state, Connected):
            return _in_talk(state, source, fact)
        case _:
            return []


def over(state: Live, reason: CallEndReason, source: Source) -> Sequence[CallEvent]:
    """The end of the call: first of the legs that the node did not name, so that nobody is left."""
    ends: list[CallEvent] = []
    if isinstance(state, Connected):
        by_call = LegLeft("", LegEndReason.CALL_ENDED, None)
        ends += [operator_left(state, leg, source, by_call) for leg in state.operators]
        ends += [supervisor_left(leg, source, by_call) for leg in state.supervisors]
    ended = CallEnded(reason=reason, node_id=source.node_id, happening_seq=source.seq)
    return [*ends, ended]


def lost(state: Live, node_id: str) -> Sequence[CallEvent]:
    """The end of a call whose node is gone, as far as it is on that node."""
    if node_id != state.thread.node_id:
        return []
    return over(state, CallEndReason.NODE_LOST, Source(node_id, 0))


def _played(state: Live, source: Source, fact: Played) -> Sequence[CallEvent]:
    for play in state.thread.plays:
        if play.ordered.play_id == fact.play_id:
            return play_ended(play, source, fact)
    return []


def play_ended(play: Play, source: Source, fact: Played) -> Sequence[CallEvent]:
    """Guidance heard is a fact of its own; digits that were asked for are told apart from none."""
    ordered = play.ordered
    events: list[CallEvent] = []
    if ordered.guidance:
        events.append(_guidance_played(ordered, source, fact))
    if ordered.digits_max and fact.end in _DIGITS_OUTCOME:
        events.append(_digits_collected(play, source, fact))
    return events or [_prompt_played(source, fact)]


def _guidance_played(ordered: PromptOrdered, source: Source, fact: Played) -> GuidancePlayed:
    return GuidancePlayed(
        play_id=fact.play_id,
        prompt_sha256=ordered.prompt_sha256[0],
        heard_ms=fact.heard_ms,
        total_ms=fact.total_ms,
        outcome=_PROMPT_OUTCOME[fact.end],
        node_id=source.node_id,
        happening_seq=source.seq,
    )


def _digits_collected(play: Play, source: Source, fact: Played) -> DigitsCollected:
    """Personal digits only sealed; those keyed while nothing may be written not at all."""
    hidden = play.withheld or bool(play.ordered.sealed)
    sealed = "" if play.withheld else fact.digits_sealed
    return DigitsCollected(
        play_id=fact.play_id,
        digits="" if hidden else fact.digits,
        digits_sealed=(sealed or None) if hidden else None,
        digits_count=len(fact.digits) if hidden else None,
        outcome=_DIGITS_OUTCOME[fact.end],
        heard_ms=fact.heard_ms,
        node_id=source.node_id,
        happening_seq=source.seq,
    )


def _prompt_played(source: Source, fact: Played) -> PromptPlayed:
    return PromptPlayed(
        play_id=fact.play_id,
        heard_ms=fact.heard_ms,
        total_ms=fact.total_ms,
        outcome=_PROMPT_OUTCOME[fact.end],
        node_id=source.node_id,
        happening_seq=source.seq,
    )


def _in_talk(state: Connected, source: Source, fact: Fact) -> Sequence[CallEvent]:
    """What happens only between the answer and the end."""
    match fact:
        case TapBegan():
            opened = TapOpened(node_id=source.node_id, happening_seq=source.seq)
            return [] if state.tapped else [opened]
        case TapStopped():
            return [_tap_closed(source, fact)] if state.tapped else []
        case Rang(leg_id) | PickedUp(leg_id) | Joined(leg_id):
            operator = operator_of(state, leg_id)
            return came_on(operator, source, fact) if operator else []
        case ModeApplied(leg_id):
            supervisor = supervisor_of(state, leg_id)
            return mode_applied(state, supervisor, source, fact) if supervisor else []
        case LegLeft(leg_id):
            if operator := operator_of(state, leg_id):
                return operator_gone(state, operator, source, fact)
            supervisor = supervisor_of(state, leg_id)
            return [supervisor_left(supervisor, source, fact)] if supervisor else []
        case FellSilent() | BrokeSilence() | Overlapped():
            return [talk_went(source, fact)]
        case Held() | Resumed():
            return held(operator_of(state, fact.leg_id), source, fact)
        case CustomerPutOnHold() | TakenBack():
            return customer_held(state.hold, source, fact)
        case Muted() | TalkedBack():
            return voice_went(state, source, fact)
        case TapRested() | TapWentOn():
            return tap_rested(state.pause, source, fact)
        case Referred(leg_id):
            operator = operator_of(state, leg_id)
            return transfer_asked(state, operator, source, fact) if operator else []
        case Withdrawn() | PhoneRang() | Answered() | Played() | Over():
            raise AssertionError(f"{type(fact).__name__} is taken down before")
        case _:
            assert_never(fact)


def _tap_closed(source: Source, fact: TapStopped) -> TapClosed:
    return TapClosed(
        recorded_ms=fact.recorded_ms,
        pages=fact.pages,
        node_id=source.node_id,
        happening_seq=source.seq,
    )
