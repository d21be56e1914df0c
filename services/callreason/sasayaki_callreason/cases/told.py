"""Messages, escalations and handovers as answers show them, opened for whom they are."""

from collections.abc import Callable
from typing import TypeAlias

from sasayaki.callreason.v1 import case_service_pb2 as pb
from sasayaki.callreason.v1 import escalation_events_pb2, message_events_pb2
from sasayaki.callreason.v1.escalation_events import EscalationLevel
from sasayaki_callreason.cases.handovers import Handover
from sasayaki_callreason.cases.requests import unpacked
from sasayaki_callreason.cases.view import Escalation, Message
from sasayaki_chassis.identity import Identity

Opens: TypeAlias = Callable[[str], str | None]
"""Opens what is sealed under the company's key; None when the key is gone."""


def is_for(who: Identity, operator_id: str, level: EscalationLevel | None = None) -> bool:
    """An operator sees their own, a client company's people what was passed on to them."""
    if who.role == "operator":
        return operator_id == who.user_id
    return who.role != "client" or level in (None, EscalationLevel.SPECIALIST)


def told_message(each: Message, opens: Opens) -> pb.Message:
    """A message with its fields; they are empty when the company's key is gone."""
    told = pb.Message(
        message_id=each.message_id,
        contact_id=each.taken.contact_id,
        client_id=each.client_id,
        operator_id=each.taken.operator_id,
        number_read_back=each.taken.number_read_back,
        urgency=message_events_pb2.Urgency.Value(each.taken.urgency.value),
        reason_id=each.taken.reason_id,
        read_by=each.read_by,
        settled_by=each.settled_by,
        settled_words=_opened(each.words_sealed, opens),
    )
    for name, words in unpacked(opens(each.taken.fields_sealed)).items():
        setattr(told, name, words)
    told.taken_at.FromDatetime(each.taken_at)
    return told


def told_escalation(each: Escalation, opens: Opens, specialist: bool) -> pb.Escalation:
    """An escalation with what was said; to a specialist from the passing on."""
    told = pb.Escalation(
        escalation_id=each.escalation_id,
        contact_id=each.raised.contact_id,
        client_id=each.client_id,
        operator_id=each.raised.operator_id,
        reason_id=each.raised.reason_id,
        level=escalation_events_pb2.EscalationLevel.Value(each.level.value),
        taken_by=each.taken_by,
        overdue=each.overdue,
        closed=each.closed,
    )
    told.raised_at.FromDatetime(each.raised_at)
    told.answer_by.FromDatetime(each.raised.answer_by)
    for words in each.words:
        if words.to_specialists or not specialist:
            opened = _opened(words.sealed, opens)
            told.words.add(user_id=words.user_id, words=opened).at.FromDatetime(words.at)
    return told


def told_handover(each: Handover, opens: Opens, reader: str) -> pb.Handover:
    """A handover for one reader; its words are empty when the company's key is gone."""
    told = pb.Handover(
        handover_id=each.handover_id,
        contact_id=each.written.contact_id,
        client_id=each.client_id,
        user_id=each.written.user_id,
        reason_id=each.written.reason_id,
        taken_by=each.taken_by,
        read=each.is_read_by(reader),
    )
    for name, words in unpacked(opens(each.written.text_sealed)).items():
        setattr(told, name, words)
    told.written_at.FromDatetime(each.written_at)
    told.expires_at.FromDatetime(each.written.expires_at)
    return told


def _opened(sealed: str, opens: Opens) -> str:
    return (opens(sealed) or "") if sealed else ""
