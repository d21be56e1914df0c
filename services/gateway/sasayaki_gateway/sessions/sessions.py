"""The sessions that are open: begun, found by their cookie, used, ended."""

import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from prometheus_client import Counter, Gauge

from sasayaki_gateway.accounts.account import Account
from sasayaki_gateway.accounts.store import Store
from sasayaki_gateway.sessions.session import Lives, Session

OF_A_PERSON_MOST = 10
"""The one that was used longest ago ends when there would be more."""
SESSIONS_MOST = 10_000
STREAMS_OF_A_PERSON_MOST = 16
SEEN_EVERY_S = 60.0
"""How exactly the file knows when a session was last used."""
SECRET_BYTES = 32

OPEN = Gauge("sasayaki_gateway_sessions", "Sessions that are open.")
PUSHED_OUT = Counter(
    "sasayaki_gateway_sessions_pushed_out_total", "Sessions ended because a person had too many."
)
FULL = Counter("sasayaki_gateway_sessions_full_total", "Sign-ins refused: too many sessions.")
STREAMS = Gauge("sasayaki_gateway_streams", "Streams and sockets that are open.")
STREAMS_REFUSED = Counter(
    "sasayaki_gateway_streams_refused_total", "Streams refused because a person had too many."
)


class Full(Exception):
    """There are too many already."""


class Changed(Exception):
    """The account is another than whoever signs in was held against."""


class Sessions:
    """All sessions of this gateway."""

    def __init__(self, store: Store, lives: Lives, clock: Callable[[], float]) -> None:
        self._store = store
        self._lives = lives
        self._clock = clock
        self._open = {session.key: session for session in store.sessions()}
        self._noted = {key: session.seen_s for key, session in self._open.items()}
        self._streams: dict[str, int] = {}
        OPEN.set_function(lambda: len(self._open))

    async def begin(self, account: Account, instead_of: str | None) -> tuple[str, Session]:
        """A new session and its cookie. The browser's earlier one ends: nobody is signed in with a
        cookie that was there before. Raises Full, or Changed for an account that is out of date.
        """
        await self.end_old()
        # From here on nothing waits until the session is open: who changes the password after this
        # look ends it with the others.
        if self._store.accounts.get(account.user_id) != account:
            raise Changed
        gone = {_key(instead_of)} & self._open.keys() if instead_of else set()
        if len(self._open) >= SESSIONS_MOST:
            FULL.inc()
            raise Full
        own = sorted(self._of(account.user_id), key=lambda each: each.seen_s)
        for each in own[: max(0, len(own) - OF_A_PERSON_MOST + 1)]:
            gone.add(each.key)
            PUSHED_OUT.inc()
        cookie, now_s = secrets.token_urlsafe(SECRET_BYTES), self._clock()
        csrf = secrets.token_urlsafe(SECRET_BYTES)
        session = Session(_key(cookie), account.user_id, csrf, now_s, now_s)
        self._open[session.key] = session
        self._noted[session.key] = now_s
        await self._store.put_session(session, gone)
        for key in gone:
            self._forget(key)
        return cookie, session

    def of_cookie(self, cookie: str | None) -> tuple[Session, Account] | None:
        """Whose cookie it is, if the session is not over; it counts as used."""
        session = self._open.get(_key(cookie)) if cookie else None
        account = self._alive(session) if session else None
        if session is None or account is None:
            return None
        session = replace(session, seen_s=self._clock())
        self._open[session.key] = session
        return session, account

    def account_of(self, key: str) -> Account | None:
        """Whose session it is, if it is not over; for streams, which look again and again."""
        session = self._open.get(key)
        return self._alive(session) if session else None

    def ends_at_s(self, session: Session) -> float:
        return self._lives.ends_at_s(session)

    def of_person(self, user_id: str) -> list[Session]:
        """A person's sessions that are not over; the one used last comes first."""
        alive = [each for each in self._of(user_id) if self._alive(each)]
        return sorted(alive, key=lambda each: each.seen_s, reverse=True)

    def is_fresh(self, session: Session) -> bool:
        return self._lives.is_fresh(session, self._clock())

    async def end(self, key: str) -> None:
        """Ends a session; its streams see it at their next look."""
        self._forget(key)
        await self._store.end_sessions([key])

    async def end_all_of(self, user_id: str, *, but: str = "") -> None:
        """Ends a person's sessions: the password or the rights have changed."""
        keys = [each.key for each in self._of(user_id) if each.key != but]
        for key in keys:
            self._forget(key)
        await self._store.end_sessions(keys)

    async def end_old(self) -> None:
        """Forgets sessions that are over, and notes when the others were used."""
        over = [each.key for each in self._open.values() if self._alive(each) is None]
        for key in over:
            self._forget(key)
        await self._store.end_sessions(over)
        used = [
            each
            for each in self._open.values()
            if each.seen_s - self._noted.get(each.key, 0.0) >= SEEN_EVERY_S
        ]
        await self._store.seen(used)
        self._noted |= {each.key: each.seen_s for each in used if each.key in self._open}

    @contextmanager
    def streaming(self, session: Session) -> Iterator[None]:
        """While it runs, the session counts as used. Raises Full."""
        streams = sum(self._streams.get(each.key, 0) for each in self._of(session.user_id))
        if streams >= STREAMS_OF_A_PERSON_MOST:
            STREAMS_REFUSED.inc()
            raise Full
        self._streams[session.key] = self._streams.get(session.key, 0) + 1
        STREAMS.inc()
        try:
            yield
        finally:
            STREAMS.dec()
            self._streams[session.key] -= 1
            if not self._streams[session.key]:
                del self._streams[session.key]
            if session.key in self._open:
                seen = replace(self._open[session.key], seen_s=self._clock())
                self._open[session.key] = seen

    def _alive(self, session: Session) -> Account | None:
        in_use = session.key in self._streams
        if self._lives.is_over(session, self._clock(), in_use=in_use):
            return None
        account = self._store.accounts.get(session.user_id)
        return None if account is None or account.disabled else account

    def _of(self, user_id: str) -> list[Session]:
        return [each for each in self._open.values() if each.user_id == user_id]

    def _forget(self, key: str) -> None:
        self._open.pop(key, None)
        self._noted.pop(key, None)


def _key(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
