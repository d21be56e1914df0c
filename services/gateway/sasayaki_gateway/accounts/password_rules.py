"""Which passwords may be set: length, guesses, and a list of leaked ones; no rule on characters.

Guesses are zxcvbn's: its lists of common passwords, words and names, keyboards, dates, repetitions.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from zxcvbn import zxcvbn

LENGTH_LEAST = 12
LENGTH_MOST = 128
GUESSES_LEAST = 10_000_000_000
"""Fewer are tried within days even against argon2id, should the file be stolen."""
LOOKED_AT_MOST = 72
"""Characters that guesses are counted in: the counting takes longer with each."""
CONTEXT_WORDS = (
    "sasayaki",
    "ささやき",
    "ササヤキ",
    "operator",
    "supervisor",
    "manager",
    "admin",
    "callcenter",
    "callcentre",
    "contactcenter",
    "headset",
    "オペレーター",
    "コールセンター",
    "監視ウォール",
    "応対デスク",
)
"""Words of this product and trade, besides the person's and the tenant's own; docs/security.md."""


def is_guessable(password: str, words: Iterable[str]) -> bool:
    """Whether few guesses find it; `words` are the person's own."""
    known = [part for word in (*CONTEXT_WORDS, *words) for part in _parts(word)]
    found = zxcvbn(password[:LOOKED_AT_MOST], user_inputs=known, max_length=LOOKED_AT_MOST)
    return int(found["guesses"]) < GUESSES_LEAST


def is_leaked(password: str, file: Path) -> bool:
    """Whether a file of SHA-1 hashes has it, ordered lines `HASH:count` as Have I Been Pwned's.

    The file is searched where it is: it has tens of gigabytes.
    """
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    low, high = 0, file.stat().st_size
    with file.open("rb") as lines:
        while low < high:
            middle = (low + high) // 2
            lines.seek(middle)
            if middle:
                lines.readline()  # the rest of a line that began before
            line = lines.readline()
            if not line or line[:40].upper() >= wanted:
                high = middle
            else:
                low = middle + 1
        lines.seek(low)
        if low:
            lines.readline()
        return lines.readline()[:40].upper() == wanted


def _parts(word: str) -> list[str]:
    """A word, and what its spaces and underlines part; shorter ones would match by chance."""
    lower = word.lower()
    parts = lower.replace("_", " ").split()
    return [each for each in (lower, *parts) if len(each) > 1]
