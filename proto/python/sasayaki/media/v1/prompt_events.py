"""What a client company calls its sounds: the stream `media.prompt`, keyed by client company id.

These messages are stored for years. Add, never change: see docs/adr/0004.
"""

# Generated from sasayaki/media/v1/prompt_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Event,
    Instant,
    Recorded,
    Uint32,
)


class PromptPut(Event, type="sasayaki.media.v1.PromptPut"):
    """A sound was put under a name. Flows that are published from then on may play it; what was published before keeps its own sound."""

    name: str
    version: Uint32
    """1, 2, 3 … of that name."""
    sha256: str
    """Of the WAV file."""
    length_ms: Uint32
    put_at: Instant
    put_by: str


PromptEvent: TypeAlias = (
    PromptPut
)
PromptRecord: TypeAlias = Recorded[PromptEvent]

EVENTS: tuple[type[Event], ...] = (
    PromptPut,
)
