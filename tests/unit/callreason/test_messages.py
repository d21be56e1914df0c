"""Messages for a client company's staff: what is wrong in one, who reads and settles it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from google.protobuf.json_format import ParseDict
from tests.harness.records import recorded
from tests.harness.specification import NOON, given
from tests.unit.callreason.test_escalations import (
    ANSWERED,
    CLOSED,
    OVERDUE,
    PASSED_ON,
    RAISED,
    TAKEN,
)

from sasayaki.callreason.v1 import case_service_pb2 as pb
from sasayaki.callreason.v1.escalation_events import EscalationLevel
from sasayaki.callreason.v1.message_events import (
    MessageRead,
    MessageSettled,
    MessageTaken,
    Urgency,
)
from sasayaki.event import Event
from sasayaki_callreason.cases.doors import page
from sasayaki_callreason.cases.message import MESSAGE, Read, Settle, Take
from sasayaki_callreason.cases.requests import fields_of, packed, unpacked, urgency_of
from sasayaki_callreason.cases.told import is_for, told_escalation, told_message
from sasayaki_callreason.cases.view import CaseView
from sasayaki_callreason.sealed.keys import make_key
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import InvalidField
from sasayaki_chassis.identity import Identity
from sasayaki_chassis.seals import NUMBERS, Seals

MESSAGE_TAKEN = MessageTaken(
    contact_id="con_1",
    operator_id="usr_mori",
    fields_sealed="s",
    urgency=Urgency.TODAY,
    number_read_back=True,
    reason_id="rsn_bill",
)
GOOD = {
    "request_id": "1",
    "contact_id": "con_1",
    "company": "山田商店",
    "name": "山田",
    "matter": "折り返しご連絡をお願いします",
    "number": "０３-１２３４-５６７８",
    "wished_time": "15時以降",
    "number_read_back": True,
}
READ = MessageRead(user_id="usr_acme")
SETTLED = MessageSettled(user_id="usr_acme", words_sealed="s")
MORI = Identity("usr_mori", "out_demo", "operator", frozenset(("cli_acme",)))


def asked(**changes: object) -> pb.TakeMessageRequest:
    return ParseDict({**GOOD, **changes}, pb.TakeMessageRequest())


def view(*told: tuple[str, Event], most: int = 10) -> CaseView:
    cases = CaseView(NOON - timedelta(days=1), most)
    for subject, event in told:
        cases.fold(recorded(subject, event))
    return cases


def test_a_message_has_its_fields_and_a_number_in_digits() -> None:
    fields = fields_of(asked())
    assert (fields["name"], fields["number"]) == ("山田", "0312345678")
    assert unpacked(packed(fields)) == fields
    assert unpacked(None) == {}
    assert urgency_of(asked()) is Urgency.ORDINARY
    assert urgency_of(asked(urgency="URGENCY_AT_ONCE")) is Urgency.AT_ONCE


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"contact_id": "x"}, "contact_id"),
        ({"matter": " "}, "matter"),
        ({"matter": "あ" * 1_001}, "matter"),
        ({"name": "あ" * 101}, "name"),
        ({"number": "call me"}, "number"),
        ({"number": "12"}, "number"),
        ({"number_read_back": False}, "number_read_back"),
        ({"urgency": 9}, "urgency"),
    ],
)
def test_what_is_wrong_in_a_message_is_named(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidField) as refused:
        fields_of(asked(**changes))
    assert refused.value.field == field


def test_without_a_number_nothing_needs_to_be_read_back() -> None:
    assert fields_of(asked(number="", number_read_back=False))["number"] == ""


def test_a_message_is_read_and_settled_by_the_first_who_does() -> None:
    given(MESSAGE).when(Take(MESSAGE_TAKEN)).then(MESSAGE_TAKEN)
    given(MESSAGE, MESSAGE_TAKEN).when(Take(MESSAGE_TAKEN)).then()
    given(MESSAGE, MESSAGE_TAKEN).when(Read("usr_acme")).then(READ)
    given(MESSAGE, MESSAGE_TAKEN, READ).when(Read("usr_sv01")).then()
    given(MESSAGE, MESSAGE_TAKEN).when(Settle("usr_acme", "s")).then(SETTLED)
    again = given(MESSAGE, MESSAGE_TAKEN, SETTLED)
    again.when(Settle("usr_sv01", "s")).then_refused("ALREADY_SETTLED")
    for command in (Read("usr_acme"), Settle("usr_acme", "")):
        given(MESSAGE).when(command).then_refused("UNKNOWN_MESSAGE")


def test_words_are_sealed_and_gone_with_the_companys_key(tmp_path: Path) -> None:
    seals = Seals(tmp_path)
    with pytest.raises(Refused, match="no key"):
        seals.seal("cli_acme", "山田")
    make_key(tmp_path, "cli_acme")
    sealed = seals.seal("cli_acme", packed(fields_of(asked())))
    assert "山田" not in sealed
    assert Seals(tmp_path, NUMBERS).open("cli_acme", sealed) is None
    taken = MESSAGE_TAKEN.model_copy(update={"fields_sealed": sealed})
    message = view(("msg_1", taken)).messages.get("msg_1")
    assert message is not None
    assert told_message(message, seals.opener("cli_acme")).name == "山田"
    (tmp_path / "cli_acme.key").unlink()
    told = told_message(message, seals.opener("cli_acme"))
    assert (told.name, told.message_id, told.number_read_back) == ("", "msg_1", True)


def test_the_view_knows_where_each_case_stands() -> None:
    cases = view(
        ("msg_1", MESSAGE_TAKEN),
        ("msg_1", READ),
        ("msg_1", SETTLED),
        ("esc_1", RAISED),
        ("esc_1", TAKEN),
        ("esc_1", PASSED_ON),
        ("esc_1", ANSWERED),
        ("esc_1", OVERDUE),
        ("esc_1", CLOSED),
        ("esc_2", RAISED),
    )
    message, escalation = cases.messages.get("msg_1"), cases.escalations.get("esc_1")
    assert message is not None
    assert escalation is not None
    assert (message.read_by, message.settled_by) == ("usr_acme", "usr_acme")
    assert escalation.level is EscalationLevel.SPECIALIST
    assert escalation.closed
    assert escalation.overdue
    assert (cases.messages.open(), cases.escalations.open()) == (0, 1)
    assert cases.messages.of("out_other", "cli_acme") == ()


def test_a_client_company_reads_what_was_said_from_the_passing_on(tmp_path: Path) -> None:
    make_key(tmp_path, "cli_acme")
    seals = Seals(tmp_path)
    said = {name: seals.seal("cli_acme", name) for name in ("inside", "to them", "answer")}
    cases = view(
        ("esc_1", RAISED.model_copy(update={"words_sealed": said["inside"]})),
        ("esc_1", TAKEN),
        ("esc_1", PASSED_ON.model_copy(update={"words_sealed": said["to them"]})),
        ("esc_1", ANSWERED.model_copy(update={"words_sealed": said["answer"]})),
    )
    escalation = cases.escalations.get("esc_1")
    assert escalation is not None
    opens = seals.opener("cli_acme")
    ours, theirs = (told_escalation(escalation, opens, specialist) for specialist in (False, True))
    assert [words.words for words in ours.words] == ["inside", "to them", "answer"]
    assert [words.words for words in theirs.words] == ["to them", "answer"]


def test_operators_see_their_own_and_client_companies_what_was_passed_on() -> None:
    client = replace(MORI, user_id="usr_acme", role="client")
    assert is_for(MORI, "usr_mori")
    assert not is_for(MORI, "usr_sato")
    assert is_for(client, "usr_mori")
    assert not is_for(client, "usr_mori", EscalationLevel.SUPERVISOR)
    assert is_for(client, "usr_mori", EscalationLevel.SPECIALIST)
    assert is_for(replace(MORI, role="supervisor"), "usr_sato", EscalationLevel.SUPERVISOR)


def test_beyond_the_limit_one_that_is_over_is_forgotten_first() -> None:
    taken = [(f"msg_{number}", MESSAGE_TAKEN) for number in range(3)]
    cases = view(*taken, ("msg_1", SETTLED), ("msg_3", MESSAGE_TAKEN), most=3)
    assert [each.message_id for each in cases.messages] == ["msg_0", "msg_2", "msg_3"]
    cases.fold(recorded("msg_4", MESSAGE_TAKEN))
    assert [each.message_id for each in cases.messages] == ["msg_2", "msg_3", "msg_4"]
    listed = [each.message_id for each in cases.messages.of("out_demo", "cli_acme")]
    assert listed == ["msg_2", "msg_3", "msg_4"]


def test_a_contact_has_something_open_until_every_case_of_it_is_over() -> None:
    taken = [(f"msg_{number}", MESSAGE_TAKEN) for number in range(2)]
    assert view(*taken, ("msg_0", SETTLED)).messages.is_open("con_1")
    assert not view(*taken, ("msg_0", SETTLED), ("msg_1", SETTLED)).messages.is_open("con_1")
    assert not view(*taken).messages.is_open("con_9")
    forgotten = view(*taken, ("msg_2", MESSAGE_TAKEN), most=1).messages
    assert forgotten.is_open("con_1")
    assert len(forgotten._about["con_1"]) == 1


def test_a_token_that_is_none_of_the_list_is_named_and_a_page_says_what_follows() -> None:
    ids = ["msg_3", "msg_2", "msg_1"]
    assert page(ids, 2, "") == (0, 2, "msg_2")
    assert page(ids, 2, "msg_2") == (2, 4, "")
    with pytest.raises(InvalidField) as refused:
        page(ids, 2, "msg_9")
    assert refused.value.field == "page_token"
