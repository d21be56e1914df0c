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
from sasayaki.callreason.v1.client_events import RecordingRule


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
    VOICEMAIL = "ENQUIRY_OUTCOME_VOICEMAIL"
    """The customer left a voicemail."""
    TRANSFERRED_OUT = "ENQUIRY_OUTCOME_TRANSFERRED_OUT"
    """The flow passed the customer on to a number outside."""
    CALLBACK = "ENQUIRY_OUTCOME_CALLBACK"
    """The customer is to be called back."""
    WRONG_NUMBER = "ENQUIRY_OUTCOME_WRONG_NUMBER"
    """The operator said so in the wrap-up: a wrong number."""
    PRANK = "ENQUIRY_OUTCOME_PRANK"
    """The operator said so in the wrap-up: a prank."""
    NOT_REACHED = "ENQUIRY_OUTCOME_NOT_REACHED"
    """The customer whom we called did not answer."""


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
    previous_contact_id: str | None = None
    """The contact that is called back with this one."""
    language: str | None = None
    """`ja` or `en`: the flow's first."""
    caller_known: Bool | None = None
    """Whether the caller's number is known."""
    recording: RecordingRule | None = None
    """What becomes of this call by the company's rule: ALL, NONE or ON_ALERT. Absent: ALL."""
    caller_hash: str | None = None
    """Keyed hash of the caller's number, as in `CallArrived`."""


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


class DigitsAsked(Event, type="sasayaki.callreason.v1.DigitsAsked"):
    """Digits are to be collected: a prompt is played and up to `digits_most` keys are awaited."""

    step_id: str
    play_id: str
    prompt_sha256: str
    attempt: Uint32
    digits_most: Uint32
    wait_ms: Uint32


class DigitsReadBack(Event, type="sasayaki.callreason.v1.DigitsReadBack"):
    """The digits are to be read back and a key awaited: right, or again."""

    step_id: str
    play_id: str
    read_back_play_id: str
    """The play that collected them."""
    prompt_sha256: tuple[str, ...]
    digit_sha256: tuple[str, ...]
    """Of 0 to 9."""
    closing_sha256: tuple[str, ...]
    wait_ms: Uint32


class DigitsKept(Event, type="sasayaki.callreason.v1.DigitsKept"):
    """The customer's digits are kept under a name for later steps, the operator and a callback."""

    step_id: str
    name: str
    """As the flow names it."""
    digits_sealed: str
    """AES-256-GCM under the client company's key, base64url."""
    digits_count: Uint32
    confirmed: Bool
    """Whether the customer said that they are right after hearing them."""


class HoursLookedUp(Event, type="sasayaki.callreason.v1.HoursLookedUp"):
    """The opening hours were looked up."""

    step_id: str
    open: Bool
    because: str
    """Name of the holiday or exception that decided, if one did."""


class BranchTaken(Event, type="sasayaki.callreason.v1.BranchTaken"):
    """A branch was taken without asking the customer."""

    step_id: str
    next_step_id: str


class LanguageSet(Event, type="sasayaki.callreason.v1.LanguageSet"):
    """The customer's language from here on."""

    step_id: str
    language: str
    """`ja` or `en`."""


class VoicemailEntered(Event, type="sasayaki.callreason.v1.VoicemailEntered"):
    """The customer is asked for a voicemail: prompt, tone, then what they say is recorded."""

    step_id: str
    play_id: str
    prompt_sha256: tuple[str, ...]
    longest_ms: Uint32


class VoicemailLeft(Event, type="sasayaki.callreason.v1.VoicemailLeft"):
    """The customer has left a voicemail: it is in the contact's recording from here back to `VoicemailEntered`."""

    step_id: str
    queue_id: str


class TransferOutEntered(Event, type="sasayaki.callreason.v1.TransferOutEntered"):
    """The customer is to be passed on to a number outside."""

    step_id: str
    number: str
    """E.164, from the flow."""
    ring_ms: Uint32 | None = None
    """How long it may ring."""


class TransferOutReached(Event, type="sasayaki.callreason.v1.TransferOutReached"):
    """The customer talks with the person outside."""

    step_id: str


class TransferOutFailed(Event, type="sasayaki.callreason.v1.TransferOutFailed"):
    """Nobody outside was reached, or may be: the flow goes on."""

    step_id: str


class CallbackEntered(Event, type="sasayaki.callreason.v1.CallbackEntered"):
    """The customer wants to be called back."""

    step_id: str
    queue_id: str
    required_skills: tuple[str, ...]
    priority: Uint32
    number_sealed: str
    """Digits that the customer gave, sealed; empty: the caller's number."""


class WaitEntered(Event, type="sasayaki.callreason.v1.WaitEntered"):
    """A waiting customer hears this: where they stand, then music."""

    step_id: str
    play_id: str
    prompt_sha256: tuple[str, ...]
    repeat: Bool
    """The last prompt again and again."""
    wait_ms: Uint32
    """A key is awaited after the prompts: the offer of a callback."""


class EnquiryPassedOn(Event, type="sasayaki.callreason.v1.EnquiryPassedOn"):
    """The operator gave the customer to another: their part is over without a form, the next one fills it in."""

    operator_id: str


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
    previous_contact_id: str | None = None
    """The contact that is called back with this one."""


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
    | DigitsAsked
    | DigitsReadBack
    | DigitsKept
    | HoursLookedUp
    | BranchTaken
    | LanguageSet
    | VoicemailEntered
    | VoicemailLeft
    | TransferOutEntered
    | TransferOutReached
    | TransferOutFailed
    | CallbackEntered
    | WaitEntered
    | EnquiryPassedOn
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
    DigitsAsked,
    DigitsReadBack,
    DigitsKept,
    HoursLookedUp,
    BranchTaken,
    LanguageSet,
    VoicemailEntered,
    VoicemailLeft,
    TransferOutEntered,
    TransferOutReached,
    TransferOutFailed,
    CallbackEntered,
    WaitEntered,
    EnquiryPassedOn,
    ReasonStated,
    EnquiryRouted,
    FlowEnded,
    EnquiryTaken,
    WrapUpAsked,
    ReasonConfirmed,
    EnquiryClosed,
)
