"""The steps that a flow is made of, and what each of them may say.

A prompt is a name, or a name for each language; in a published flow it is a SHA-256 in both
places. A field that holds a prompt is listed in `PROMPT_FIELDS`.
"""

from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from sasayaki_callreason.flows.hours import Calendar

ATTEMPTS_MOST = 9
WAIT_MS_LEAST = 500
WAIT_MS_MOST = 60_000
SKILLS_MOST = 16
DIGITS_MOST = 32
WAYS_MOST = 100
VOICEMAIL_MS_LEAST = 5_000
VOICEMAIL_MS_MOST = 120_000
RING_MS_LEAST = 5_000
RING_MS_MOST = 60_000

Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
ReasonId: TypeAlias = Annotated[str, Field(pattern=r"^rsn_[a-z0-9_]{1,60}$")]
QueueId: TypeAlias = Annotated[str, Field(pattern=r"^que_[a-z0-9_]{1,60}$")]
Key: TypeAlias = Annotated[str, Field(pattern=r"^[0-9*#]$")]


def _as_text(value: Any) -> Any:
    """A digit that stands in the file without quotes."""
    return str(value) if type(value) is int and 0 <= value <= 9 else value


OneKey: TypeAlias = Annotated[Key, BeforeValidator(_as_text)]
"""A key as a value; in a mapping of keys they are text anyway."""
Language: TypeAlias = Literal["ja", "en"]
PromptName: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$")]
Number: TypeAlias = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{5,14}$")]
"""E.164, written out: nothing that a caller says or presses is ever put into it."""


def _how_a_prompt_is_written(value: Any) -> str:
    return "by_language" if isinstance(value, dict) else "name"


Prompt: TypeAlias = Annotated[
    Annotated[PromptName, Tag("name")]
    | Annotated[dict[Language, PromptName], Field(min_length=1), Tag("by_language")],
    Discriminator(_how_a_prompt_is_written),
]
"""In a file names, in a published flow SHA-256s."""

PROMPT_FIELDS: Final = frozenset(("prompt", "again", "tone", "before", "after", "music"))

Milliseconds: TypeAlias = Annotated[int, Field(ge=WAIT_MS_LEAST, le=WAIT_MS_MOST)]
Attempts: TypeAlias = Annotated[int, Field(ge=1, le=ATTEMPTS_MOST)]
Skills: TypeAlias = Annotated[tuple[Name, ...], Field(max_length=SKILLS_MOST)]
Priority: TypeAlias = Annotated[int, Field(ge=0, le=9)]


