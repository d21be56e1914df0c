"""Digits that customers gave: sealed by media, opened only where a step or a person needs them.

Sealed with AES-256-GCM under a key that is derived from the client company's own (HKDF-SHA256, RFC
5869), the company's id as associated data, as callers' numbers are.
"""

from base64 import urlsafe_b64decode
from binascii import Error
from collections.abc import Iterable, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sasayaki_callreason.enquiries.states import Given
from sasayaki_callreason.keys import KEY_BYTES

NONCE_BYTES = 12
PURPOSE = b"sasayaki caller seal"


def opened(keys: Path, client_id: str, given: Iterable[Given]) -> Mapping[str, str]:
    """The digits by the flow's names; without those that the company's key does not open."""
    sealed = {one.name: one.sealed for one in given if one.sealed}
    key = _key(keys, client_id) if sealed else None
    if key is None:
        return {}
    plain = {name: _plain(key, client_id, box) for name, box in sealed.items()}
    return {name: digits for name, digits in plain.items() if digits is not None}


def _key(keys: Path, client_id: str) -> bytes | None:
    """Read each time: a key that was destroyed opens nothing from then on."""
    try:
        key = (keys / f"{client_id}.key").read_bytes()
    except OSError:
        return None
    if len(key) != KEY_BYTES:
        return None
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE).derive(key)


def _plain(key: bytes, client_id: str, sealed: str) -> str | None:
    try:
        box = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        plain = AESGCM(key).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], client_id.encode())
    except (Error, InvalidTag, ValueError):
        return None
    return plain.decode()
