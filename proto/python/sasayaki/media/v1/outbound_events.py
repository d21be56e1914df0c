"""Calls out of the centre: the stream `media.outbound`, keyed by client company id (by tenant id for what concerns no
company). Its decider holds the caps.

These messages are stored for years. Add, never change: see docs/adr/0004.
"""

# Generated from sasayaki/media/v1/outbound_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Event,
    Instant,
    OpenEnum,
    Recorded,
    Uint32,
)


class OutboundRefusal(OpenEnum):
    """Why nobody was called, or what smelt of fraud."""

    UNSPECIFIED = "OUTBOUND_REFUSAL_UNSPECIFIED"
    NUMBER_NOT_ALLOWED = "OUTBOUND_REFUSAL_NUMBER_NOT_ALLOWED"
    """The client company has no rule that allows the number."""
    NO_RIGHT = "OUTBOUND_REFUSAL_NO_RIGHT"
    """The caller has no right to it."""
    CONCURRENT_CAP = "OUTBOUND_REFUSAL_CONCURRENT_CAP"
    """As many calls at once as there may be."""
    MINUTE_CAP = "OUTBOUND_REFUSAL_MINUTE_CAP"
    """As many calls in a minute as there may be."""
    DAY_CAP = "OUTBOUND_REFUSAL_DAY_CAP"
    """As many calls in a day as there may be."""
    REFER_OUTSIDE = "OUTBOUND_REFUSAL_REFER_OUTSIDE"
    """A transfer by a phone to somewhere that is not ours."""
    FORGED_FROM = "OUTBOUND_REFUSAL_FORGED_FROM"
    """An INVITE with a From that is not the sender's."""
    UNKNOWN_PEER = "OUTBOUND_REFUSAL_UNKNOWN_PEER"
    """An INVITE of somebody who is neither a phone of ours nor a trunk."""
    NO_NUMBER = "OUTBOUND_REFUSAL_NO_NUMBER"
    """What was given is no number that can be called."""


class OutboundRuleSet(Event, type="sasayaki.media.v1.OutboundRuleSet"):
    """Whom a client company's flows and people may call."""

    prefixes: tuple[str, ...]
    denied_prefixes: tuple[str, ...]
    concurrent_max: Uint32
    per_minute_max: Uint32
    per_day_max: Uint32


class OutboundAllowed(Event, type="sasayaki.media.v1.OutboundAllowed"):
    """A call out was allowed: it counts against the caps from here on."""

    outbound_id: str
    contact_id: str
    operator_id: str
    """Who wants it; empty: the flow or a callback."""
    number_hash: str
    """Keyed hash of the number."""
    at: Instant
    """When: the caps of a minute and of a day count from it."""


class OutboundEnded(Event, type="sasayaki.media.v1.OutboundEnded"):
    """The call out is over."""

    outbound_id: str
    contact_id: str


class OutboundRefused(Event, type="sasayaki.media.v1.OutboundRefused"):
    """A call out was refused. An alarm: somebody should look. Who keeps trying raises it once a minute and kind; the tries
    between are refused alike, and counted by `sasayaki_media_alarms_untold_total`.
    """

    refusal: OutboundRefusal
    contact_id: str
    """Empty when it was in no call."""
    operator_id: str
    number_hash: str
    """Keyed hash of the number, if there was one."""
    trunk: str
    at: Instant | None = None
    """When: the next alarm of the same kind about the same person counts from it."""


OutboundEvent: TypeAlias = (
    OutboundRuleSet
    | OutboundAllowed
    | OutboundEnded
    | OutboundRefused
)
OutboundRecord: TypeAlias = Recorded[OutboundEvent]

EVENTS: tuple[type[Event], ...] = (
    OutboundRuleSet,
    OutboundAllowed,
    OutboundEnded,
    OutboundRefused,
)
