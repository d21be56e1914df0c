"""The caller's number as events may hold it: a keyed hash, and a sealed form that needs the key.

Each client company has a key of its own, a file of 32 bytes that its settings bring with them and
that can be destroyed: then the numbers are gone and the history stays. Two keys are derived from
it (HKDF-SHA256, RFC 5869), so that the hash gives nothing away about the seal.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
HASH_DIGITS = 32
_CLIENT_ID = re.compile(r"cli_[A-Za-z0-9_-]{1,124}")


@dataclass(frozen=True, slots=True)
class HiddenCaller:
    """Both empty when the number is withheld or the company's key is not there."""

    hash: str
    sealed: str


WITHHELD = HiddenCaller("", "")


@dataclass(frozen=True, slots=True)
class CallerKey:
    """The two keys derived from a client company's own."""

    client_id: str
    hashing: bytes
    sealing: bytes


def derived(client_id: str, key: bytes) -> CallerKey:
    """Both keys of a company; `key` is 32 bytes."""
    return CallerKey(client_id, _hkdf(key, b"caller hash"), _hkdf(key, b"caller seal"))


def hidden(key: CallerKey, number: str, nonce: bytes) -> HiddenCaller:
    """A caller's number, hashed and sealed; `nonce` is 12 random bytes, used once."""
    plain = normalised(number).encode()
    if not plain:
        return WITHHELD
    digest = hmac.digest(key.hashing, plain, "sha256").hex()[:HASH_DIGITS]
    return HiddenCaller(digest, sealed(key, plain.decode(), nonce))


def sealed(key: CallerKey, text: str, nonce: bytes) -> str:
    """Text that needs the key; `nonce` is 12 random bytes, used once."""
    box = AESGCM(key.sealing).encrypt(nonce, text.encode(), key.client_id.encode())
    return urlsafe_b64encode(nonce + box).decode().rstrip("=")


def opened(key: CallerKey, box: str) -> str:
    """The text that `sealed` hid; empty when it was not hidden under this key."""
    try:
        raw = urlsafe_b64decode(box + "=" * (-len(box) % 4))
        nonce, rest = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
        return AESGCM(key.sealing).decrypt(nonce, rest, key.client_id.encode()).decode()
    except (InvalidTag, ValueError):
        return ""


def normalised(number: str) -> str:
    """The same text for the same caller: E.164 for Japanese numbers, else as sent without marks."""
    plain = re.sub(r"[\s().-]", "", number)
    if re.fullmatch(r"0[1-9]\d{7,9}", plain):
        return f"+81{plain[1:]}"
    if re.fullmatch(r"81[1-9]\d{7,9}", plain):
        return f"+{plain}"
    return plain


def read_key(folder: Path, client_id: str) -> CallerKey | None:
    """A client company's key from its file; None if there is none or it is not one."""
    if not _CLIENT_ID.fullmatch(client_id):
        return None
    try:
        key = (folder / f"{client_id}.key").read_bytes()
    except OSError:
        return None
    return derived(client_id, key) if len(key) == KEY_BYTES else None


def _hkdf(key: bytes, purpose: bytes) -> bytes:
    info = b"sasayaki " + purpose
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=info).derive(key)
