"""Client companies' keys: what hides and opens a person's number, or the digits that they keyed."""

from pathlib import Path

from sasayaki_chassis.decider import Refused
from sasayaki_chassis.seals import NUMBERS, Seals, company_key
from sasayaki_media.caller import WITHHELD, HiddenCaller, caller_hash, normalised
from sasayaki_media.metrics import UNSEALED


class ClientKeys:
    """Each is read whenever it is needed, so that a destroyed one is gone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seals = Seals(folder, NUMBERS)

    def hide(self, client_id: str, number: str) -> HiddenCaller:
        """The number as events may hold it; without a key it is left out rather than written."""
        sealed = self.seal(client_id, normalised(number))
        key = company_key(self._folder, client_id) if sealed else None
        return HiddenCaller(caller_hash(key, number), sealed) if key else WITHHELD

    def seal(self, client_id: str, digits: str) -> str:
        """Digits as events may hold them; empty without a key."""
        if not digits:
            return ""
        try:
            return self._seals.seal(client_id, digits)
        except Refused:
            UNSEALED.inc()
            return ""

    def open(self, client_id: str, box: str) -> str:
        """What is sealed; empty when there is nothing, or no key that opens it."""
        return (self._seals.open(client_id, box) or "") if box else ""
