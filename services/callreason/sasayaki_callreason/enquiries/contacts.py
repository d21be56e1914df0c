"""Contacts as callers may see them: of their tenant, and of a client company that they serve."""

from typing import TypeAlias

from sasayaki.callreason.v1.enquiry_events import EnquiryEvent
from sasayaki_callreason.enquiries import commands, states
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.identity import Identity
from sasayaki_chassis.owner import Owners

Enquiries: TypeAlias = Owners[states.State, commands.Command, EnquiryEvent]


class Contacts:
    """Answers from what this instance owns, so an answer holds what was acknowledged before."""

    def __init__(self, enquiries: Enquiries) -> None:
        self._enquiries = enquiries

    def known(self, contact_id: str, identity: Identity) -> states.State:
        """The contact's enquiry; Refused when there is none for this caller."""
        self.check_tenant(contact_id, identity)
        if self._enquiries.meta(contact_id) is None:
            raise Refused("UNKNOWN_CONTACT", f"there is no contact {contact_id!r}")
        state = self._enquiries.state(contact_id)
        check_serves(identity, state.facts.client_id)
        return state

    def check_tenant(self, contact_id: str, identity: Identity) -> None:
        """Another tenant's contact is as unknown as none."""
        whose = self._enquiries.meta(contact_id)
        if whose is not None and whose.tenant_id != identity.tenant_id:
            raise Refused("UNKNOWN_CONTACT", f"there is no contact {contact_id!r}")


def own(state: states.State, identity: Identity) -> bool:
    """Whether the caller is the contact's operator."""
    return state.facts.operator_id == identity.user_id


def check_serves(identity: Identity, client_id: str) -> None:
    """Refuses what is of a client company that the caller does not serve."""
    if not serves(identity, client_id):
        raise Refused("NOT_YOUR_CLIENT", "of a client company that you do not serve")


def serves(identity: Identity, client_id: str) -> bool:
    """Whether a caller may see what is a company's; a manager without a list sees all."""
    if identity.role in ("service", "admin"):
        return True
    if identity.role == "manager" and not identity.clients:
        return True
    return client_id in identity.clients
