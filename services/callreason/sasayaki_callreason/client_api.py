"""callreason's RPCs about client companies, and the key files, which only this edge writes."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import grpc

from sasayaki.callreason.v1 import callreason_service_pb2 as pb
from sasayaki.callreason.v1 import callreason_service_pb2_grpc as rpc_pb
from sasayaki.callreason.v1 import client_events_pb2
from sasayaki.callreason.v1.client_events import ClientPut
from sasayaki_callreason import client
from sasayaki_callreason.companies import Clients, Companies
from sasayaki_callreason.requests import SERVICE, settings_of
from sasayaki_callreason.sealed.keys import make_key
from sasayaki_chassis.owner import Unavailable
from sasayaki_chassis.rpc import Context, Rights, caller, meta, refusals, request_id_of

CODES: Mapping[str, grpc.StatusCode] = {
    "NUMBER_TAKEN": grpc.StatusCode.ALREADY_EXISTS,
    "CLIENT_TAKEN": grpc.StatusCode.ALREADY_EXISTS,
}

RIGHTS: Rights = {
    f"{SERVICE}PutClient": frozenset(("admin",)),
    f"{SERVICE}ListClients": frozenset(
        ("operator", "supervisor", "manager", "auditor", "admin", "client")
    ),
}


class ClientDoors(rpc_pb.CallreasonServiceServicer):
    """The part of callreason's API that is about client companies."""

    _clients: Clients
    _companies: Companies
    _keys: Path
    _one_put_at_a_time: asyncio.Lock

    async def PutClient(
        self, request: pb.PutClientRequest, context: Context
    ) -> pb.PutClientResponse:
        async with refusals(context, CODES):
            self._check_clients_replayed()
            settings = settings_of(request)
            client_id = request.client_id
            async with self._one_put_at_a_time:
                self._companies.check_free(client_id, caller())
                taken = self._companies.numbers_beside(client_id)
                # The key is there before anyone can hear of the company and look for it.
                await asyncio.to_thread(make_key, self._keys, client_id)
                put = client.PutClient(settings, taken)
                await self._clients.handle(
                    client_id,
                    put,
                    request_id=request_id_of(put, request.request_id),
                    meta=meta(client_id=client_id),
                )
        return pb.PutClientResponse()

    async def ListClients(
        self, request: pb.ListClientsRequest, context: Context
    ) -> pb.ListClientsResponse:
        async with refusals(context, CODES):
            self._check_clients_replayed()
            companies = self._companies.of(caller())
        return pb.ListClientsResponse(clients=map(_profile, companies))

    def _check_clients_replayed(self) -> None:
        """Before the whole history is read, what is missing may only be not read yet."""
        if not self._clients.serving():
            raise Unavailable("callreason is not serving yet")


def _profile(settings: ClientPut) -> pb.ClientProfile:
    events = client_events_pb2
    profile = pb.ClientProfile(
        client_id=settings.client_id,
        name=settings.name,
        numbers=[
            events.Number(number=number.number, flow_id=number.flow_id)
            for number in settings.numbers
        ],
        wrap_up_ms_max=settings.wrap_up_ms_max,
        queue_ids=settings.queue_ids,
        sample_percent=settings.sample_percent or 0,
    )
    for reason in settings.reasons:
        row = profile.reasons.add(
            reason_id=reason.reason_id,
            label_ja=reason.label_ja,
            label_en=reason.label_en,
        )
        if reason.parent_id:
            row.parent_id = reason.parent_id
        if reason.kind is not None:
            row.kind = events.ReasonKind.Value(reason.kind.value)
    for field in settings.wrap_up_form:
        profile.wrap_up_form.add(
            key=field.key,
            label_ja=field.label_ja,
            label_en=field.label_en,
            kind=events.FieldKind.Value(field.kind.value),
            required=field.required,
            choices=field.choices,
        )
    if settings.recording is not None:
        profile.recording = events.RecordingRule.Value(settings.recording.value)
    return profile
