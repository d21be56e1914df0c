"""A supervisor's connected phone: the stream `media.phone`, keyed by phone connection id.

These messages are stored for years. Add, never change: see docs/adr/0004.
An event that a happening of the media node caused carries `happening_seq` and `node_id`.
"""

# Generated from sasayaki/media/v1/phone_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Event,
    Int64,
    Recorded,
    Uint32,
)
from sasayaki.media.v1.call_events import LegEndReason


class PhoneConnected(Event, type="sasayaki.media.v1.PhoneConnected"):
    """A phone was picked up. It stays connected from call to call until it is hung up."""

    user_id: str
    node_phone_id: str
    """What the node calls this connection."""
    node_id: str
    happening_seq: Int64


class PhoneAttached(Event, type="sasayaki.media.v1.PhoneAttached"):
    """The phone is on a call."""

    contact_id: str
    leg_id: str
    node_id: str
    happening_seq: Int64


class PhoneDetached(Event, type="sasayaki.media.v1.PhoneDetached"):
    """The phone is on no call: it hears nothing and nobody hears it."""

    contact_id: str
    leg_id: str
    node_id: str
    happening_seq: Int64


class PhoneReleaseOrdered(Event, type="sasayaki.media.v1.PhoneReleaseOrdered"):
    """The phone is to be hung up."""


class PhoneGone(Event, type="sasayaki.media.v1.PhoneGone"):
    """The phone is connected no more."""

    reason: LegEndReason
    sip_code: Uint32 | None = None
    """SIP status, if a refusal was the reason."""
    node_id: str
    happening_seq: Int64


PhoneEvent: TypeAlias = (
    PhoneConnected
    | PhoneAttached
    | PhoneDetached
    | PhoneReleaseOrdered
    | PhoneGone
)
PhoneRecord: TypeAlias = Recorded[PhoneEvent]

EVENTS: tuple[type[Event], ...] = (
    PhoneConnected,
    PhoneAttached,
    PhoneDetached,
    PhoneReleaseOrdered,
    PhoneGone,
)
