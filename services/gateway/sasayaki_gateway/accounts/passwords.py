"""Passwords as argon2id hashes, made and checked in threads, a few at a time.

Run as `python -m sasayaki_gateway.accounts.passwords` it reads a password from stdin and prints
its hash, for a file of people.
"""

import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from prometheus_client import Counter

from sasayaki_gateway.accounts.password_rules import is_guessable, is_leaked

AT_ONCE_MOST = 2
"""Hashes at once: each takes 64 MiB and a core."""
WAITING_MOST = 32

REFUSED = Counter(
    "sasayaki_gateway_sign_ins_refused_total", "Sign-ins refused because too many waited."
)


class TooManyWait(Exception):
    """Too many passwords wait to be checked."""


class Weak(Exception):
    """A password that must not be set; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Passwords:
    """Makes and checks hashes; `leaked` is a file of passwords that nobody may choose."""

    def __init__(self, leaked: Path | None = None) -> None:
        self._leaked = leaked
        self._hasher = PasswordHasher()
        self._turn = asyncio.Semaphore(AT_ONCE_MOST)
        self._waiting = 0
        # Checked where there is no account, so that both take equally long.
        self._nobody = self._hasher.hash("nobody's password")

    async def hash(self, password: str, words: Iterable[str]) -> str:
        """The hash of a new password of somebody with these names; raises Weak."""
        async with self._turn:
            return await asyncio.to_thread(self._hash, password, tuple(words))

    def _hash(self, password: str, words: tuple[str, ...]) -> str:
        if is_guessable(password, words):
            raise Weak("PASSWORD_GUESSABLE")
        if self._leaked and is_leaked(password, self._leaked):
            raise Weak("PASSWORD_LEAKED")
        return self._hasher.hash(password)

    async def matches(self, known: str, password: str) -> bool:
        """Whether a password is the one of a hash; an empty hash takes as long and matches none.

        Raises TooManyWait.
        """
        if self._waiting >= WAITING_MOST:
            REFUSED.inc()
            raise TooManyWait
        self._waiting += 1
        try:
            async with self._turn:
                right = await asyncio.to_thread(self._check, known or self._nobody, password)
        finally:
            self._waiting -= 1
        return right and bool(known)

    def _check(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, password)
        except (VerificationError, InvalidHashError):
            return False


if __name__ == "__main__":
    sys.stdout.write(PasswordHasher().hash(sys.stdin.readline().rstrip("\n")) + "\n")
