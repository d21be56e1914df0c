"""How a method has something decided: for the tenant whose call it is and for no other."""

from typing import Protocol

from sasayaki.media.v1.call_events import CallEvent
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.identity import Identity
from sasayaki_chassis.ids import derived_id
from sasayaki_chassis.owner import Meta
from sasayaki_chassis.rpc import caller, meta
from sasayaki_media.calls.commands import Asker, Command
from sasayaki_media.calls.switchboard import Switchboard
from sasayaki_media.sound.prompts import Prompts


class AboutCall(Protocol):
    """A request that names a contact."""

    request_id: str
    contact_id: str


def whose(calls: Switchboard, contact_id: str, who: Identity) -> Meta:
    """Whose call it is; raises Refused for a call that the caller may not know of."""
    known = calls.meta(contact_id)
    foreign = known is None or known.tenant_id != who.tenant_id
    if known is None or foreign or not sees(who, known.client_id or ""):
        raise Refused("UNKNOWN_CONTACT", f"no contact {contact_id!r}")
    return known


def sees(who: Identity, client_id: str) -> bool:
    """Supervisors work for some client companies; services and the tenant's people for all."""
    return who.role not in ("supervisor", "manager") or client_id in who.clients


async def decide(calls: Switchboard, request: AboutCall, command: Command) -> tuple[CallEvent, ...]:
    known = whose(calls, request.contact_id, caller())
    return await calls.handle(
        request.contact_id,
        command,
        request_id=request.request_id,
        meta=meta(client_id=known.client_id, correlation_id=request.contact_id),
    )


def asker() -> Asker:
    """Who asks for what concerns a talk; a service asks for whoever talks."""
    who = caller()
    return Asker() if who.role == "service" else Asker(who.user_id, who.role == "operator")


def leg_id(method: str, request_id: str) -> str:
    """The same leg for the same request."""
    return derived_id("leg", caller().tenant_id, method, request_id)


def known_prompts(prompts: Prompts, *names: str) -> None:
    """Raises Refused for a prompt that is not stored."""
    for sha256 in names:
        if sha256 not in prompts:
            raise Refused("UNKNOWN_PROMPT", f"no prompt {sha256!r} is stored")
