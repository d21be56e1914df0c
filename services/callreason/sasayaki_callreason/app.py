"""Wires callreason together. Everything is built here and handed down; nothing is global."""

from datetime import datetime

from sasayaki.callreason.v1 import callreason_service_pb2_grpc as rpc_pb
from sasayaki.callreason.v1 import case_service_pb2_grpc as case_pb
from sasayaki.callreason.v1 import knowledge_service_pb2_grpc as knowledge_pb
from sasayaki_callreason import api
from sasayaki_callreason.callers import view as caller_view
from sasayaki_callreason.callers.api import Callers
from sasayaki_callreason.callers.shown import Shown
from sasayaki_callreason.cases import api as case_api
from sasayaki_callreason.cases.parts import CaseParts
from sasayaki_callreason.client import CLIENT
from sasayaki_callreason.companies import Companies
from sasayaki_callreason.enquiries.contacts import Contacts
from sasayaki_callreason.enquiries.enquiry import ENQUIRY
from sasayaki_callreason.enquiries.progress import Progress
from sasayaki_callreason.flows.versions import FLOW
from sasayaki_callreason.knowledge import api as knowledge_api
from sasayaki_callreason.knowledge.library import KNOWLEDGE
from sasayaki_callreason.reactors import PlaySteps, RunFlow
from sasayaki_callreason.reasons.parts import ReasonParts
from sasayaki_callreason.settings import Settings
from sasayaki_chassis.service import Built, Service, Servicers


def build(settings: Settings, started_at: datetime) -> Service:
    """The service, not yet connected to anything."""
    reasons, cases = ReasonParts(), CaseParts(settings, started_at)
    histories, offers = caller_view.Histories(), caller_view.Offers()
    caller_view.show(histories)

    def servicers(built: Built) -> Servicers:
        companies = Companies(built.owners[CLIENT.stream], built.owners[FLOW.stream])
        contacts = Contacts(built.owners[ENQUIRY.stream])
        shown = Shown(contacts, offers)
        callreason = api.Callreason(
            clients=built.owners[CLIENT.stream],
            flows=built.owners[FLOW.stream],
            enquiries=built.owners[ENQUIRY.stream],
            companies=companies,
            contacts=contacts,
            report=reasons.report(built),
            callers=Callers(histories, shown, cases.view, lambda: built.require_current(histories)),
            keys=settings.keys,
        )
        knowledge = knowledge_api.Knowledge(
            libraries=built.owners[KNOWLEDGE.stream],
            companies=companies,
            contacts=contacts,
            serving=built.serving,
        )
        return [
            (rpc_pb.add_CallreasonServiceServicer_to_server, callreason),
            (knowledge_pb.add_KnowledgeServiceServicer_to_server, knowledge),
            (
                case_pb.add_CaseServiceServicer_to_server,
                case_api.CaseService(cases.cases(built, companies, contacts, shown)),
            ),
        ]

    return Service(
        name="callreason",
        settings=settings,
        rights={**api.RIGHTS, **knowledge_api.RIGHTS, **case_api.RIGHTS},
        servicers=servicers,
        deciders=[CLIENT, FLOW, ENQUIRY, KNOWLEDGE, *cases.deciders],
        reactors=[RunFlow(), PlaySteps()],
        projections=[
            Progress(started_at),
            histories,
            offers,
            *reasons.projections,
            *cases.projections,
        ],
    )
