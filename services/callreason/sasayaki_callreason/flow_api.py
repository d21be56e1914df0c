"""callreason's RPCs about flows: check, publish, roll back, list, show."""

import asyncio
from collections.abc import Callable, Mapping
from typing import ParamSpec, TypeVar

import grpc
from prometheus_client import Counter

from sasayaki.callreason.v1 import callreason_service_pb2 as pb
from sasayaki.callreason.v1 import callreason_service_pb2_grpc as rpc_pb
from sasayaki_callreason.companies import Companies, Flows
from sasayaki_callreason.flows import versions
from sasayaki_callreason.flows.flow import Flow, looked_over
from sasayaki_callreason.flows.source import SOURCE_BYTES_MOST, Fault, Faulty
from sasayaki_callreason.flows.text import WRITTEN_BYTES_MOST, bytes_of, rewritten
from sasayaki_callreason.rehearsals.cases import CASES_BYTES_MOST
from sasayaki_callreason.rehearsals.rehearsal import rehearse
from sasayaki_callreason.requests import SERVICE, prompts_of, slug, told
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import InvalidField, require, text
from sasayaki_chassis.identity import Identity
from sasayaki_chassis.owner import Unavailable
from sasayaki_chassis.rpc import Context, Rights, caller, meta, refusals, request_id_of

P = ParamSpec("P")
T = TypeVar("T")

NOTE_BYTES_MOST = 600
"""200 characters, which take three bytes each in Japanese."""

CODES: Mapping[str, grpc.StatusCode] = {
    "UNKNOWN_CLIENT": grpc.StatusCode.NOT_FOUND,
    "UNKNOWN_FLOW": grpc.StatusCode.NOT_FOUND,
    "UNKNOWN_VERSION": grpc.StatusCode.NOT_FOUND,
    "FLOW_OF_ANOTHER_COMPANY": grpc.StatusCode.ALREADY_EXISTS,
}

RIGHTS: Rights = {
    f"{SERVICE}PublishFlow": frozenset(("admin", "manager")),
    f"{SERVICE}CheckFlow": frozenset(("admin", "manager")),
    f"{SERVICE}RollBackFlow": frozenset(("admin", "manager")),
    f"{SERVICE}ListFlowVersions": frozenset(("admin", "supervisor", "manager")),
    f"{SERVICE}GetFlow": frozenset(("admin", "supervisor", "manager")),
}

FAULTY_FLOWS = Counter(
    "sasayaki_callreason_flows_refused_total", "Flow files refused with faults in them."
)


