"""Transfers that an operator asks for by the button of their phone (SIP REFER)."""

from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message

from sasayaki.event import Recorded
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1.call_events import TransferAsked
from sasayaki.routing.v1 import routing_service_pb2 as routing
from sasayaki.routing.v1.pool_events import (
    ConsultAccepted,
    ConsultEnded,
    ContactTransferred,
    OperatorPut,
    TransferRefused,
)

OK = 200
FORBIDDEN = 403
NOT_FOUND = 404
NO_SUCH_TALK = 481
DECLINED = 603
CODES = {
    "NOT_TALKING": NO_SUCH_TALK,
    "NOT_CONSULTING": NO_SUCH_TALK,
    "UNKNOWN_OPERATOR": NOT_FOUND,
    "SAME_OPERATOR": FORBIDDEN,
    "CLIENT_NOT_SERVED": FORBIDDEN,
}
"""What a phone is told by the pool's reason."""


class ByPhone:
    """Which phone waits for the answer to its transfer; what it asks for is asked of the pool.

    At most one for each call, one name for each operator, one colleague for each consultation.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[str, str]] = {}
        """By contact: the leg that asked, and its operator."""
        self._consulted: dict[str, str] = {}
        """By contact: the colleague who talks with the operator."""
        self._serves: dict[str, frozenset[str]] = {}
        """By operator: client companies."""

    def learn(self, event: Any) -> None:
        match event:
            case OperatorPut(operator_id=operator_id, client_ids=client_ids):
                self._serves[operator_id] = frozenset(client_ids)
            case ConsultAccepted(contact_id=contact_id, operator_id=operator_id):
                self._consulted[contact_id] = operator_id
            case ConsultEnded(contact_id=contact_id) | ContactTransferred(contact_id=contact_id):
                self._consulted.pop(contact_id, None)

    def forget(self, contact_id: str) -> None:
        self._waiting.pop(contact_id, None)

    def asked(self, record: Recorded[Any], asked: TransferAsked) -> Iterator[Message]:
        contact_id, target = record.subject, asked.target_operator_id
        if refusal := self._refusal(record, asked):
            yield _answer(contact_id, asked.leg_id, refusal)
            return
        self._waiting[contact_id] = (asked.leg_id, asked.operator_id)
        if asked.attended:
            yield routing.CompleteTransferRequest(
                contact_id=contact_id, asking_operator_id=asked.operator_id
            )
        else:
            yield routing.TransferContactRequest(
                contact_id=contact_id, operator_id=target, asking_operator_id=asked.operator_id
            )

    def done(self, transferred: ContactTransferred) -> Iterator[Message]:
        """The answer to the phone that asked, if one did."""
        leg_id, operator_id = self._waiting.get(transferred.contact_id, ("", ""))
        if operator_id == transferred.operator_id:
            del self._waiting[transferred.contact_id]
            yield _answer(transferred.contact_id, leg_id, OK)

    def refused(self, refused: TransferRefused) -> Iterator[Message]:
        """The answer to the phone that asked for what the pool refused."""
        leg_id, operator_id = self._waiting.get(refused.contact_id, ("", ""))
        if operator_id == refused.operator_id:
            del self._waiting[refused.contact_id]
            code = CODES.get(refused.reason, DECLINED)
            yield _answer(refused.contact_id, leg_id, code)

    def _refusal(self, record: Recorded[Any], asked: TransferAsked) -> int | None:
        target = asked.target_operator_id
        if asked.attended:
            joined = self._consulted.get(record.subject)
            return None if joined and joined == target else NO_SUCH_TALK
        if target not in self._serves:
            return NOT_FOUND
        own = target == asked.operator_id
        served = record.client_id is None or record.client_id in self._serves[target]
        return FORBIDDEN if own or not served else None


def _answer(contact_id: str, leg_id: str, sip_code: int) -> media.AnswerTransferRequest:
    return media.AnswerTransferRequest(contact_id=contact_id, leg_id=leg_id, sip_code=sip_code)
