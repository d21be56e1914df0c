"""Which of a person's tabs has the phone: the last one that asked for it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from prometheus_client import Counter, Gauge

TAKEN_OVER = 4001
"""Close code of a socket whose place another tab of the same person took."""
SESSION_OVER = 4002
"""Close code of a socket whose session is over."""
CLOSE_S = 1.0
"""A tab that takes no goodbye for so long holds up nobody."""

OPEN = Gauge("sasayaki_gateway_phones", "People whose browser has a phone's socket open.")
TAKEOVERS = Counter(
    "sasayaki_gateway_phone_takeovers_total", "Phone sockets that a later tab replaced."
)


@dataclass(slots=True, eq=False)
class Holder:
    """A tab that has a person's phone; `connection_id` is empty before media's first answer."""

    session_key: str
    close: Callable[[int], Awaitable[None]]
    connection_id: str = ""


class Phones:
    """The tabs that have phones, by user id."""

    def __init__(self) -> None:
        self._holders: dict[str, Holder] = {}
        OPEN.set_function(lambda: len(self._holders))

    async def take(self, user_id: str, holder: Holder) -> None:
        """Gives a person's phone to a tab; the one that had it is closed."""
        earlier = self._holders.get(user_id)
        self._holders[user_id] = holder
        if earlier is not None:
            TAKEOVERS.inc()
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_S):
                    await earlier.close(TAKEN_OVER)

    def leave(self, user_id: str, holder: Holder) -> None:
        """The tab has it no more, unless another took it already."""
        if self._holders.get(user_id) is holder:
            del self._holders[user_id]

    def connection_of(self, user_id: str, session_key: str) -> str:
        """Media's name for the connection, if a tab of this session has the phone; or empty."""
        holder = self._holders.get(user_id)
        return holder.connection_id if holder and holder.session_key == session_key else ""
