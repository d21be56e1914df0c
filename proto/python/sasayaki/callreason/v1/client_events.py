"""A client company as the outsourcer serves it: the stream `callreason.client`, keyed by client company id.

These messages are stored for years. Add, never change: see docs/adr/0004.
"""

# Generated from sasayaki/callreason/v1/client_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Bool,
    Event,
    Message,
    OpenEnum,
    Recorded,
    Uint32,
)


class FieldKind(OpenEnum):
    """What a field of a wrap-up form takes."""

    UNSPECIFIED = "FIELD_KIND_UNSPECIFIED"
    TEXT = "FIELD_KIND_TEXT"
    """Any text up to 2,000 characters."""
    CHOICE = "FIELD_KIND_CHOICE"
    """One of `choices`."""
    NUMBER = "FIELD_KIND_NUMBER"
    """A whole number."""


class Number(Message):
    """One of the client company's numbers and the flow that answers it."""

    number: str
    """E.164."""
    flow_id: str


class Reason(Message):
    """A reason for which customers of this company call."""

    reason_id: str
    """`rsn_…`"""
    label_ja: str
    label_en: str


class FormField(Message):
    """A field of the client company's wrap-up form."""

    key: str
    """Letters, digits and underscores."""
    label_ja: str
    label_en: str
    kind: FieldKind
    required: Bool
    choices: tuple[str, ...]


class ClientPut(Event, type="sasayaki.callreason.v1.ClientPut"):
    """A client company was made or its settings replaced."""

    client_id: str
    name: str
    numbers: tuple[Number, ...]
    reasons: tuple[Reason, ...]
    wrap_up_form: tuple[FormField, ...]
    wrap_up_ms_max: Uint32
    """How long an operator may take for the wrap-up."""
    queue_ids: tuple[str, ...]
    """Queues to which the company's flows may route; empty: any."""


ClientEvent: TypeAlias = (
    ClientPut
)
ClientRecord: TypeAlias = Recorded[ClientEvent]

EVENTS: tuple[type[Event], ...] = (
    ClientPut,
)
