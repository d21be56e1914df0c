"""What people say and key in, as events may hold it: sealed, so that it can be forgotten.

Each client company has a key of its own, a file of 32 bytes that can be destroyed: then the words
are gone and the history stays. For each purpose a key is derived from it (HKDF-SHA256, RFC 5869),
so that what one gives away says nothing about another.
"""

import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sasayaki_chassis.decider import Refused

KEY_BYTES = 32
NONCE_BYTES = 12
WORDS = b"sasayaki words seal"
"""For what people say and write."""
NUMBERS = b"sasayaki caller seal"
"""For numbers and digits; media seals with it too."""
_CLIENT_ID = re.compile(r"cli_[A-Za-z0-9_-]{1,124}")


def company_key(folder: Path, client_id: str) -> bytes | None:
    """A client company's own key, `<client id>.key`; None when there is none that could be one.

    Read every time: a key that was destroyed opens nothing from then on.
    """
    if not _CLIENT_ID.fullmatch(client_id):
        return None
    try:
        key = (folder / f"{client_id}.key").read_bytes()
    except OSError:
        return None
    return key if len(key) == KEY_BYTES else None


def derived(key: bytes, purpose: bytes) -> bytes:
    """The key for one purpose."""
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(key)


class Seals:
    """Seals and opens text for one purpose, with the companies' keys in a folder."""

    def __init__(self, folder: Path, purpose: bytes = WORDS) -> None:
        self._folder = folder
        self._purpose = purpose

    def seal(self, client_id: str, words: str) -> str:
        """Refuses NO_KEY when the company has none: nothing is written down unsealed."""
        key = self._key(client_id)
        if key is None:
            raise Refused("NO_KEY", f"client company {client_id!r} has no key to seal words with")
        nonce = secrets.token_bytes(NONCE_BYTES)
        box = AESGCM(key).encrypt(nonce, words.encode(), client_id.encode())
        return urlsafe_b64encode(nonce + box).decode().rstrip("=")

    def open(self, client_id: str, sealed: str) -> str | None:
        """None when the key is gone, or was another."""
        return self.opener(client_id)(sealed)

    def opener(self, client_id: str) -> Callable[[str], str | None]:
        """What opens many at once: the key is read now, and once."""
        key = self._key(client_id)
        return lambda sealed: None if key is None else _opened(key, client_id, sealed)

    def _key(self, client_id: str) -> bytes | None:
        key = company_key(self._folder, client_id)
        return None if key is None else derived(key, self._purpose)


def _opened(key: bytes, client_id: str, sealed: str) -> str | None:
    try:
        box = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        words = AESGCM(key).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], client_id.encode())
    except (Error, InvalidTag, ValueError):
        return None
    return words.decode()
