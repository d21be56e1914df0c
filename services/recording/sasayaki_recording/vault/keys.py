"""What is derived from client companies' keys, a file of 32 bytes each in a folder.

A file that is destroyed takes the company's recordings with it: nothing derived is written down,
and the file is read every time. Each purpose has a key of its own (HKDF-SHA256, RFC 5869).
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sasayaki_chassis.owner import Unavailable
from sasayaki_chassis.seals import NONCE_BYTES, company_key, derived

HASH_DIGITS = 32
"""Of a caller's number, hexadecimal: as media writes it into its events."""


class KeyGone(Exception):
    """The client company's key is not there, or is another than the one that sealed."""


@dataclass(frozen=True, slots=True)
class Whose:
    """A call and whose it is."""

    tenant_id: str
    client_id: str
    contact_id: str


class Seal:
    """Seals the samples of one call's pages: a key of its own, a random nonce for each.

    A call has at most 3 × 86,400 pages: far below where random nonces of 96 bits may meet.
    """

    def __init__(self, key: bytes, whose: Whose) -> None:
        self._box = AESGCM(key)
        self._whose = f"{whose.tenant_id}\0{whose.contact_id}\0".encode()

    def seal(self, head: bytes, pcmu: bytes) -> bytes:
        """Nonce, encrypted samples, tag; bound to the call and to what stands before the page."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._box.encrypt(nonce, pcmu, self._whose + head)

    def open(self, head: bytes, sealed: bytes) -> bytes:
        """The samples; raises KeyGone for another key, call or page."""
        nonce, box = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._box.decrypt(nonce, box, self._whose + head)
        except InvalidTag as error:
            raise KeyGone("the client company's key is not the one that sealed this") from error


class Keys:
    """The folder with `<client id>.key` for each company. Blocks for as long as the disk takes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def seal(self, whose: Whose) -> Seal:
        """Raises KeyGone, or Unavailable when there is not even the folder."""
        key = self._read(whose.client_id)
        if key is None:
            raise KeyGone(f"the key of client company {whose.client_id!r} is not there")
        purpose = f"sasayaki recording\0{whose.tenant_id}\0{whose.contact_id}"
        return Seal(derived(key, purpose.encode()), whose)

    def caller_hash(self, client_id: str, number: str) -> str | None:
        """How this company's events name the caller; None when its key is not there."""
        key, plain = self._read(client_id), normalised(number).encode()
        if key is None:
            return None
        hashing = derived(key, b"sasayaki caller hash")
        return hmac.digest(hashing, plain, "sha256").hex()[:HASH_DIGITS]

    def _read(self, client_id: str) -> bytes | None:
        key = company_key(self._folder, client_id)
        if key is None and not self._folder.is_dir():  # a mount that is missing destroys nothing
            raise Unavailable("the folder of the client companies' keys is away")
        return key


def normalised(number: str) -> str:
    """The same text for the same caller: as media hashes it."""
    plain = re.sub(r"[\s().-]", "", number)
    if re.fullmatch(r"0[1-9]\d{7,9}", plain):
        return f"+81{plain[1:]}"
    if re.fullmatch(r"81[1-9]\d{7,9}", plain):
        return f"+{plain}"
    return plain
