"""Deletes what may go, and nothing else: who asks is not believed, it is looked up again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sasayaki.recording.v1.policy_events import PolicyEvent
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.owner import Meta, Owners, Unavailable
from sasayaki_recording.recording import Expire, Settle
from sasayaki_recording.retention.due import Due, due_at
from sasayaki_recording.retention.policy import Command, State
from sasayaki_recording.search.catalogue import Catalogue, Entry
from sasayaki_recording.search.contacts import Contacts
from sasayaki_recording.search.reasons import Reasons
from sasayaki_recording.shelf import Shelf
from sasayaki_recording.vault.keys import Whose

PolicyOwners = Owners[State, Command, PolicyEvent]

SETTLES = timedelta(seconds=2)
"""After a call's end; an alert that was raised in it is on its topic by then."""


@dataclass(frozen=True, slots=True)
class Retentions:
    """How long each recording is kept, as everything stands."""

    policies: PolicyOwners
    contacts: Contacts
    reasons: Reasons

    def due_at(self, entry: Entry) -> datetime | None:
        """By the last reason that is known; None: it is kept for ever."""
        whose = self.policies.meta(entry.client_id)
        if whose is None or whose.tenant_id != entry.tenant_id:
            return None
        reason_id = self.contacts.of(entry.contact_id).reason_id
        line = self.reasons.line(entry.client_id, reason_id)
        return due_at(entry, self.policies.state(entry.client_id), line)


@dataclass(frozen=True, slots=True)
class Deletions:
    """Both ways in which a recording goes."""

    shelf: Shelf
    catalogue: Catalogue
    contacts: Contacts
    retentions: Retentions
    known_until: Callable[[], datetime]
    """The instant up to which the contacts' view has seen everything."""

    def due(self, client_id: str, at: datetime) -> Due:
        """What of a client company's is due at an instant.

        Holds and deletions are asked of the stream itself: the catalogue is a moment behind.
        """
        free, held = list[str](), list[str]()
        for entry in self.catalogue.kept(client_id):
            up = self.retentions.due_at(entry)
            if up is not None and up <= at and not self.shelf.is_deleted(entry.contact_id):
                (held if self.shelf.is_held(entry.contact_id) else free).append(entry.contact_id)
        return Due(tuple(free), tuple(held))

    async def expire(self, contact_id: str, at: datetime, *, request_id: str, meta: Meta) -> None:
        """Its retention is over at `at`; refuses UNKNOWN_RECORDING, NOT_DUE and HELD."""
        entry = self._entry(contact_id)
        up = self.retentions.due_at(entry)
        if not entry.deleted and (up is None or up > at):
            raise Refused(
                "NOT_DUE", f"it is kept {f'until {up.isoformat()}' if up else 'for ever'}"
            )
        await self.shelf.delete(_whose(entry), Expire, request_id=request_id, meta=meta)

    async def settle(self, contact_id: str, *, request_id: str, meta: Meta) -> None:
        """The company keeps only calls with an alert: keeps it for good, or deletes it.

        Refuses UNKNOWN_RECORDING, NOT_DUE before the end and by another rule, HELD. Raises
        Unavailable while an alert could still be on its way here.
        """
        entry, contact = self._entry(contact_id), self.contacts.of(contact_id)
        if not entry.deleted:
            if not self.contacts.keeps_only_alerted(contact_id):
                raise Refused("NOT_DUE", "it is not kept by the rule of alerts alone")
            whole = entry.finished or contact.node_lost
            if contact.ended_at is None or not whole:
                raise Refused("NOT_DUE", "the call or its recording is not over")
            if not contact.alerted and self.known_until() < contact.ended_at + SETTLES:
                raise Unavailable("an alert of this call may still be on its way")
        await self.shelf.delete(
            _whose(entry),
            lambda size: Settle(contact.alerted, size),
            request_id=request_id,
            meta=meta,
        )
        self.contacts.settled(contact_id)

    def _entry(self, contact_id: str) -> Entry:
        entry = self.catalogue.of(contact_id)
        if entry is None:
            raise Refused("UNKNOWN_RECORDING", f"no recording of {contact_id!r}")
        return entry


def _whose(entry: Entry) -> Whose:
    return Whose(entry.tenant_id, entry.client_id, entry.contact_id)
