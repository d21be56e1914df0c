"""Client companies: settings are replaced whole, a number belongs to one of them."""

from tests.harness.specification import given

from sasayaki.callreason.v1.client_events import ClientPut, Number
from sasayaki_callreason.client import CLIENT, NotPut, Numbers, PutClient, Served, State

NUMBER, OTHER = "+81312345678", "+81398765432"


def settings(client_id: str = "cli_acme", **numbers: str) -> ClientPut:
    return ClientPut(
        client_id=client_id,
        name="Acme Electric",
        numbers=tuple(Number(number=f"+{n[1:]}", flow_id=flow) for n, flow in numbers.items()),
        reasons=(),
        wrap_up_form=(),
        wrap_up_ms_max=60_000,
        queue_ids=(),
    )


ACME = settings(n81312345678="flw_acme")


def put(wanted: ClientPut, *taken: str) -> PutClient:
    return PutClient(wanted, frozenset(taken))


def test_a_company_is_made_and_its_settings_replaced() -> None:
    given(CLIENT).when(put(ACME)).then(ACME)
    renamed = ACME.model_copy(update={"name": "Acme"})
    given(CLIENT, ACME).when(put(renamed)).then(renamed)


def test_equal_settings_change_nothing() -> None:
    given(CLIENT, ACME).when(put(ACME)).then()


def test_a_number_of_another_company_is_refused() -> None:
    given(CLIENT).when(put(ACME, OTHER, NUMBER)).then_refused("NUMBER_TAKEN")
    given(CLIENT).when(put(ACME, OTHER)).then(ACME)


def test_a_number_leads_to_the_flow_of_whoever_has_it_by_then() -> None:
    companies: dict[str, State] = {"cli_acme": Served(ACME)}
    numbers = Numbers(lambda name: companies.get(name, NotPut()), companies.items)
    assert numbers.flow(NUMBER) == ("cli_acme", "flw_acme")
    assert numbers.flow(OTHER) is None
    companies["cli_acme"] = Served(settings(n81398765432="flw_acme"))
    companies["cli_hana"] = Served(settings("cli_hana", n81312345678="flw_hana"))
    assert numbers.flow(NUMBER) == ("cli_hana", "flw_hana")
    assert numbers.flow(OTHER) == ("cli_acme", "flw_acme")
    del companies["cli_hana"]
    assert numbers.flow(NUMBER) is None
