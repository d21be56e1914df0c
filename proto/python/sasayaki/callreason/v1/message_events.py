"""A message that an operator took for the client company's staff: the stream `callreason.message`, keyed by message id.

These messages are stored for years. Add, never change: see docs/adr/0004.
"""

# Generated from sasayaki/callreason/v1/message_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Bool,
    Event,
    OpenEnum,
    Recorded,
)


class Urgency(OpenEnum):
    """How urgent a message is."""

    UNSPECIFIED = "URGENCY_UNSPECIFIED"
    ORDINARY = "URGENCY_ORDINARY"
    TODAY = "URGENCY_TODAY"
    AT_ONCE = "URGENCY_AT_ONCE"


class MessageTaken(Event, type="sasayaki.callreason.v1.MessageTaken"):
    """An operator took a message: company, name, matter, number to call back, wished time."""

    contact_id: str
    operator_id: str
    fields_sealed: str
    """The fields as JSON, AES-256-GCM under the client company's key, base64url."""
    urgency: Urgency
    number_read_back: Bool
    """Whether the number was read back (復唱) to the customer."""
    reason_id: str


class MessageRead(Event, type="sasayaki.callreason.v1.MessageRead"):
    """Somebody of the client company, or who hands it on, has read it."""

    user_id: str


class MessageSettled(Event, type="sasayaki.callreason.v1.MessageSettled"):
    """It is settled."""

    user_id: str
    words_sealed: str
    """What was done, sealed."""


MessageEvent: TypeAlias = (
    MessageTaken
    | MessageRead
    | MessageSettled
)
MessageRecord: TypeAlias = Recorded[MessageEvent]

EVENTS: tuple[type[Event], ...] = (
    MessageTaken,
    MessageRead,
    MessageSettled,
)
