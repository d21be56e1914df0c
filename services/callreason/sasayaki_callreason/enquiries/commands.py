"""What an enquiry is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias

from sasayaki.callreason.v1.client_events import RecordingRule
from sasayaki.callreason.v1.enquiry_events import EnquiryOutcome, FormAnswer
from sasayaki_callreason.flows.flow import Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """The call has arrived at a number with a flow."""

    client_id: str
    dialled_number: str
    flow: Flow
    flow_version: int
    caller_known: bool = True
    caller_hash: str = ""
    recording: RecordingRule = RecordingRule.ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack:
    """A customer is being called back: the flow goes on where the previous contact asked for it."""

    client_id: str
    dialled_number: str
    flow: Flow
    flow_version: int
    previous_contact_id: str
    language: str
    reason_id: str
    caller_hash: str = ""
    recording: RecordingRule = RecordingRule.ALL


@dataclass(frozen=True, slots=True)
class TurnAway:
    """The call has arrived at a number without a flow."""


@dataclass(frozen=True, slots=True)
class Running:
    """The version that the enquiry began with, and in plain the digits that the customer gave."""

    flow: Flow
    digits: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CustomerAnswered:
    """The customer whom we called picked up; it goes on at `step_id`."""

    step_id: str
    running: Running


@dataclass(frozen=True, slots=True)
class PromptHeard:
    """A play ended with the customer still there."""

    play_id: str
    running: Running


@dataclass(frozen=True, slots=True)
class DigitsPressed:
    """Keys came, or none in time; those that a step asked for come sealed, with their count."""

    play_id: str
    digits: str
    running: Running
    sealed: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TellWait:
    """The customer who waits is to be told how they stand."""

    position: int
    wait_ms_estimate: int | None
    running: Running


@dataclass(frozen=True, slots=True, kw_only=True)
class PassOn:
    """The operator gave the customer away: to a colleague who talks, or to wait again.

    Of one who waits it is news from two sides; `waits` is of the one that lets them hear music.
    """

    operator_id: str
    to_operator_id: str
    waits: bool
    running: Running


@dataclass(frozen=True, slots=True)
class OutsideAnswered:
    """The person outside picked up."""


@dataclass(frozen=True, slots=True)
class OutsideEnded:
    """The person outside was not reached, or has left."""

    running: Running


@dataclass(frozen=True, slots=True)
class StartTalk:
    """An operator and the customer hear each other."""

    operator_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCall:
    """The call is over, `lost` by a fault of ours; a wrap-up may take `wrap_up`."""

    lost: bool
    wrap_up: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """A supervisor has taken the call over from the operator, whose wrap-up may take `wrap_up`."""

    operator_id: str
    wrap_up: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmReason:
    """`user_id` says what the reason is; `own_only` when they may only say it of their contact."""

    reason_id: str
    user_id: str
    own_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteWrapUp:
    """The contact's operator sends the form; an empty reason means the one known before.

    `outcomes` says for which reasons it closes as something else than HANDLED.
    """

    reason_id: str
    user_id: str
    answers: tuple[FormAnswer, ...]
    outcomes: Mapping[str, EnquiryOutcome] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LapseWrapUp:
    """The time for the wrap-up is over."""


Command: TypeAlias = (
    Open
    | CallBack
    | TurnAway
    | CustomerAnswered
    | PromptHeard
    | DigitsPressed
    | TellWait
    | PassOn
    | OutsideAnswered
    | OutsideEnded
    | StartTalk
    | EndCall
    | HandOver
    | ConfirmReason
    | CompleteWrapUp
    | LapseWrapUp
)
