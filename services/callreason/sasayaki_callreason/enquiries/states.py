"""Where an enquiry stands."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sasayaki.callreason.v1.client_events import RecordingRule
from sasayaki.callreason.v1.enquiry_events import EnquiryOutcome, FormAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Digits that the customer gave, by the flow's name for them, sealed."""

    name: str
    sealed: str
    count: int
    confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of an enquiry in whatever state; empty text: nothing yet."""

    client_id: str = ""
    flow_id: str = ""
    flow_version: int = 0
    dialled_number: str = ""
    caller_known: bool = True
    caller_hash: str = ""
    language: str = ""
    path: tuple[str, ...] = ()
    plays: int = 0
    waits: int = 0
    """Plays to the customer who waits in a queue."""
    guidance_heard: bool = False
    given: tuple[Given, ...] = ()
    stated_reason_id: str = ""
    confirmed_reason_id: str = ""
    operator_id: str = ""
    route_step_id: str = ""
    callback_step_id: str = ""
    previous_contact_id: str = ""
    recording: RecordingRule = RecordingRule.ALL
    left_with: EnquiryOutcome | None = None
    """How it ends whenever the customer goes: a voicemail, a callback, a talk outside."""

    @property
    def reason_id(self) -> str:
        return self.confirmed_reason_id or self.stated_reason_id


@dataclass(frozen=True, slots=True)
class NotOpened:
    facts: Facts = Facts()


@dataclass(frozen=True, slots=True)
class Calling:
    """A customer is being called back."""

    facts: Facts


@dataclass(frozen=True, slots=True)
class Playing:
    """An announcement is heard."""

    facts: Facts
    step_id: str
    play_id: str
    guidance: bool


@dataclass(frozen=True, slots=True)
class Asking:
    """A menu is heard or its key awaited."""

    facts: Facts
    step_id: str
    play_id: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Collecting:
    """Digits are asked for."""

    facts: Facts
    step_id: str
    play_id: str
    attempt: int


@dataclass(frozen=True, slots=True)
class ReadingBack:
    """The digits of the `attempt` are read back, or the key that they are right is awaited."""

    facts: Facts
    step_id: str
    play_id: str
    attempt: int


@dataclass(frozen=True, slots=True)
class LeavingVoicemail:
    """The tone was given; the customer speaks."""

    facts: Facts
    step_id: str
    play_id: str


@dataclass(frozen=True, slots=True)
class PassingOut:
    """Somebody outside is called or, when `reached`, talks with the customer."""

    facts: Facts
    step_id: str
    reached: bool


@dataclass(frozen=True, slots=True)
class Queued:
    """The customer waits; `offered` while the play asks for a key."""

    facts: Facts
    step_id: str = ""
    play_id: str = ""
    offered: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """The flow is through; the call is being ended."""

    facts: Facts


@dataclass(frozen=True, slots=True)
class Talking:
    facts: Facts


@dataclass(frozen=True, slots=True)
class WrappingUp:
    facts: Facts
    respond_by: datetime


@dataclass(frozen=True, slots=True)
class Over:
    facts: Facts
    outcome: EnquiryOutcome
    answers: tuple[FormAnswer, ...]


InFlow: TypeAlias = (
    NotOpened
    | Calling
    | Playing
    | Asking
    | Collecting
    | ReadingBack
    | LeavingVoicemail
    | PassingOut
    | Queued
    | Ending
)
"""Before anybody of ours has talked, or between two who have."""

State: TypeAlias = InFlow | Talking | WrappingUp | Over
