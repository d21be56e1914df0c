"""What all methods of RecordingService share: their service's name, roles and rights."""

from typing import Protocol

from sasayaki_chassis.identity import Identity
from sasayaki_recording.vault.pages import CUSTOMER, OPERATOR, Stretch
from sasayaki_recording.vault.wav import WHOLE, Hearing

SERVICE = "/sasayaki.recording.v1.RecordingService/"
LISTENERS = frozenset(("supervisor", "manager", "auditor", "admin", "client"))
SECONDS = (1_500_000_000, 4_000_000_000)
"""Since 1970: what stands outside is no instant of this service's life."""


def hearing_of(who: Identity, unheard: tuple[Stretch, ...]) -> Hearing:
    """What somebody hears of a recording; `unheard`: where its customer did not hear the operator.

    A client company hears what its customers could: nothing that the outsourcer's people said to
    each other.
    """
    if who.role != "client":
        return WHOLE
    return Hearing(frozenset((CUSTOMER, OPERATOR)), unheard)


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
