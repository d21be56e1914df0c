"""What the routes share: one of each in a gateway."""

import asyncio
import time
from dataclasses import dataclass, field

from sasayaki_gateway.accounts.attempts import Attempts
from sasayaki_gateway.accounts.passwords import Passwords
from sasayaki_gateway.accounts.store import Store
from sasayaki_gateway.doors.feed import Feeds
from sasayaki_gateway.doors.phones import Phones
from sasayaki_gateway.doors.upstream import Upstream
from sasayaki_gateway.sessions.paces import Paces
from sasayaki_gateway.sessions.session import Lives
from sasayaki_gateway.sessions.sessions import Sessions
from sasayaki_gateway.settings import Settings
from sasayaki_gateway.tokens import Tokens
from sasayaki_gateway.web.oidc import Oidc
from sasayaki_gateway.web.origin import Origins


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a running gateway."""

    settings: Settings
    store: Store
    sessions: Sessions
    tokens: Tokens
    upstream: Upstream
    feeds: Feeds
    phones: Phones
    origins: Origins
    oidc: Oidc | None
    passwords: Passwords
    attempts: Attempts = field(default_factory=Attempts)
    paces: Paces = field(default_factory=Paces)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    """The gateway ends: streams end first."""


def make_parts(settings: Settings, tasks: asyncio.TaskGroup) -> Parts:
    """The parts as the settings say; opens the SQLite file."""
    store = Store(settings.state)
    lives = Lives(settings.session_idle_minutes * 60.0, settings.session_hours_most * 3600.0)
    return Parts(
        settings=settings,
        store=store,
        sessions=Sessions(store, lives, time.time),
        tokens=Tokens(settings.token_private_key_file),
        upstream=Upstream(settings.peers()),
        feeds=Feeds(tasks),
        phones=Phones(),
        origins=Origins.of(settings.origins),
        oidc=Oidc(settings) if settings.oidc_issuer else None,
        passwords=Passwords(settings.leaked_passwords_file),
    )
