"""Calls out of the centre: whom a company may call, a transfer out, a customer called back."""

from collections.abc import Iterable

from sasayaki.media.v1 import call_events_pb2, media_service_pb2_grpc
from sasayaki.media.v1 import media_service_pb2 as pb
from sasayaki.media.v1.call_events import RecordingPolicy
from sasayaki.media.v1.outbound_events import OutboundRuleSet
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import an_id, between, require, text
from sasayaki_chassis.rpc import Context, caller, meta, refusals
from sasayaki_media.api.asking import decide, leg_id, whose
from sasayaki_media.api.checks import A_CONTACT, a_policy, a_ring_time
from sasayaki_media.api.rights import CODES
from sasayaki_media.calls.commands import DialOutside, Place
from sasayaki_media.calls.states import Connected, New, Thread
from sasayaki_media.calls.switchboard import Switchboard
from sasayaki_media.keys import ClientKeys
from sasayaki_media.line.node import Node
from sasayaki_media.numbers import Line, Numbers
from sasayaki_media.outbound.gate import Gate
from sasayaki_media.outbound.numbers import e164, is_prefix
from sasayaki_media.outbound.outbound import Ask

RING_MS_USUAL = 30_000
NUMBER_BYTES_MAX = 64
SEALED_BYTES_MAX = 256
PREFIXES_MAX = 100
CONCURRENT_MAX = 1_000
PER_MINUTE_MAX = 1_000
PER_DAY_MAX = 100_000


