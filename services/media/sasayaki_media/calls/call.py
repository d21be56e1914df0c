"""One call: what may be asked of it, what happened in it, and what follows.

An order to the node is an event first (`AnswerOrdered`, `OperatorLegDialled`, …) and outstanding
until what the node says shows that it was carried out: see `orders.py`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sasayaki.media.v1.call_events import (
    EVENTS,
    CallArrived,
    CallEvent,
    CallPlaced,
    HangUpOrdered,
)
from sasayaki_chassis.decider import Decider, Refused
from sasayaki_media.calls.asked import met
from sasayaki_media.calls.asked_legs import hung_up, unsupervised
from sasayaki_media.calls.asked_voices import put_down
from sasayaki_media.calls.commands import (
    Answer,
    AnswerTransfer,
    Arrive,
    Command,
    Dial,
    DialOutside,
    FailOrder,
    GiveUp,
    HangUp,
    Hold,
    LoseNode,
    Mute,
    Note,
    PauseRecording,
    PickUp,
    Place,
    PlayPrompt,
    PutDown,
    StopPrompt,
    Supervise,
    TalkBack,
    Unsupervise,
)
from sasayaki_media.calls.facts import lost, note
from sasayaki_media.calls.failures import failed
from sasayaki_media.calls.history import evolve
from sasayaki_media.calls.states import (
    Answering,
    Arrived,
    Connected,
    Ended,
    New,
    Placing,
    State,
)

ANSWER_WINDOW = timedelta(seconds=30)
"""A call that nobody orders to be answered is ended: no caller listens to ringing longer."""


def decide(state: State, command: Command, now: datetime) -> Sequence[CallEvent]:
    """Read as a table: a fact is taken down or passed over, a request is met or refused."""
    match state, command:
        case New(), Arrive():
            return [_arrived(command, now)]
        case New(), Place():
            return [_placed(command)]
        case _, (Arrive() | Place()):
            return []  # the happening was delivered twice, or the customer is called already
        case ((Arrived() | Answering() | Placing() | Connected() | Ended()), Note(source, fact)):
            return note(state, source, fact)
        case ((Arrived() | Answering() | Placing() | Connected()), FailOrder(key, error)):
            return failed(state, key, error)
        case ((Arrived() | Answering() | Placing() | Connected()), LoseNode(node_id)):
            return lost(state, node_id)
        case Arrived(thread), GiveUp():
            return [] if thread.leaving else [HangUpOrdered(leg_id="")]
        case _, (Note() | FailOrder() | LoseNode() | GiveUp()):
            return []  # about a call that is over, or was never ours
        case New(), _:
            raise Refused("UNKNOWN_CONTACT", "no such contact")
        case Ended(), (Unsupervise() | HangUp() | PutDown() | StopPrompt() | AnswerTransfer()):
            return []  # leaving twice is not an error, nor stopping what is over
        case Ended(), _:
            raise Refused("CALL_ENDED", "the call is over")
        case ((Arrived() | Answering() | Placing() | Connected()), HangUp()):
            return hung_up(state, command)
        case ((Arrived() | Answering() | Placing() | Connected()), Unsupervise()):
            return unsupervised(state, command)
        case ((Arrived() | Answering() | Placing() | Connected()), PutDown()):
            return put_down(state, command) if isinstance(state, Connected) else []
        case (
            (Arrived() | Answering() | Placing() | Connected()),
            (
                Answer()
                | PlayPrompt()
                | StopPrompt()
                | Dial()
                | DialOutside()
                | Hold()
                | PauseRecording()
                | AnswerTransfer()
                | Supervise()
                | PickUp()
                | Mute()
                | TalkBack()
            ),
        ):
            return met(state, command)
        case _:
            # mypy cannot narrow a pair: the table above is whole.
            raise AssertionError(f"{type(command).__name__} when {type(state).__name__}")


def deadline(state: State) -> tuple[datetime, Command] | None:
    """When an arrived call is given up."""
    match state:
        case Arrived(thread, answer_by) if answer_by is not None and not thread.leaving:
            return answer_by, GiveUp()
        case _:
            return None


def _arrived(command: Arrive, now: datetime) -> CallArrived:
    return CallArrived(
        dialled_number=command.dialled_number,
        caller_hash=command.caller_hash,
        caller_sealed=command.caller_sealed,
        node_id=command.source.node_id,
        happening_seq=command.source.seq,
        node_call_id=command.node_call_id,
        answer_by=now + ANSWER_WINDOW,
    )


def _placed(command: Place) -> CallPlaced:
    return CallPlaced(
        from_number=command.from_number,
        caller_hash=command.caller_hash,
        caller_sealed=command.caller_sealed,
        previous_contact_id=command.previous_contact_id,
        ring_ms_max=command.ring_ms_max,
        node_id=command.node_id,
        record=command.record,
    )


CALL: Decider[State, Command, CallEvent] = Decider(
    stream="media.call",
    initial=New(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
    partitions=12,
    is_over=lambda state: isinstance(state, Ended),
)
