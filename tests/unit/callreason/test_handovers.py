"""Handovers: what is wrong in one, who takes and closes it, and whose caller's they are."""

from datetime import timedelta
from pathlib import Path

import pytest
from google.protobuf.json_format import ParseDict
from tests.harness.records import recorded
from tests.harness.specification import NOON, given

from sasayaki.callreason.v1 import case_service_pb2 as pb
from sasayaki.callreason.v1.handover_events import (
    HandoverClosed,
    HandoverExpired,
    HandoverRead,
    HandoverTaken,
    HandoverWritten,
)
from sasayaki.event import Event
from sasayaki_callreason.cases.api import RIGHTS
from sasayaki_callreason.cases.handover import (
    HANDOVER,
    READERS_MOST,
    Close,
    Expire,
    Read,
    Take,
    Write,
)
from sasayaki_callreason.cases.handovers import HandoverView
from sasayaki_callreason.cases.requests import handover_of, packed
from sasayaki_callreason.cases.told import told_handover
from sasayaki_callreason.sealed.keys import make_key
from sasayaki_chassis.fields import InvalidField
from sasayaki_chassis.seals import Seals

WEEK = timedelta(days=7)
WRITTEN = HandoverWritten(
    contact_id="con_1",
    user_id="usr_mori",
    text_sealed="s",
    caller_hash="ab",
    reason_id="rsn_bill",
    expires_at=NOON + WEEK,
)
WRITE = Write(
    contact_id="con_1",
    user_id="usr_mori",
    text_sealed="s",
    caller_hash="ab",
    reason_id="rsn_bill",
    valid=WEEK,
)
TAKEN = HandoverTaken(user_id="usr_sato")
CLOSED = HandoverClosed(user_id="usr_sato")
EXPIRED = HandoverExpired()


def asked(**changes: object) -> pb.WriteHandoverRequest:
    good = {
        "request_id": "1",
        "contact_id": "con_1",
        "gist": "返金は済み。次は領収書の再発行のみ。",
    }
    return ParseDict({**good, **changes}, pb.WriteHandoverRequest())


def view(*told: tuple[str, Event], most: int = 10) -> HandoverView:
    handovers = HandoverView(most)
    for subject, event in told:
        handovers.fold(recorded(subject, event))
    return handovers


def about(handovers: HandoverView, contact_id: str, caller_hash: str) -> list[str]:
    found = handovers.about("out_demo", "cli_acme", contact_id, caller_hash)
    return [each.handover_id for each in found]


def written(contact_id: str, caller_hash: str) -> HandoverWritten:
    return WRITTEN.model_copy(update={"contact_id": contact_id, "caller_hash": caller_hash})


@pytest.mark.parametrize(("days", "shown"), [(0, 7), (1, 1), (30, 30)])
def test_a_handover_is_shown_for_a_week_unless_said_otherwise(days: int, shown: int) -> None:
    text, valid = handover_of(asked(valid_days=days, gist="あ" * 140, detail="い" * 1_000))
    assert valid == timedelta(days=shown)
    assert (len(text["gist"]), len(text["detail"])) == (140, 1_000)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"contact_id": "x"}, "contact_id"),
        ({"gist": ""}, "gist"),
        ({"gist": " 　"}, "gist"),
        ({"gist": "あ" * 141}, "gist"),
        ({"detail": "あ" * 1_001}, "detail"),
        ({"valid_days": 31}, "valid_days"),
        ({"request_id": ""}, "request_id"),
    ],
)
def test_what_is_wrong_in_a_handover_is_named(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidField) as refused:
        handover_of(asked(**changes))
    assert refused.value.field == field


def test_a_handover_is_written_once_whoever_asks_again() -> None:
    given(HANDOVER).when(WRITE).then(WRITTEN)
    for history in ((WRITTEN,), (WRITTEN, TAKEN), (WRITTEN, CLOSED)):
        given(HANDOVER, *history).when(WRITE).then()


