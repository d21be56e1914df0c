"""Whose contacts a caller's history shows, and whom a contact is offered to."""

from datetime import timedelta
from typing import Any

from tests.harness.specification import NOON
from tests.unit.callreason.contacts import at

from sasayaki.callreason.v1.enquiry_events import EnquiryOpened
from sasayaki.event import Event
from sasayaki.routing.v1 import pool_events
from sasayaki_callreason.callers.view import Histories, Offers, before

CALLER = ("out_demo", "cli_acme", "ab")


def opened(caller_hash: str = "ab", client_id: str = "cli_acme") -> EnquiryOpened:
    return EnquiryOpened(
        client_id=client_id,
        flow_id="flw_a",
        flow_version=1,
        dialled_number="+81312345678",
        caller_hash=caller_hash or None,
    )


def contacts(histories: Histories, *caller: str) -> list[str]:
    return [contact_id for _, contact_id in histories.of(caller or CALLER)]  # type: ignore[arg-type]  # three of them


def test_a_callers_contacts_are_shown_newest_first_in_whatever_order_they_are_heard_of() -> None:
    histories = Histories()
    for second, contact_id in ((2, "con_2"), (1, "con_1"), (3, "con_3"), (1, "con_1")):
        histories.fold(at(second, contact_id, opened()))
    assert contacts(histories) == ["con_3", "con_2", "con_1"]
    assert len(histories) == 3
    assert histories.of(CALLER)[-1][0] == NOON + timedelta(seconds=1)


def test_a_history_is_one_companys_and_a_hidden_number_is_nobodys() -> None:
    histories = Histories()
    histories.fold(at(1, "con_1", opened()))
    histories.fold(at(2, "con_2", opened(client_id="cli_hana")))
    histories.fold(at(3, "con_3", opened("")))
    assert contacts(histories) == ["con_1"]
    assert contacts(histories, "out_demo", "cli_hana", "ab") == ["con_2"]
    assert contacts(histories, "out_demo", "cli_acme", "") == []
    assert contacts(histories, "out_other", "cli_acme", "ab") == []


def test_of_one_caller_and_of_all_the_oldest_are_forgotten_and_counted() -> None:
    histories = Histories(most=4, of_a_caller_most=3)
    for second in range(5):
        histories.fold(at(second, f"con_{second}", opened()))
    assert contacts(histories) == ["con_4", "con_3", "con_2"]
    for second in (10, 11):
        histories.fold(at(second, f"con_{second}", opened("cd")))
    assert contacts(histories) == ["con_4", "con_3"]
    assert contacts(histories, "out_demo", "cli_acme", "cd") == ["con_11", "con_10"]
    assert len(histories) == 4


def test_a_history_ends_before_its_contact_whether_that_is_the_newest_known_or_not() -> None:
    came = [(NOON + timedelta(seconds=second), f"con_{second}") for second in (3, 2, 1)]
    assert before(came, "con_2", over=True) == came[2:]
    assert before(came, "con_1", over=False) == []
    assert before(came, "con_4", over=False) == came
    assert before(came, "con_0", over=True) == []


def told(offers: Offers, kind: type[Event], **said: Any) -> None:
    instants = dict.fromkeys(("respond_by", "since", "left_at", "release_by"), NOON)
    event = kind.model_validate({"contact_id": "con_1", **instants, **said})
    offers.fold(at(1, "pool_demo", event))


def test_a_contact_is_offered_from_the_ringing_to_the_wrap_up() -> None:
    offers = Offers()
    told(offers, pool_events.OfferMade, operator_id="usr_mori")
    assert offers.to("con_1") == "usr_mori"
    told(offers, pool_events.OfferAccepted, operator_id="usr_mori")
    assert offers.to("con_1") == "usr_mori"
    told(offers, pool_events.WrapUpStarted, operator_id="usr_mori")
    assert offers.to("con_1") == ""


def test_whoever_did_not_take_an_offer_is_offered_it_no_more() -> None:
    for refused in (
        pool_events.OfferDeclined,
        pool_events.OfferLapsed,
        pool_events.OfferWithdrawn,
        pool_events.CallbackFailed,
        pool_events.ConsultEnded,
    ):
        offers = Offers()
        told(offers, pool_events.OfferMade, operator_id="usr_mori")
        told(offers, refused, operator_id="usr_mori")
        assert offers.to("con_1") == ""


def test_what_the_last_one_does_changes_nothing_for_the_next() -> None:
    offers = Offers()
    told(offers, pool_events.OfferMade, operator_id="usr_mori")
    told(offers, pool_events.OfferMade, operator_id="usr_sato")
    told(offers, pool_events.WrapUpStarted, operator_id="usr_mori")
    assert offers.to("con_1") == "usr_sato"
    told(offers, pool_events.ContactLeft)
    assert offers.to("con_1") == ""


def test_too_many_offers_are_forgotten_the_first_first() -> None:
    offers = Offers(most=1)
    told(offers, pool_events.OfferMade, operator_id="usr_mori")
    told(offers, pool_events.OfferMade, contact_id="con_2", operator_id="usr_sato")
    assert (offers.to("con_1"), offers.to("con_2")) == ("", "usr_sato")
