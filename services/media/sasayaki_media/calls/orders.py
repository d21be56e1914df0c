"""The orders that a call waits for the node to carry out, as its state tells them.

Nothing else remembers an order: whoever starts again after a crash sends all of them again. Each
has a key that is the same every time, and the node carries out an order id once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from sasayaki.media.v1.call_events import CallPlaced, RecordingPolicy, SupervisionMode
from sasayaki_media.calls.states import (
    Answering,
    Arrived,
    Connected,
    HoldWish,
    LegPhase,
    OperatorLeg,
    PauseWish,
    Placing,
    Play,
    State,
    SupervisorLeg,
    Wish,
)


@dataclass(frozen=True, slots=True)
class AdmitCall:
    node_call_id: str

    @property
    def key(self) -> str:
        return "admit"


@dataclass(frozen=True, slots=True)
class PlaceCall:
    placed: CallPlaced

    @property
    def key(self) -> str:
        return "place"


@dataclass(frozen=True, slots=True)
class AnswerCall:
    record: RecordingPolicy

    @property
    def key(self) -> str:
        return "answer"


@dataclass(frozen=True, slots=True)
class StartPlay:
    play: Play

    @property
    def key(self) -> str:
        return f"play/{self.play.number}"


@dataclass(frozen=True, slots=True)
class StopPlay:
    play: Play

    @property
    def key(self) -> str:
        return f"stop-play/{self.play.number}"


@dataclass(frozen=True, slots=True)
class PutOnHold:
    """Puts the customer on hold or takes them back."""

    wish: HoldWish

    @property
    def key(self) -> str:
        return f"hold/{self.wish.changes}"


@dataclass(frozen=True, slots=True)
class PauseTap:
    """Stops the writing or lets it go on."""

    wish: PauseWish

    @property
    def key(self) -> str:
        return f"pause-tap/{self.wish.changes}"


@dataclass(frozen=True, slots=True)
class AnswerRefer:
    leg_id: str
    asks: int
    sip_code: int

    @property
    def key(self) -> str:
        return f"answer-refer/{self.leg_id}/{self.asks}"


@dataclass(frozen=True, slots=True)
class DialLeg:
    """An operator's phone, or a number outside that is shown `our_number`."""

    leg: OperatorLeg
    our_number: str

    @property
    def key(self) -> str:
        return f"dial/{self.leg.leg_id}"


@dataclass(frozen=True, slots=True)
class PickUpLeg:
    leg_id: str

    @property
    def key(self) -> str:
        return f"pick-up/{self.leg_id}"


@dataclass(frozen=True, slots=True)
class PutDownLeg:
    leg_id: str

    @property
    def key(self) -> str:
        return f"put-down/{self.leg_id}"


@dataclass(frozen=True, slots=True)
class MuteLeg:
    """Takes a voice out of the call or lets it in again."""

    leg_id: str
    wish: Wish

    @property
    def key(self) -> str:
        return f"mute/{self.leg_id}/{self.wish.changes}"


@dataclass(frozen=True, slots=True)
class TurnVoice:
    """Turns an operator's voice to the supervisors alone or back."""

    leg_id: str
    wish: Wish

    @property
    def key(self) -> str:
        return f"talk-back/{self.leg_id}/{self.wish.changes}"


@dataclass(frozen=True, slots=True)
class SetMode:
    leg_id: str
    supervisor_id: str
    mode: SupervisionMode
    keep_phone: bool
    change: int

    @property
    def key(self) -> str:
        return f"supervise/{self.leg_id}/{self.change}"


@dataclass(frozen=True, slots=True)
class RemoveSupervisor:
    leg_id: str

    @property
    def key(self) -> str:
        return f"unsupervise/{self.leg_id}"


@dataclass(frozen=True, slots=True)
class HangUpLeg:
    leg_id: str

    @property
    def key(self) -> str:
        return f"hang-up/{self.leg_id}"


@dataclass(frozen=True, slots=True)
class HangUpCall:
    @property
    def key(self) -> str:
        return "hang-up"


Order: TypeAlias = (
    AdmitCall
    | PlaceCall
    | AnswerCall
    | StartPlay
    | StopPlay
    | PutOnHold
    | PauseTap
    | AnswerRefer
    | DialLeg
    | PickUpLeg
    | PutDownLeg
    | MuteLeg
    | TurnVoice
    | SetMode
    | RemoveSupervisor
    | HangUpLeg
    | HangUpCall
)


def outstanding(state: State) -> tuple[Order, ...]:
    """What is ordered and not yet known to have happened, in the order to send it in."""
    return tuple(_orders(state))


def _orders(state: State) -> Iterator[Order]:
    match state:
        case Arrived(thread):
            yield AdmitCall(thread.node_call_id)
            if thread.leaving:
                yield HangUpCall()
        case Answering(thread, record):
            yield AdmitCall(thread.node_call_id)
            # A play waits for the answer: nobody would hear it before.
            yield HangUpCall() if thread.leaving else AnswerCall(record)
        case Placing(thread, placed):
            yield PlaceCall(placed)
            if thread.leaving:
                yield HangUpCall()
        case Connected(thread) if thread.leaving:
            yield HangUpCall()
        case Connected():
            yield from _in_talk(state)
        case _:
            return


def _in_talk(state: Connected) -> Iterator[Order]:
    """A pause goes first: what follows it may be said already while it is not to be written."""
    if state.pause.wanted != state.pause.paused and state.tapped:
        yield PauseTap(state.pause)
    for play in state.thread.plays:
        yield StartPlay(play)
        if play.stopping:
            yield StopPlay(play)
    if state.hold.wanted != state.hold.held:
        yield PutOnHold(state.hold)
    yield from _of_operators(state.operators, state.thread.our_number)
    for supervisor in state.supervisors:
        yield from _of_supervisor(supervisor)


def _of_operators(legs: tuple[OperatorLeg, ...], our_number: str) -> Iterator[Order]:
    """A dial waits until the legs that make room for it are over: the node rings one at a time.

    The answer to a phone's transfer is sent on every connection while its leg stays: no happening
    shows that the phone got it.
    """
    leaving = [leg for leg in legs if leg.leaving]
    for leg in legs:
        if leg.answer is not None:
            yield AnswerRefer(leg.leg_id, leg.asks, leg.answer)
        if leg.leaving:
            yield HangUpLeg(leg.leg_id)
        elif leg.phase is LegPhase.DIALLED and not leaving:
            yield DialLeg(leg, our_number)
        if leg.picking_up and leg.phase < LegPhase.PICKED_UP and not leg.leaving:
            yield PickUpLeg(leg.leg_id)
        if leg.talk_back.wanted != leg.talk_back.holds:
            yield TurnVoice(leg.leg_id, leg.talk_back)
        yield from _of_voice(leg)


def _of_voice(leg: OperatorLeg | SupervisorLeg) -> Iterator[Order]:
    if leg.mute.wanted != leg.mute.holds:
        yield MuteLeg(leg.leg_id, leg.mute)
    if leg.putting_down and not leg.leaving:
        yield PutDownLeg(leg.leg_id)


def _of_supervisor(leg: SupervisorLeg) -> Iterator[Order]:
    if leg.leaving:
        yield RemoveSupervisor(leg.leg_id)
    elif leg.heard is not leg.mode or leg.keep_changed:
        yield SetMode(leg.leg_id, leg.supervisor_id, leg.mode, leg.keep_phone, leg.changes)
    yield from _of_voice(leg)
