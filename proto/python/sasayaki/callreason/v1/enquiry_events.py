"""One contact's way through a flow, its reason and its wrap-up: the stream `callreason.enquiry`, keyed by contact id.

These messages are stored for years. Add, never change: see docs/adr/0004.
"""

# Generated from sasayaki/callreason/v1/enquiry_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Bool,
    Event,
    Instant,
    Message,
    OpenEnum,
    Recorded,
    Uint32,
)


class EnquiryOutcome(OpenEnum):
    """How an enquiry ended."""

    UNSPECIFIED = "ENQUIRY_OUTCOME_UNSPECIFIED"
    HANDLED = "ENQUIRY_OUTCOME_HANDLED"
    """An operator talked with the customer and completed the wrap-up."""
    HANDLED_WITHOUT_WRAP_UP = "ENQUIRY_OUTCOME_HANDLED_WITHOUT_WRAP_UP"
    """An operator talked with the customer; the wrap-up was not completed in time."""
    LEFT_IN_GUIDANCE = "ENQUIRY_OUTCOME_LEFT_IN_GUIDANCE"
    """The customer hung up during the guidance."""
    LEFT_IN_FLOW = "ENQUIRY_OUTCOME_LEFT_IN_FLOW"
    """The customer hung up in the flow, after the guidance."""
    LEFT_IN_QUEUE = "ENQUIRY_OUTCOME_LEFT_IN_QUEUE"
    """The customer hung up while waiting for an operator."""
    RELEASED = "ENQUIRY_OUTCOME_RELEASED"
    """The flow ended the call."""
    LOST = "ENQUIRY_OUTCOME_LOST"
    """The call was lost by a fault of ours."""


class FormAnswer(Message):
    """An answer in a wrap-up form."""

    key: str
    value: str


class EnquiryOpened(Event, type="sasayaki.callreason.v1.EnquiryOpened"):
    """The flow for the dialled number began."""

    client_id: str
    flow_id: str
    flow_version: Uint32
    dialled_number: str


class AnnouncementEntered(Event, type="sasayaki.callreason.v1.AnnouncementEntered"):
    """An announcement is to be played."""

    step_id: str
    play_id: str
    prompt_sha256: str
    guidance: Bool
    """Whether it is the recording guidance."""


class MenuEntered(Event, type="sasayaki.callreason.v1.MenuEntered"):
    """A menu is to be played and a key collected."""

    step_id: str
    play_id: str
    prompt_sha256: str
    attempt: Uint32
    """1 at the first time, 2 after a wrong key or silence …"""
    wait_ms: Uint32
    """Wait for a key after the prompt."""


class ReasonStated(Event, type="sasayaki.callreason.v1.ReasonStated"):
    """The customer said by key why they call."""

    step_id: str
    reason_id: str
    key: str


class EnquiryRouted(Event, type="sasayaki.callreason.v1.EnquiryRouted"):
    """The flow sent the contact to a queue."""

    step_id: str
    queue_id: str
    required_skills: tuple[str, ...]
    priority: Uint32


class FlowEnded(Event, type="sasayaki.callreason.v1.FlowEnded"):
    """The flow's last step: the call is to be ended."""

    step_id: str


class EnquiryTaken(Event, type="sasayaki.callreason.v1.EnquiryTaken"):
    """An operator talks with the customer."""

    operator_id: str


class WrapUpAsked(Event, type="sasayaki.callreason.v1.WrapUpAsked"):
    """The call is over, or goes on with a supervisor, and the operator is asked for the wrap-up."""

    operator_id: str
    respond_by: Instant


class ReasonConfirmed(Event, type="sasayaki.callreason.v1.ReasonConfirmed"):
    """An operator confirmed or corrected the reason."""

    reason_id: str
    operator_id: str


class EnquiryClosed(Event, type="sasayaki.callreason.v1.EnquiryClosed"):
    """The enquiry reached its final state."""

    outcome: EnquiryOutcome
    reason_id: str
    """The confirmed reason, else the stated one; empty when neither is known."""
    operator_id: str
    answers: tuple[FormAnswer, ...]


EnquiryEvent: TypeAlias = (
    EnquiryOpened
    | AnnouncementEntered
    | MenuEntered
    | ReasonStated
    | EnquiryRouted
    | FlowEnded
    | EnquiryTaken
    | WrapUpAsked
    | ReasonConfirmed
    | EnquiryClosed
)
EnquiryRecord: TypeAlias = Recorded[EnquiryEvent]

EVENTS: tuple[type[Event], ...] = (
    EnquiryOpened,
    AnnouncementEntered,
    MenuEntered,
    ReasonStated,
    EnquiryRouted,
    FlowEnded,
    EnquiryTaken,
    WrapUpAsked,
    ReasonConfirmed,
    EnquiryClosed,
)
