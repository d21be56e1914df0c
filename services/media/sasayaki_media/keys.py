"""Client companies' keys: what hides and opens a person's number, or the digits that they keyed."""

import secrets
from pathlib import Path

from sasayaki_media.caller import (
    NONCE_BYTES,
    WITHHELD,
    HiddenCaller,
    hidden,
    opened,
    read_key,
    sealed,
)
from sasayaki_media.metrics import UNSEALED


class ClientKeys:
    """Each is read whenever it is needed, so that a destroyed one is gone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def hide(self, client_id: str, number: str) -> HiddenCaller:
        """The number as events may hold it; without a key it is left out rather than written."""
        if not number:
            return WITHHELD
        key = read_key(self._folder, client_id)
        if key is None:
            UNSEALED.inc()
            return WITHHELD
        return hidden(key, number, secrets.token_bytes(NONCE_BYTES))

    def seal(self, client_id: str, digits: str) -> str:
        """Digits as events may hold them; empty without a key."""
        if not digits:
            return ""
        key = read_key(self._folder, client_id)
        if key is None:
            UNSEALED.inc()
            return ""
        return sealed(key, digits, secrets.token_bytes(NONCE_BYTES))

    def open(self, client_id: str, box: str) -> str:
        """What is sealed; empty when there is nothing, or no key that opens it."""
        key = read_key(self._folder, client_id) if box else None
        return opened(key, box) if key else ""
