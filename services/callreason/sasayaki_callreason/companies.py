"""What requests ask of client companies and their flows, always within the caller's tenant."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import TypeAlias, assert_never

from sasayaki.callreason.v1.client_events import ClientEvent, ClientPut, RecordingRule
from sasayaki.callreason.v1.flow_events import FlowEvent
from sasayaki_callreason import client
from sasayaki_callreason.enquiries import commands, states
from sasayaki_callreason.enquiries.contacts import serves
from sasayaki_callreason.flows import versions
from sasayaki_callreason.flows.flow import Declared, Flow
from sasayaki_callreason.reasons.tree import outcomes_of
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import InvalidField
from sasayaki_chassis.identity import Identity
from sasayaki_chassis.owner import Owners

Clients: TypeAlias = Owners[client.State, client.Command, ClientEvent]
Flows: TypeAlias = Owners[versions.State, versions.Command, FlowEvent]


class Companies:
    """Answers from what this instance owns, so an answer holds what was acknowledged before."""

    def __init__(self, clients: Clients, flows: Flows) -> None:
        self._clients = clients
        self._flows = flows
        self._numbers = client.Numbers(clients.state, clients.streams)

    def settings(self, client_id: str) -> ClientPut | None:
        state = self._clients.state(client_id)
        return state.settings if isinstance(state, client.Served) else None

    def served(self, client_id: str, identity: Identity) -> ClientPut:
        """The settings of a company of the caller's tenant; Refused when there is none."""
        settings = self.settings(client_id)
        if settings is None or not self.within(client_id, identity):
            raise Refused("UNKNOWN_CLIENT", f"there is no client {client_id!r}")
        return settings

    def of(self, identity: Identity) -> list[ClientPut]:
        """The companies of the caller's tenant that the caller serves or is, by id."""
        return sorted(
            (
                state.settings
                for client_id, state in self._clients.streams()
                if isinstance(state, client.Served)
                and self.within(client_id, identity)
                and serves(identity, client_id)
            ),
            key=lambda settings: settings.client_id,
        )

    def check_free(self, client_id: str, identity: Identity) -> None:
        """Refuses a company that another tenant serves."""
        if self._clients.meta(client_id) is not None and not self.within(client_id, identity):
            raise Refused("CLIENT_TAKEN", f"client {client_id!r} is served by another tenant")

    def numbers_beside(self, client_id: str) -> frozenset[str]:
        """The numbers of all other companies, of every tenant."""
        return frozenset(self._others(client_id))

    def declared(self, client_id: str, prompts: Mapping[str, str], identity: Identity) -> Declared:
        """What the company's flows may name."""
        return declared_of(self.served(client_id, identity), prompts)

    def check_reason(self, client_id: str, reason_id: str) -> None:
        """Raises InvalidField unless the company declares the reason."""
        settings = self.settings(client_id)
        reasons = () if settings is None else settings.reasons
        if all(reason.reason_id != reason_id for reason in reasons):
            fault = f"the client company has no reason {reason_id[:40]!r}"
            raise InvalidField("reason_id", fault)

    def opening(
        self,
        number: str,
        contact_id: str,
        identity: Identity,
        *,
        caller_known: bool,
        caller_hash: str,
    ) -> commands.Open | commands.TurnAway:
        """What a call for a number begins with; another tenant's number is as good as none."""
        found = self._numbers.flow(number)
        if found is None or not self.within(found[0], identity):
            return commands.TurnAway()
        client_id, flow_id = found
        flow = self._flows.state(flow_id)
        if not isinstance(flow, versions.Published) or flow.client_id != client_id:
            return commands.TurnAway()
        return commands.Open(
            client_id=client_id,
            dialled_number=number,
            flow=flow.flow(flow.version),
            flow_version=flow.version,
            caller_known=caller_known,
            caller_hash=caller_hash,
            recording=self.recording(client_id, contact_id),
        )

    def calling_back(
        self, previous: states.Facts, previous_contact_id: str, *, caller_hash: str
    ) -> commands.CallBack | commands.TurnAway:
        """What the call back of a contact begins with: its own version of its flow, its own rule.

        Media was told to record it as the call before: this says what is done.
        """
        flow = self.flow(previous)
        if flow is None or not previous.callback_step_id:
            return commands.TurnAway()
        return commands.CallBack(
            client_id=previous.client_id,
            dialled_number=previous.dialled_number,
            flow=flow,
            flow_version=previous.flow_version,
            previous_contact_id=previous_contact_id,
            language=previous.language or flow.languages[0],
            reason_id=previous.reason_id,
            caller_hash=caller_hash,
            recording=previous.recording,
        )

    def recording(self, client_id: str, contact_id: str) -> RecordingRule:
        """What the company's rule means for one contact: all of it, nothing, or on alert."""
        settings = self.settings(client_id)
        return RecordingRule.ALL if settings is None else recording_of(settings, contact_id)

    def flow(self, facts: states.Facts) -> Flow | None:
        """The version of the flow that the enquiry began with; None when none has begun."""
        state = self._flows.state(facts.flow_id)
        return state.flow(facts.flow_version) if isinstance(state, versions.Published) else None

    def within(self, client_id: str, identity: Identity) -> bool:
        """Whether the caller's tenant serves the company."""
        whose = self._clients.meta(client_id)
        return whose is not None and whose.tenant_id == identity.tenant_id

    def _others(self, client_id: str) -> Iterator[str]:
        for other, state in self._clients.streams():
            if other != client_id:
                yield from client.numbers_of(state)


def declared_of(settings: ClientPut, prompts: Mapping[str, str]) -> Declared:
    """What the flows of a company with these settings may name."""
    endings = frozenset(outcomes_of(settings.reasons))
    return Declared(
        reasons=frozenset(reason.reason_id for reason in settings.reasons),
        queues=frozenset(settings.queue_ids) or None,
        prompts=prompts,
        endings=endings,
        stated=frozenset(reason.reason_id for reason in settings.reasons if not reason.parent_id)
        - endings,
        recorded=settings.recording in (None, RecordingRule.UNSPECIFIED, RecordingRule.ALL),
    )


def recording_of(settings: ClientPut, contact_id: str) -> RecordingRule:
    """Of a sample every contact draws its own lot: the same, whoever looks and however often."""
    match settings.recording:
        case RecordingRule.SAMPLE:
            drawn = int.from_bytes(sha256(contact_id.encode()).digest()[:8], "big") % 100
            recorded = drawn < (settings.sample_percent or 0)
            return RecordingRule.ALL if recorded else RecordingRule.NONE
        case RecordingRule.NONE | RecordingRule.ON_ALERT as rule:
            return rule
        case None | RecordingRule.UNSPECIFIED | RecordingRule.ALL:
            return RecordingRule.ALL
        case _:
            assert_never(settings.recording)