class FlowDoors(rpc_pb.CallreasonServiceServicer):
    """The part of callreason's API that is about flows."""

    _flows: Flows
    _companies: Companies

    async def PublishFlow(
        self, request: pb.PublishFlowRequest, context: Context
    ) -> pb.PublishFlowResponse:
        async with refusals(context, CODES):
            self._check_replayed()
            require(request, note=text(least=0, most=NOTE_BYTES_MOST))
            flow, _, passed = await self._checked(request, caller())
            written = versions.Written(request.source, request.tests, dict(request.prompts))
            if (size := bytes_of(written)) > WRITTEN_BYTES_MOST:
                fault = f"with the source {size} bytes to keep, more than {WRITTEN_BYTES_MOST}"
                raise InvalidField("tests", fault)
            publish = versions.Publish(
                flow_id=flow.flow_id,
                client_id=request.client_id,
                definition=flow.canonical(),
                note=request.note,
                tests_passed=passed,
                published_by=caller().user_id,
                written=written,
            )
            events = await self._flows.handle(
                flow.flow_id,
                publish,
                request_id=request_id_of(publish, request.request_id),
                meta=meta(client_id=request.client_id),
            )
            published = self._flows.state(flow.flow_id)
            assert isinstance(published, versions.Published)
            version = events[0].version if events else published.version
        return pb.PublishFlowResponse(flow_id=flow.flow_id, version=version, tests_passed=passed)

    async def CheckFlow(
        self, request: pb.CheckFlowRequest, context: Context
    ) -> pb.CheckFlowResponse:
        async with refusals(context, CODES):
            self._check_replayed()
            flow, doubts, passed = await self._checked(request, caller())
        return pb.CheckFlowResponse(
            flow_id=flow.flow_id, tests_passed=passed, warnings=[str(doubt) for doubt in doubts]
        )

    async def RollBackFlow(
        self, request: pb.RollBackFlowRequest, context: Context
    ) -> pb.RollBackFlowResponse:
        async with refusals(context, CODES):
            self._check_replayed()
            require(request, flow_id=slug("flw"))
            flow = self._flow(request.flow_id, caller())
            back = versions.RollBack(flow_id=request.flow_id, version=request.version)
            await self._flows.handle(
                request.flow_id,
                back,
                request_id=request_id_of(back, request.request_id),
                meta=meta(client_id=flow.client_id),
            )
        return pb.RollBackFlowResponse()

    async def ListFlowVersions(
        self, request: pb.ListFlowVersionsRequest, context: Context
    ) -> pb.ListFlowVersionsResponse:
        async with refusals(context, CODES):
            self._check_replayed()
            require(request, flow_id=slug("flw"))
            flow = self._flow(request.flow_id, caller())
            listed = pb.ListFlowVersionsResponse(live_version=flow.version)
            for number, version in reversed(tuple(enumerate(flow.versions, 1))):
                row = listed.versions.add(
                    version=number,
                    published_by=version.published_by,
                    note=version.note,
                    tests_passed=version.tests_passed,
                )
                if version.published_at is not None:
                    row.published_at.FromDatetime(version.published_at)
        return listed

    async def GetFlow(self, request: pb.GetFlowRequest, context: Context) -> pb.GetFlowResponse:
        async with refusals(context, CODES):
            self._check_replayed()
            require(request, flow_id=slug("flw"))
            flow = self._flow(request.flow_id, caller())
            number = request.version or flow.version
            if number > len(flow.versions):
                known = f"1 to {len(flow.versions)}"
                raise Refused("UNKNOWN_VERSION", f"there are versions {known}, not {number}")
            version = flow.versions[number - 1]
            written = version.written or rewritten(version.definition)
        return pb.GetFlowResponse(
            flow_id=request.flow_id,
            client_id=flow.client_id,
            version=number,
            live_version=flow.version,
            source=written.source,
            tests=written.tests,
            prompts=written.prompts,
        )

    def _check_replayed(self) -> None:
        """Before the whole history is read, what is missing may only be not read yet."""
        if not self._flows.serving():
            raise Unavailable("callreason is not serving yet")

    async def _checked(
        self, request: pb.PublishFlowRequest | pb.CheckFlowRequest, identity: Identity
    ) -> tuple[Flow, tuple[Fault, ...], int]:
        """The flow of a request, doubts about it, tests that passed; raises InvalidField else."""
        require(
            request,
            client_id=slug("cli"),
            source=text(most=SOURCE_BYTES_MOST),
            tests=text(least=0, most=CASES_BYTES_MOST),
        )
        prompts = prompts_of(request)
        if not _serves(identity, request.client_id):
            raise Refused("UNKNOWN_CLIENT", f"there is no client {request.client_id!r}")
        declared = self._companies.declared(request.client_id, prompts, identity)
        # Files of so many KiB take longer than the loop may be held up.
        flow, doubts = await self._told("source", looked_over, request.source, declared)
        passed = await self._told("tests", rehearse, flow, request.tests) if request.tests else 0
        return flow, doubts, passed

    async def _told(self, field: str, look: Callable[P, T], *args: P.args, **kw: P.kwargs) -> T:
        """What the look comes to; raises InvalidField with every fault that it finds."""
        try:
            return await asyncio.to_thread(look, *args, **kw)
        except Faulty as faulty:
            FAULTY_FLOWS.inc()
            raise InvalidField(field, told(faulty.faults)) from faulty

    def _flow(self, flow_id: str, identity: Identity) -> versions.Published:
        """A flow of the caller's tenant, and of a company that they serve unless they are admin."""
        flow = self._flows.state(flow_id)
        if (
            not isinstance(flow, versions.Published)
            or not self._companies.within(flow.client_id, identity)
            or not _serves(identity, flow.client_id)
        ):
            raise Refused("UNKNOWN_FLOW", f"there is no flow {flow_id!r}")
        return flow


def _serves(identity: Identity, client_id: str) -> bool:
    everybody = identity.role == "admin" or (identity.role == "manager" and not identity.clients)
    return everybody or client_id in identity.clients
