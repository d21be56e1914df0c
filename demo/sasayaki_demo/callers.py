"""Opens the sealed caller numbers of `CallArrived`, with the client company's key from its file.

Sealed is base64url of a 12-byte nonce and AES-256-GCM's output; the key is HKDF-SHA256 of the
company's 32-byte key file with the info text `sasayaki caller seal`; the company's id is bound in.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sasayaki_demo.topics import Written

NONCE_BYTES = 12


def opener(keys: Path) -> Callable[[Written], str]:
    """Returns a function that gives the caller's number of a `CallArrived`."""

    def open_caller(record: Written) -> str:
        sealed = record.data.get("caller_sealed", "")
        if not sealed:
            return ""
        client = str(record.event["clientid"])
        key = HKDF(SHA256(), 32, salt=None, info=b"sasayaki caller seal").derive(
            (keys / f"{client}.key").read_bytes()
        )
        data = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        return AESGCM(key).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], client.encode()).decode()

    return open_caller
