"""The number of a caller as events may hold it: hashed and sealed under the client company's key.

Each has a key of its own, derived from the company's: the hash gives nothing away about the seal.
"""

import hmac
import re
from dataclasses import dataclass

from sasayaki_chassis.seals import derived

HASHING = b"sasayaki caller hash"
HASH_DIGITS = 32


@dataclass(frozen=True, slots=True)
class HiddenCaller:
    """Both empty when the number is withheld or the company's key is not there."""

    hash: str
    sealed: str


WITHHELD = HiddenCaller("", "")


def caller_hash(key: bytes, number: str) -> str:
    """32 hexadecimal digits, the same for the same caller of a company; `key` is the company's."""
    plain = normalised(number).encode()
    return hmac.digest(derived(key, HASHING), plain, "sha256").hex()[:HASH_DIGITS]


def normalised(number: str) -> str:
    """The same text for the same caller: E.164 for Japanese numbers, else as sent without marks."""
    plain = re.sub(r"[\s().-]", "", number)
    if re.fullmatch(r"0[1-9]\d{7,9}", plain):
        return f"+81{plain[1:]}"
    if re.fullmatch(r"81[1-9]\d{7,9}", plain):
        return f"+{plain}"
    return plain