def test_exactly_one_takes_it() -> None:
    given(HANDOVER, WRITTEN).when(Take("usr_sato")).then(TAKEN)
    given(HANDOVER, WRITTEN, TAKEN).when(Take("usr_sato")).then()
    given(HANDOVER, WRITTEN, TAKEN).when(Take("usr_mori")).then_refused("ALREADY_TAKEN")


def test_it_is_closed_by_who_took_it_who_wrote_it_before_and_supervisors() -> None:
    sato, mori = Close("usr_sato", own_only=True), Close("usr_mori", own_only=True)
    given(HANDOVER, WRITTEN, TAKEN).when(sato).then(CLOSED)
    given(HANDOVER, WRITTEN, TAKEN).when(mori).then_refused("NOT_YOURS")
    given(HANDOVER, WRITTEN).when(sato).then_refused("NOT_TAKEN")
    given(HANDOVER, WRITTEN).when(mori).then(HandoverClosed(user_id="usr_mori"))
    supervisor = Close("usr_sv01", own_only=False)
    given(HANDOVER, WRITTEN, TAKEN).when(supervisor).then(HandoverClosed(user_id="usr_sv01"))


def test_it_is_read_by_each_once_and_goes_on_as_it_stands() -> None:
    read = HandoverRead(user_id="usr_sato")
    given(HANDOVER, WRITTEN).when(Read("usr_sato")).then(read)
    given(HANDOVER, WRITTEN, read).when(Read("usr_sato")).then()
    given(HANDOVER, WRITTEN, read).when(Read("usr_ito")).then(HandoverRead(user_id="usr_ito"))
    given(HANDOVER, WRITTEN, read).when(Take("usr_ito")).then(HandoverTaken(user_id="usr_ito"))
    given(HANDOVER, WRITTEN, read).when_time_passes().then(EXPIRED)
    given(HANDOVER).when(Read("usr_sato")).then_refused("UNKNOWN_HANDOVER")
    for over in (EXPIRED, CLOSED):
        given(HANDOVER, WRITTEN, over).when(Read("usr_ito")).then()


def test_who_wrote_it_or_deals_with_it_has_read_it() -> None:
    given(HANDOVER, WRITTEN).when(Read("usr_mori")).then()
    given(HANDOVER, WRITTEN, TAKEN).when(Read("usr_sato")).then()
    handovers = view(("hnd_1", WRITTEN), ("hnd_1", HandoverRead(user_id="usr_ito")))
    [each] = handovers.of("out_demo", ["cli_acme"])
    readers = {"usr_mori", "usr_ito", "usr_sato", "usr_kato"}
    assert {who for who in readers if each.is_read_by(who)} == {"usr_mori", "usr_ito"}
    handovers.fold(recorded("hnd_1", TAKEN))
    assert each.is_read_by("usr_sato")


def test_beyond_the_limit_of_readers_it_stays_unread_and_says_so() -> None:
    reads = [HandoverRead(user_id=f"usr_{number}") for number in range(READERS_MOST)]
    given(HANDOVER, WRITTEN, *reads).when(Read("usr_more")).then_refused("TOO_MANY_READERS")


def test_it_expires_by_itself_at_its_instant_taken_or_not() -> None:
    for history in ((WRITTEN,), (WRITTEN, TAKEN)):
        given(HANDOVER, *history).when_time_passes().then(EXPIRED)
    for over in (EXPIRED, CLOSED):
        given(HANDOVER, WRITTEN, over).then_nothing_is_due()
    assert HANDOVER.deadline(given(HANDOVER, WRITTEN).state) == (NOON + WEEK, Expire())


