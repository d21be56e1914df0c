"""SIP phones that are registered, as the node has them: each connection tells them anew."""

from collections.abc import Callable, Collection

from sasayaki.media.node.v1 import node_pb2 as pb
from sasayaki_media.metrics import REGISTERED
from sasayaki_media.phones.person import Person


class Registered:
    """Who has a SIP phone. Without a tenant, every tenant's user of that id has it."""

    def __init__(self) -> None:
        self._people: set[Person] = set()
        self._changed: Callable[[Person], None] = lambda _: None

    def on_change(self, changed: Callable[[Person], None]) -> None:
        """Calls back with whoever has a phone, or none any more; the tenant may be empty."""
        self._changed = changed

    def has(self, person: Person) -> bool:
        return person in self._people or Person("", person.user_id) in self._people

    def users_of(self, tenant_id: str) -> Collection[str]:
        """The tenant's users who have a phone."""
        ours = ("", tenant_id)
        return {each.user_id for each in self._people if each.tenant_id in ours}

    def begin(self) -> None:
        """Nothing is known until a node tells it."""
        gone, self._people = self._people, set()
        REGISTERED.set(0)
        for person in gone:
            self._changed(person)

    def told(self, registered: pb.Registered) -> None:
        for user in registered.users:
            if user.registered:
                self._people.add(_whose(user))
            else:
                self._people.discard(_whose(user))
        REGISTERED.set(len(self._people))
        for user in registered.users:
            self._changed(_whose(user))


def _whose(user: pb.SipUser) -> Person:
    return Person(user.tenant_id, user.user_id)
