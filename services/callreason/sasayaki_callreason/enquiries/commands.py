"""What an enquiry is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias

from sasayaki.callreason.v1.enquiry_events import EnquiryOutcome, FormAnswer
from sasayaki_callreason.flows.flow import Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """The call has arrived at a number with a flow."""

    client_id: str
    dialled_number: str
    flow: Flow
    flow_version: int


@dataclass(frozen=True, slots=True)
class TurnAway:
    """The call has arrived at a number without a flow."""


@dataclass(frozen=True, slots=True)
class PromptHeard:
    """A play ended with the customer still there; `flow` is the enquiry's version."""

    play_id: str
    flow: Flow


@dataclass(frozen=True, slots=True)
class DigitsPressed:
    """Keys came, or none in time; `flow` is the enquiry's version."""

    play_id: str
    digits: str
    flow: Flow


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
    | TurnAway
    | PromptHeard
    | DigitsPressed
    | StartTalk
    | EndCall
    | HandOver
    | ConfirmReason
    | CompleteWrapUp
    | LapseWrapUp
)
