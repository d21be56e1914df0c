"""Who may see what is a client company's."""

import pytest

from sasayaki_callreason.enquiries.contacts import check_serves, own, serves
from sasayaki_callreason.enquiries.states import Facts, Talking
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.identity import Identity


def who(role: str, *clients: str) -> Identity:
    return Identity("usr_a", "out_demo", role, frozenset(clients))


@pytest.mark.parametrize("role", ["operator", "supervisor", "manager", "auditor", "client"])
def test_everybody_sees_the_companies_in_their_token(role: str) -> None:
    assert serves(who(role, "cli_acme"), "cli_acme")
    assert not serves(who(role, "cli_acme"), "cli_hana")


@pytest.mark.parametrize("role", ["operator", "supervisor", "auditor", "client"])
def test_an_empty_list_is_no_company(role: str) -> None:
    with pytest.raises(Refused) as refused:
        check_serves(who(role), "cli_acme")
    assert refused.value.reason == "NOT_YOUR_CLIENT"


@pytest.mark.parametrize("role", ["manager", "admin", "service"])
def test_managers_without_a_list_admins_and_services_see_all_of_their_tenant(role: str) -> None:
    check_serves(who(role), "cli_acme")


def test_a_contact_is_its_operators_own() -> None:
    talking = Talking(Facts(operator_id="usr_a"))
    assert own(talking, who("operator", "cli_acme"))
    assert not own(Talking(Facts(operator_id="usr_b")), who("operator", "cli_acme"))
