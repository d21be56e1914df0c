"""SIP phones that are registered, as the node has them: each connection tells them anew."""

from collections.abc import Callable, Collection

from sasayaki.media.node.v1 import node_pb2 as pb
from sasayaki_media.metrics import REGISTERED


class Registered:
    """The user names that have a SIP phone; SIP knows no tenants."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._changed: Callable[[str], None] = lambda _: None

    def on_change(self, changed: Callable[[str], None]) -> None:
        """Calls back with each name that has a phone, or none any more."""
        self._changed = changed

    @property
    def names(self) -> Collection[str]:
        return self._names

    def begin(self) -> None:
        """Nothing is known until a node tells it."""
        gone, self._names = self._names, set()
        REGISTERED.set(0)
        for name in gone:
            self._changed(name)

    def told(self, registered: pb.Registered) -> None:
        for user in registered.users:
            if user.registered:
                self._names.add(user.user_id)
            else:
                self._names.discard(user.user_id)
        REGISTERED.set(len(self._names))
        for user in registered.users:
            self._changed(user.user_id)
