"""Operators become free when callreason is through with them."""

from collections.abc import Iterable
from typing import Any

from google.protobuf.message import Message

from sasayaki.callreason.v1.enquiry_events import EnquiryClosed, EnquiryPassedOn
from sasayaki.event import Recorded
from sasayaki.routing.v1 import routing_service_pb2 as routing
from sasayaki_chassis.reactor import Reactor


class ReleaseAfterWrapUp(Reactor):
    """A closed enquiry sets its operator free, and one that was passed on whoever did so."""

    name = "release-after-wrap-up"
    topics: tuple[str, ...] = ("callreason.enquiry",)

    def react(self, record: Recorded[Any]) -> Iterable[Message]:
        match record.data:
            case (
                EnquiryClosed(operator_id=operator_id) | EnquiryPassedOn(operator_id=operator_id)
            ) if operator_id:
                yield routing.ReleaseRequest(contact_id=record.subject, operator_id=operator_id)
