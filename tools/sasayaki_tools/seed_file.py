"""`seed/<name>.yaml` as data: a tenant, its people, its client companies."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field

from sasayaki_tools.paths import ROOT
from sasayaki_tools.say import Failed

UserId = Annotated[str, Field(pattern=r"^usr_[a-z0-9]+$")]
ClientId = Annotated[str, Field(pattern=r"^cli_[a-z0-9]+$")]
E164 = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]


class Row(BaseModel):
    """A part of the file; a misspelt key is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


R = TypeVar("R", bound=Row)


class User(Row):
    """A person. The name is for screens of the demo; it goes into no event and no token."""

    id: UserId
    name: str
    furigana: str = ""
    en: str = ""
    role: str
    team: str = ""
    clients: tuple[ClientId, ...] = ()
    skills: tuple[str, ...] = ()
    levels: dict[str, int] = Field(default_factory=dict)
    """Of skills, 1 to 5; one that is not named: 3."""


class Ring(Row):
    """Whom a queue asks from how long a wait on, besides those before."""

    after_ms: int
    level_least: int = 0
    teams: tuple[str, ...] = ()
    overflow: bool = False


class Queue(Row):
    """A queue that widens, tells its customers where they stand, and calls them back."""

    id: str
    ja: str = ""
    en: str = ""
    rings: tuple[Ring, ...] = ()
    tell_every_ms: int = 0
    service_ms: int = 0
    raise_after_ms: int = 0
    callback_attempts_most: int = 0
    callback_pause_ms: int = 0


class Reason(Row):
    """A reason for which customers call; `kind` is ordinary, wrong_number or prank."""

    id: str
    ja: str
    en: str
    parent: str = ""
    kind: str = "ordinary"


class FormField(Row):
    """A field of the wrap-up form; `kind` is text, choice or number."""

    key: str
    ja: str
    en: str
    kind: str
    required: bool = False
    choices: tuple[str, ...] = ()


class Script(Row):
    """A greeting (名乗り) and script for a number and a reason; an empty one means any."""

    id: str
    number: str = ""
    reason: str = ""
    greeting_ja: str = ""
    greeting_en: str = ""
    ja: str = ""
    en: str = ""


class Article(Row):
    """Something to look up; without reasons it is shown with every one."""

    id: str
    title_ja: str
    title_en: str
    ja: str
    en: str
    reasons: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


class Knowledge(Row):
    """A file under `seed/knowledge`: what a company's operators say and look up."""

    scripts: tuple[Script, ...] = ()
    articles: tuple[Article, ...] = ()


class Retention(Row):
    """How many days recordings are kept; other days for some reasons and those below them."""

    days: int
    reasons: dict[str, int] = {}


class Outbound(Row):
    """Whom a company may have called: prefixes in E.164, and so many at once, a minute, a day."""

    prefixes: tuple[str, ...]
    denied: tuple[str, ...] = ()
    concurrent: int
    per_minute: int
    per_day: int


class Client(Row):
    """A client company: its numbers with the flow of each, its flows, prompts and form.

    `flows` lists files under `seed/flows`, `knowledge` under `seed/knowledge`. Its flows may name
    every prompt of `seed/prompts/<language>`, or of each of `languages`, and of `seed/prompts/any`.
    """

    id: ClientId
    name: str
    numbers: dict[E164, str]
    queues: tuple[str, ...]
    reasons: tuple[Reason, ...]
    wrap_up_form: tuple[FormField, ...] = ()
    wrap_up_ms_max: int = 0
    language: str
    languages: tuple[str, ...] = ()
    recording: Literal["all", "none", "sample", "on_alert"] = "all"
    sample_percent: int = 0
    flows: tuple[str, ...]
    knowledge: tuple[str, ...] = ()
    retention: Retention | None = None
    outbound: Outbound | None = None


class Seed(Row):
    """A whole seed file."""

    tenant: Annotated[str, Field(pattern=r"^out_[a-z0-9]+$")]
    users: tuple[User, ...]
    clients: tuple[Client, ...]
    queues: tuple[Queue, ...] = ()

    @property
    def admin(self) -> User:
        """The person as whom the seed is applied."""
        return next(user for user in self.users if user.role == "admin")

    @property
    def operators(self) -> list[User]:
        return [user for user in self.users if user.role == "operator"]


def read_seed(name: str) -> Seed:
    """The seed of this name; raises Failed when there is none or it is faulty."""
    file = ROOT / "seed" / f"{name}.yaml"
    if not file.is_file():
        raise Failed(f"no seed named {name!r}: there is no {file.relative_to(ROOT)}")
    return parse_seed(file)


def read_knowledge(file: Path) -> Knowledge:
    """A company's scripts and articles; raises Failed when the file is faulty."""
    return _read(Knowledge, file)


def parse_seed(file: Path) -> Seed:
    """A seed file as data."""
    return _read(Seed, file)


def people_file(seed: Seed) -> str:
    """The seed's people with their names, for the gateway's accounts."""
    people = [
        {
            "userId": user.id,
            "name": user.name,
            "furigana": user.furigana,
            "nameEn": user.en,
            "role": user.role,
            "teamId": user.team,
            "clientIds": list(user.clients),
        }
        for user in seed.users
    ]
    whole = {"tenant": seed.tenant, "people": people}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _read(kind: type[R], file: Path) -> R:
    content: Any = yaml.safe_load(file.read_text())
    try:
        return kind.model_validate(content)
    except ValueError as fault:
        raise Failed(f"{file.name}: {fault}") from None
