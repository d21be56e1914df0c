"""Whom a contact is shown to: its operator, whom it is offered to before they answer, and above."""

import asyncio
from dataclasses import dataclass

from sasayaki_callreason.callers.view import Offers
from sasayaki_callreason.enquiries import states
from sasayaki_callreason.enquiries.contacts import Contacts, own
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.identity import Identity

OFFER_LOOKS = 25
OFFER_LOOK_S = 0.02
"""An operator waits up to 25 × 20 ms for the news that a waiting contact is offered to them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Contacts as those may look at them whom they concern."""

    contacts: Contacts
    offers: Offers

    async def to(self, contact_id: str, identity: Identity) -> states.State:
        """The contact's enquiry; Refused unless the caller may look at it.

        The operator's desk may know of an offer before this service does.
        """
        for _ in range(OFFER_LOOKS):
            state = self.contacts.known(contact_id, identity)
            offered = self.offers.to(contact_id) == identity.user_id
            if identity.role != "operator" or own(state, identity) or offered:
                return state
            if not isinstance(state, states.Queued):
                break
            await asyncio.sleep(OFFER_LOOK_S)
        refusal = f"the contact's operator is not {identity.user_id!r}"
        raise Refused("NOT_YOUR_CONTACT", refusal)