class Outside(media_service_pb2_grpc.MediaServiceServicer):
    """Allowed first, ordered then: the node never hears of what was refused."""

    def __init__(
        self, calls: Switchboard, node: Node, numbers: Numbers, keys: ClientKeys, gate: Gate
    ) -> None:
        self._calls = calls
        self._node = node
        self._numbers = numbers
        self._keys = keys
        self._gate = gate

    async def SetOutboundRule(
        self, request: pb.SetOutboundRuleRequest, context: Context
    ) -> pb.SetOutboundRuleResponse:
        async with refusals(context, CODES):
            require(
                request,
                client_id=an_id("cli"),
                prefixes=_prefixes,
                denied_prefixes=_prefixes,
                concurrent_max=between(0, CONCURRENT_MAX),
                per_minute_max=between(0, PER_MINUTE_MAX),
                per_day_max=between(0, PER_DAY_MAX),
            )
            await self._numbers.known(Line(caller().tenant_id, request.client_id))
            rule = OutboundRuleSet(
                prefixes=tuple(request.prefixes),
                denied_prefixes=tuple(request.denied_prefixes),
                concurrent_max=request.concurrent_max,
                per_minute_max=request.per_minute_max,
                per_day_max=request.per_day_max,
            )
            about = meta(client_id=request.client_id)
            await self._gate.set_rule(
                request.client_id, rule, request_id=request.request_id, meta=about
            )
        return pb.SetOutboundRuleResponse()

    async def DialOutside(
        self, request: pb.DialOutsideRequest, context: Context
    ) -> pb.DialOutsideResponse:
        async with refusals(context, CODES):
            require(
                request,
                contact_id=A_CONTACT,
                number=text(most=NUMBER_BYTES_MAX),
                operator_id=an_id("usr", optional=True),
                ring_ms_max=a_ring_time,
            )
            known = whose(self._calls, request.contact_id, caller())
            client_id = known.client_id or ""
            leg = leg_id("DialOutside", request.request_id)
            number = e164(request.number)
            hidden = self._keys.hide(client_id, number)
            ask = Ask(
                outbound_id=leg,
                contact_id=request.contact_id,
                wanted_in=request.contact_id,
                operator_id=_wanted_by(request.operator_id),
                number=number if hidden.sealed else "",
                number_hash=hidden.hash,
                right=caller().role == "service",
            )
            about = meta(client_id=client_id, correlation_id=request.contact_id)
            await self._gate.ask(client_id, ask, request_id=request.request_id, meta=about)
            dial = DialOutside(
                leg_id=leg,
                operator_id=request.operator_id,
                number_sealed=hidden.sealed,
                ring_ms_max=request.ring_ms_max or RING_MS_USUAL,
            )
            if not self._has_begun(request.contact_id, leg):
                with self._gate.asking(client_id, leg):
                    try:
                        await decide(self._calls, request, dial)
                    except Refused:
                        await self._gate.end(client_id, leg, about)
                        raise
        return pb.DialOutsideResponse(leg_id=leg)

    async def PlaceCall(
        self, request: pb.PlaceCallRequest, context: Context
    ) -> pb.PlaceCallResponse:
        async with refusals(context, CODES):
            require(
                request,
                client_id=an_id("cli"),
                previous_contact_id=A_CONTACT,
                number_sealed=text(least=0, most=SEALED_BYTES_MAX),
                ring_ms_max=a_ring_time,
                record=a_policy,
            )
            previous = self._previous(request)
            node_id = self._node.node_id()
            number = self._number_of(request, previous, caller().tenant_id)
            hidden = self._keys.hide(request.client_id, number)
            drawn = self._calls.draw_contact_id()
            ask = Ask(
                outbound_id=drawn,
                contact_id=drawn,
                wanted_in=request.previous_contact_id,
                operator_id=_wanted_by(""),
                number=number,
                number_hash=hidden.hash,
                right=caller().role == "service",
            )
            about = meta(client_id=request.client_id, correlation_id=drawn)
            allowed = await self._gate.ask(
                request.client_id, ask, request_id=request.request_id, meta=about
            )
            # A repeat of the request meets the contact that was drawn for the first.
            contact_id = allowed.contact_id
            place = Place(
                node_id=node_id,
                from_number=previous.our_number,
                caller_hash=hidden.hash,
                caller_sealed=hidden.sealed,
                previous_contact_id=request.previous_contact_id,
                ring_ms_max=request.ring_ms_max or RING_MS_USUAL,
                record=RecordingPolicy(call_events_pb2.RecordingPolicy.Name(request.record)),
            )
            if isinstance(self._calls.state(contact_id), New):
                about = meta(client_id=request.client_id, correlation_id=contact_id)
                with self._gate.asking(request.client_id, contact_id):
                    await self._calls.handle(
                        contact_id, place, request_id=request.request_id, meta=about
                    )
        return pb.PlaceCallResponse(contact_id=contact_id)

    def _has_begun(self, contact_id: str, leg: str) -> bool:
        """Whether an earlier asking of the same request has dialled already."""
        state = self._calls.state(contact_id)
        if not isinstance(state, Connected):
            return False
        return leg in state.outside_over or any(each.leg_id == leg for each in state.operators)

    def _previous(self, request: pb.PlaceCallRequest) -> Thread:
        """The contact that is called back, of the same company."""
        known = whose(self._calls, request.previous_contact_id, caller())
        state = self._calls.state(request.previous_contact_id)
        if known.client_id != request.client_id or isinstance(state, New):
            raise Refused("UNKNOWN_CONTACT", f"no contact {request.previous_contact_id!r}")
        return state.thread

    def _number_of(self, request: pb.PlaceCallRequest, previous: Thread, tenant_id: str) -> str:
        """Whom to call; nobody when the number that they would see is the company's no more."""
        if self._numbers.line(previous.our_number) != Line(tenant_id, request.client_id):
            return ""
        sealed = request.number_sealed or previous.customer_sealed
        return e164(self._keys.open(request.client_id, sealed))


def _wanted_by(operator_id: str) -> str:
    """Who asks, unless it is a service: then on whose behalf."""
    who = caller()
    return operator_id if who.role == "service" else who.user_id


def _prefixes(value: Iterable[str]) -> str | None:
    prefixes = list(value)
    if len(prefixes) > PREFIXES_MAX:
        return f"at most {PREFIXES_MAX}, not {len(prefixes)}"
    wrong = [prefix for prefix in prefixes if not is_prefix(prefix)]
    return f"a plus and a country code at least, not {wrong[0][:20]!r}" if wrong else None
