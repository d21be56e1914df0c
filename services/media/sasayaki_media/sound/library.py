"""What a client company calls its sounds: the stream `media.prompt`, keyed by client company id.

No sound is ever replaced: a name gets a further version. Published flows name sounds by SHA-256,
so that what was published, and every call that runs, goes on with the sound it was published with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from sasayaki.media.v1.prompt_events import EVENTS, PromptEvent, PromptPut
from sasayaki_chassis.decider import Decider, Refused

SOUNDS_MOST = 1_000
"""Versions of all names of a company; the node holds every sound in memory."""
SOUND_MS_MOST = 2 * 3_600_000
"""How long all of them take together: 58 MB in the node."""


@dataclass(frozen=True, slots=True)
class Put:
    """Somebody gives a sound a name."""

    name: str
    sha256: str
    length_ms: int
    user_id: str


Command: TypeAlias = Put


@dataclass(frozen=True, slots=True)
class Library:
    """Names with their sounds, oldest first; a version is the place in the list, from 1."""

    prompts: Mapping[str, tuple[PromptPut, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(map(len, self.prompts.values()))

    @property
    def length_ms(self) -> int:
        return sum(each.length_ms for versions in self.prompts.values() for each in versions)

    def holds(self, sha256: str) -> bool:
        """Whether any version of any name is this sound."""
        return any(each.sha256 == sha256 for versions in self.prompts.values() for each in versions)

    def latest(self, name: str) -> PromptPut | None:
        versions = self.prompts.get(name, ())
        return versions[-1] if versions else None


def decide(state: Library, command: Command, now: datetime) -> Sequence[PromptEvent]:
    latest = state.latest(command.name)
    if is_latest(state, command):
        return ()
    check_room(state, command)
    return (
        PromptPut(
            name=command.name,
            version=1 if latest is None else latest.version + 1,
            sha256=command.sha256,
            length_ms=command.length_ms,
            put_at=now,
            put_by=command.user_id,
        ),
    )


def is_latest(state: Library, command: Command) -> bool:
    """Whether the name stands for this very sound already."""
    latest = state.latest(command.name)
    return latest is not None and latest.sha256 == command.sha256


def check_room(state: Library, command: Command) -> None:
    """Raises Refused when the company may have no further sound; asked before one is stored."""
    if is_latest(state, command):
        return
    if len(state) >= SOUNDS_MOST or state.length_ms + command.length_ms > SOUND_MS_MOST:
        most = f"{SOUNDS_MOST} sounds and {SOUND_MS_MOST // 60_000} minutes in all"
        raise Refused("TOO_MANY_PROMPTS", f"a client company may have {most}")


def evolve(state: Library, event: PromptEvent) -> Library:
    versions = (*state.prompts.get(event.name, ()), event)
    return Library({**state.prompts, event.name: versions})


def deadline(state: Library) -> tuple[datetime, Command] | None:
    return None


PROMPT: Decider[Library, Command, PromptEvent] = Decider(
    stream="media.prompt",
    initial=Library(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
)
