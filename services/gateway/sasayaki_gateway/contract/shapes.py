"""Requests and answers of the gateway's own routes: sessions, people, accounts, faults."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from sasayaki_gateway.accounts.password_rules import LENGTH_LEAST, LENGTH_MOST

Role = Literal["operator", "supervisor", "manager", "client", "auditor", "integrator", "admin"]
UserId = Annotated[str, StringConstraints(pattern=r"^usr_[a-z0-9_]{1,60}$")]
ClientId = Annotated[str, StringConstraints(pattern=r"^cli_[a-z0-9_]{1,60}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
LongName = Annotated[str, StringConstraints(max_length=100, strip_whitespace=True)]
NewPassword = Annotated[str, StringConstraints(min_length=LENGTH_LEAST, max_length=LENGTH_MOST)]

CLIENTS_MOST = 200


class Shape(BaseModel):
    """Written in camelCase, as the RPCs are; unknown fields are refused."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )


class Fault(Shape):
    """Why a request was refused."""

    code: str = Field(description="gRPC's name for it, for example FAILED_PRECONDITION.")
    reason: str = Field(description="The domain's name for it, for example NOT_TALKING; or empty.")
    message: str = Field(description="For people who look for the cause; not to be parsed.")


class Person(Shape):
    """Somebody of the tenant, by name."""

    user_id: str
    name: str
    furigana: str = Field(description="The name's reading, in katakana; may be empty.")
    name_en: str = Field(description="The name in Latin letters; may be empty.")
    role: Role
    team_id: str


class User(Person):
    """Who is signed in."""

    client_ids: list[str]


class SignIn(Shape):
    """A name and a password."""

    user: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=LENGTH_MOST)]


class DemoSignIn(Shape):
    """One click, where the demo's people are."""

    user_id: UserId


class Session(Shape):
    """A session of a browser."""

    user: User
    csrf: str = Field(description="Sent as X-Sasayaki-Csrf with every write.")
    storage_key: str = Field(
        description="Seals what the browser keeps for this person: 32 bytes in base64."
    )
    expires_at: str = Field(description="When it ends whatever is done (RFC 3339).")
    password_is_initial: bool = Field(
        description="Whether somebody else set the password: nothing else is open until another is "
        "chosen."
    )


class OwnSession(Shape):
    """One of the person's own sessions."""

    session_id: str
    began_at: str
    seen_at: str
    here: bool = Field(description="Whether it is the session that asks.")


class EndSessions(Shape):
    """Which other session to end; none: all others."""

    session_id: Annotated[str, StringConstraints(max_length=64)] | None = None
    password: Annotated[str, StringConstraints(max_length=LENGTH_MOST)] = Field(
        default="", description="May be absent within five minutes of signing in."
    )


class OwnPassword(Shape):
    """Another password for oneself."""

    current: Annotated[str, StringConstraints(min_length=1, max_length=LENGTH_MOST)]
    password: NewPassword


class SignInWays(Shape):
    """How one may sign in here."""

    password: bool
    demo: bool
    oidc: bool


class Account(Shape):
    """An account as those see it who manage accounts."""

    user_id: str
    name: str
    furigana: str
    name_en: str
    role: Role
    team_id: str
    client_ids: list[str]
    disabled: bool
    has_password: bool
    password_is_initial: bool = Field(description="Whether the person has yet to choose their own.")
    has_subject: bool = Field(description="Whether it is tied to a person at the provider.")


class NewAccount(Shape):
    """An account to make; without a password one signs in by OIDC alone."""

    user_id: UserId
    name: Name
    furigana: LongName = ""
    name_en: LongName = ""
    role: Role
    team_id: Annotated[str, StringConstraints(max_length=64)] = ""
    client_ids: Annotated[list[ClientId], Field(max_length=CLIENTS_MOST)] = []
    password: NewPassword | None = None


class AccountChange(Shape):
    """What to change of an account; what is absent stays."""

    name: Name | None = None
    furigana: LongName | None = None
    name_en: LongName | None = None
    role: Role | None = None
    team_id: Annotated[str, StringConstraints(max_length=64)] | None = None
    client_ids: Annotated[list[ClientId], Field(max_length=CLIENTS_MOST)] | None = None
    password: NewPassword | None = None
    disabled: bool | None = None
    forget_subject: Literal[True] | None = Field(
        default=None, description="Loosens the tie: who signs in at the provider next is tied."
    )
