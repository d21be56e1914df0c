"""Words and digits of people as events may hold them: sealed, so that they can be forgotten.

Each client company has a key of its own, a file of 32 bytes that can be destroyed: then the words
are gone and the history stays. A key for each purpose is derived from it (HKDF-SHA256, RFC 5869):
people's words as monitoring seals them, numbers and digits as media does.
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
NUMBERS = b"sasayaki caller seal"
_CLIENT_ID = re.compile(r"cli_[A-Za-z0-9_-]{1,124}")


class Seals:
    """Seals and opens with the keys in a folder, `<client id>.key` each, for one purpose.

    A key is read every time: one that was destroyed opens nothing from then on.
    """

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
        if not _CLIENT_ID.fullmatch(client_id):
            return None
        try:
            key = (self._folder / f"{client_id}.key").read_bytes()
        except OSError:
            return None
        if len(key) != KEY_BYTES:
            return None
        return HKDF(
            algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=self._purpose
        ).derive(key)


def _opened(key: bytes, client_id: str, sealed: str) -> str | None:
    try:
        box = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        words = AESGCM(key).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], client_id.encode())
    except (Error, InvalidTag, ValueError):
        return None
    return words.decode()
