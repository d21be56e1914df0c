"""Wires callreason together. Everything is built here and handed down; nothing is global."""

from datetime import datetime

from sasayaki.callreason.v1 import callreason_service_pb2_grpc as rpc_pb
from sasayaki_callreason.api import RIGHTS, Callreason
from sasayaki_callreason.client import CLIENT
from sasayaki_callreason.enquiries.enquiry import ENQUIRY
from sasayaki_callreason.flows.versions import FLOW
from sasayaki_callreason.progress import Progress
from sasayaki_callreason.reactors import PlaySteps, RunFlow
from sasayaki_callreason.settings import Settings
from sasayaki_chassis.service import Built, Service, Servicers


def build(settings: Settings, started_at: datetime) -> Service:
    """The service, not yet connected to anything."""

    def servicers(built: Built) -> Servicers:
        callreason = Callreason(
            clients=built.owners[CLIENT.stream],
            flows=built.owners[FLOW.stream],
            enquiries=built.owners[ENQUIRY.stream],
            keys=settings.keys,
        )
        return [(rpc_pb.add_CallreasonServiceServicer_to_server, callreason)]

    return Service(
        name="callreason",
        settings=settings,
        rights=RIGHTS,
        servicers=servicers,
        deciders=[CLIENT, FLOW, ENQUIRY],
        reactors=[RunFlow(), PlaySteps()],
        projections=[Progress(started_at)],
    )