def test_one_that_is_over_is_taken_by_nobody_and_closed_again_without_harm() -> None:
    for over in (EXPIRED, CLOSED):
        given(HANDOVER, WRITTEN, over).when(Take("usr_mori")).then_refused("HANDOVER_OVER")
        given(HANDOVER, WRITTEN, over).when(Close("usr_mori", own_only=True)).then()
        given(HANDOVER, WRITTEN, over).when(Expire()).then()
    for command in (Take("usr_mori"), Close("usr_mori", own_only=True)):
        given(HANDOVER).when(command).then_refused("UNKNOWN_HANDOVER")


def test_it_is_shown_with_every_contact_of_the_same_caller_until_it_is_over() -> None:
    handovers = view(
        ("hnd_1", written("con_1", "ab")),
        ("hnd_2", written("con_2", "cd")),
        ("hnd_3", written("con_3", "ab")),
        ("hnd_1", TAKEN),
    )
    assert about(handovers, "con_9", "ab") == ["hnd_1", "hnd_3"]
    first, *_ = handovers.of("out_demo", ["cli_acme"])
    assert first.taken_by == "usr_sato"
    handovers.fold(recorded("hnd_1", CLOSED))
    handovers.fold(recorded("hnd_3", EXPIRED))
    assert about(handovers, "con_9", "ab") == []
    assert [each.handover_id for each in handovers.of("out_demo", ["cli_acme"])] == ["hnd_2"]
    assert len(handovers) == 1


def test_a_hidden_number_is_the_same_caller_only_within_one_contact() -> None:
    handovers = view(("hnd_1", written("con_1", "")), ("hnd_2", written("con_2", "")))
    assert about(handovers, "con_1", "") == ["hnd_1"]
    assert about(handovers, "con_9", "") == []


def test_a_callers_handovers_are_one_companys_and_one_tenants() -> None:
    handovers = view(("hnd_1", WRITTEN))
    handovers.fold(recorded("hnd_2", WRITTEN, client_id="cli_hana"))
    handovers.fold(recorded("hnd_3", WRITTEN, tenant_id="out_other"))
    assert about(handovers, "con_1", "ab") == ["hnd_1"]
    both = handovers.of("out_demo", ["cli_acme", "cli_hana"])
    assert [each.handover_id for each in both] == ["hnd_1", "hnd_2"]


def test_beyond_the_limit_the_oldest_is_forgotten() -> None:
    handovers = view(*((f"hnd_{number}", WRITTEN) for number in range(4)), most=3)
    assert about(handovers, "con_1", "ab") == ["hnd_1", "hnd_2", "hnd_3"]
    for number in range(4):
        handovers.fold(recorded(f"hnd_{number}", CLOSED))
    assert len(handovers) == 0
    assert handovers._shelves == {}


def test_its_words_are_sealed_and_gone_with_the_companys_key(tmp_path: Path) -> None:
    make_key(tmp_path, "cli_acme")
    seals = Seals(tmp_path)
    text, _ = handover_of(asked(detail="山田様、再送先は会社"))
    sealed = seals.seal("cli_acme", packed(text))
    assert "返金" not in sealed
    handovers = view(("hnd_1", WRITTEN.model_copy(update={"text_sealed": sealed})))
    [each] = handovers.of("out_demo", ["cli_acme"])
    told = told_handover(each, seals.opener("cli_acme"), "usr_sato")
    assert (told.gist, told.detail) == (text["gist"], text["detail"])
    assert told.expires_at.seconds - told.written_at.seconds == WEEK.total_seconds()
    (tmp_path / "cli_acme.key").unlink()
    told = told_handover(each, seals.opener("cli_acme"), "usr_sato")
    assert (told.gist, told.detail, told.user_id) == ("", "", "usr_mori")


def test_handovers_are_for_operators_supervisors_and_managers_alone() -> None:
    mine = {
        name: roles for name, roles in RIGHTS.items() if name.endswith(("Handover", "Handovers"))
    }
    assert len(mine) == 5
    assert set(mine.values()) == {frozenset(("operator", "supervisor", "manager"))}
