"""What a step may look at, and what the customer may answer to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from sasayaki_callreason.flows.flow import Flow
from sasayaki_callreason.flows.parts import Language, Prompt


@dataclass(frozen=True, slots=True)
class Heard:
    """The prompt was heard to its end."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """Keys came in the menu's `attempt`, or none in time."""

    digits: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """So many digits came in the `attempt` for `ask`, sealed; none: in time."""

    sealed: str
    count: int
    attempt: int
    play_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A key came after the digits, which are kept as `sealed`, were read back, or none in time."""

    key: str
    sealed: str
    count: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The voicemail is over."""


@dataclass(frozen=True, slots=True)
class NotReached:
    """Nobody outside answered, or may be called."""


Answer: TypeAlias = Heard | Pressed | Collected | Confirmed | Finished | NotReached


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a step may look at. Digits by the flow's names: `sealed` all, `opened` in plain."""

    flow: Flow
    now: datetime
    plays: int = 0
    waits: int = 0
    language: str = ""
    caller_known: bool = True
    dialled_number: str = ""
    previous_contact_id: str = ""
    opened: Mapping[str, str] = field(default_factory=dict)
    sealed: Mapping[str, str] = field(default_factory=dict)

    def sound(self, prompt: Prompt) -> str:
        """The prompt's SHA-256 in the customer's language."""
        if isinstance(prompt, str):
            return prompt
        return prompt.get(self.spoken) or prompt[self.flow.languages[0]]

    def words(self, *names: str) -> tuple[str, ...]:
        """The SHA-256 of words that steps say of themselves."""
        known = self.flow.words.get(self.spoken) or self.flow.words[self.flow.languages[0]]
        return tuple(known[name] for name in names)

    @property
    def spoken(self) -> Language:
        return next((x for x in self.flow.languages if x == self.language), self.flow.languages[0])
