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


class ReasonKind(OpenEnum):
    """What a reason says about the contact."""

    UNSPECIFIED = "REASON_KIND_UNSPECIFIED"
    ORDINARY = "REASON_KIND_ORDINARY"
    """A customer's matter."""
    WRONG_NUMBER = "REASON_KIND_WRONG_NUMBER"
    """Somebody dialled wrong."""
    PRANK = "REASON_KIND_PRANK"
    """A prank."""


class RecordingRule(OpenEnum):
    """How much of a company's calls is recorded."""

    UNSPECIFIED = "RECORDING_RULE_UNSPECIFIED"
    ALL = "RECORDING_RULE_ALL"
    """Every call, from the guidance on."""
    NONE = "RECORDING_RULE_NONE"
    """None."""
    SAMPLE = "RECORDING_RULE_SAMPLE"
    """`sample_percent` of the calls, drawn by contact id."""
    ON_ALERT = "RECORDING_RULE_ON_ALERT"
    """From the guidance on; deleted at the end unless an alert was raised."""


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
    parent_id: str | None = None
    """The reason above it in the tree (at most three levels); absent: a first-level one."""
    kind: ReasonKind | None = None
    """Absent: ORDINARY."""


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
    recording: RecordingRule | None = None
    """Absent: ALL."""
    sample_percent: Uint32 | None = None
    """With SAMPLE: 1 to 99."""


ClientEvent: TypeAlias = (
    ClientPut
)
ClientRecord: TypeAlias = Recorded[ClientEvent]

EVENTS: tuple[type[Event], ...] = (
    ClientPut,
)