class Part(BaseModel):
    """A mapping of a flow file."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", populate_by_name=True)


class Announce(Part):
    """Plays a prompt to its end. With `guidance` it is the recording guidance."""

    kind: Literal["announce"]
    prompt: Prompt
    guidance: bool = False
    next: Name


class Choice(Part):
    """What a key of a menu means."""

    reason: ReasonId | None = None
    language: Language | None = None
    next: Name


class Menu(Part):
    """Plays a prompt and waits for one key, `attempts` times at most, then goes to `otherwise`.

    From the second time on `again` is played instead, if there is one.
    """

    kind: Literal["menu"]
    prompt: Prompt
    again: Prompt | None = None
    wait_ms: Milliseconds = 5_000
    attempts: Attempts = 3
    keys: Annotated[dict[Key, Choice], Field(min_length=1)]
    otherwise: Name


class ReadBack(Part):
    """Says the digits between two prompts; `confirm` says that they are right, all else: again."""

    before: Prompt
    after: Prompt
    confirm: OneKey = "1"


class Ask(Part):
    """Asks for digits, which end with `#` or with the last one, and keeps them sealed."""

    kind: Literal["ask"]
    prompt: Prompt
    again: Prompt | None = None
    keep: Name
    digits_least: Annotated[int, Field(ge=1, le=DIGITS_MOST)] = 1
    digits_most: Annotated[int, Field(ge=1, le=DIGITS_MOST)]
    wait_ms: Milliseconds = 5_000
    attempts: Attempts = 3
    read_back: ReadBack | None = None
    next: Name
    otherwise: Name

    @model_validator(mode="after")
    def _least_is_not_more(self) -> "Ask":
        if self.digits_least > self.digits_most:
            raise ValueError(f"digits_least is {self.digits_least}, more than digits_most")
        return self


class Hours(Part):
    """Goes one way within the opening hours and another outside of them."""

    kind: Literal["hours"]
    calendar: Calendar
    open: Name
    closed: Name


class Branch(Part):
    """Goes the way of what is known already: of digits and numbers, of the longest beginning."""

    kind: Literal["branch"]
    by: Literal["language", "caller", "dialled", "digits"]
    name: Name | None = None
    ways: Annotated[dict[str, Name], Field(min_length=1, max_length=WAYS_MOST)]
    otherwise: Name

    @model_validator(mode="after")
    def _ways_fit(self) -> "Branch":
        if (self.by == "digits") != (self.name is not None):
            raise ValueError("`name` belongs to a branch by digits, which needs it")
        known = {"language": ("ja", "en"), "caller": ("known", "withheld")}.get(self.by)
        for way in self.ways:
            if known is not None and way not in known:
                raise ValueError(f"way {way[:40]!r} is none of {', '.join(known)}")
            if known is None and not (way.removeprefix("+").isdecimal() and way.isascii()):
                raise ValueError(f"way {way[:40]!r} is no beginning of a number")
        return self


class SetReason(Part):
    """States the reason without a key."""

    kind: Literal["set_reason"]
    reason: ReasonId
    next: Name


class SetLanguage(Part):
    """Goes on in a language."""

    kind: Literal["language"]
    language: Language
    next: Name


class Voicemail(Part):
    """Plays the prompt and the tone and records what the customer says, until a key."""

    kind: Literal["voicemail"]
    prompt: Prompt
    tone: Prompt
    longest_ms: Annotated[int, Field(ge=VOICEMAIL_MS_LEAST, le=VOICEMAIL_MS_MOST)] = 60_000
    queue: QueueId
    next: Name


class TransferOut(Part):
    """Calls a number outside and joins it; `otherwise` when it may not be or nobody answers."""

    kind: Literal["transfer_out"]
    number: Number
    ring_ms: Annotated[int, Field(ge=RING_MS_LEAST, le=RING_MS_MOST)] = 30_000
    otherwise: Name


class Callback(Part):
    """Notes that the customer is to be called back, who keeps their place.

    At the caller's number, or at kept `digits`; when neither is known it goes to `otherwise`.
    The call back begins at `on_answer`.
    """

    kind: Literal["callback"]
    queue: QueueId
    skills: Skills = ()
    priority: Priority = 5
    digits: Name | None = None
    next: Name
    otherwise: Name
    on_answer: Name


class Offer(Part):
    """A key for those who wait, said after each announcement of their place."""

    prompt: Prompt
    key: OneKey = "1"
    wait_ms: Milliseconds = 4_000
    next: Name


class Wait(Part):
    """What a waiting customer hears: music, and now and then how they stand."""

    music: Prompt
    position: bool = False
    minutes: bool = False
    offer: Offer | None = None


class Route(Part):
    """Sends the contact to a queue; ends the flow. Priority 0 to 9, higher first."""

    kind: Literal["route"]
    queue: QueueId
    skills: Skills = ()
    priority: Priority = 5
    wait: Wait | None = None


class HangUp(Part):
    """Ends the call; ends the flow."""

    kind: Literal["hang_up"]


Step: TypeAlias = Annotated[
    Announce
    | Menu
    | Ask
    | Hours
    | Branch
    | SetReason
    | SetLanguage
    | Voicemail
    | TransferOut
    | Callback
    | Route
    | HangUp,
    Field(discriminator="kind"),
]

KINDS: Final = (
    "announce",
    "menu",
    "ask",
    "hours",
    "branch",
    "set_reason",
    "language",
    "voicemail",
    "transfer_out",
    "callback",
    "route",
    "hang_up",
)
