"""Contact ids that are drawn before their call is decided."""

import asyncio

from sasayaki_chassis.owner import Unavailable
from sasayaki_media.calls.happened import Source
from sasayaki_media.calls.switchboard import RETRY_S, Switchboard


class Drawn:
    """Contact ids of invited calls that are not known to be decided; outlives connections."""

    def __init__(self, calls: Switchboard) -> None:
        self._calls = calls
        self._ids: dict[Source, str] = {}

    async def contact_id(self, source: Source) -> str:
        """The same for the same happening, however often it comes."""
        while source not in self._ids:
            try:
                self._ids[source] = self._calls.draw_contact_id()
            except Unavailable:
                await asyncio.sleep(RETRY_S[0])
        return self._ids[source]

    def forget(self, source: Source) -> None:
        self._ids.pop(source, None)

    def forget_other_runs(self, node_id: str) -> None:
        """A node that was started again knows nothing of the calls before."""
        self._ids = {
            source: each for source, each in self._ids.items() if source.node_id == node_id
        }
