"""What all methods of RecordingService share: their service's name, roles and rights."""

from typing import Protocol

from sasayaki_chassis.identity import Identity

SERVICE = "/sasayaki.recording.v1.RecordingService/"
LISTENERS = frozenset(("supervisor", "manager", "auditor", "admin"))
SECONDS = (1_500_000_000, 4_000_000_000)
"""Since 1970: what stands outside is no instant of this service's life."""


class Owned(Protocol):
    """Something of one tenant and client company."""

    @property
    def tenant_id(self) -> str: ...

    @property
    def client_id(self) -> str: ...


def may_hear(who: Identity, what: Owned) -> bool:
    """Only recordings of one's tenant and client companies; an administrator's may be all."""
    if what.tenant_id != who.tenant_id:
        return False
    return what.client_id in who.clients or (who.role == "admin" and not who.clients)
