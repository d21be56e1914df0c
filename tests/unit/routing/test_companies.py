"""Whose queues are whose."""

from tests.harness.records import recorded

from sasayaki.callreason.v1.client_events import ClientPut
from sasayaki_routing.desk.companies import Companies

PUT = ("que_a", "que_b", "que_free")


def told(**queues: tuple[str, ...]) -> Companies:
    companies = Companies()
    for client_id, queue_ids in queues.items():
        put = ClientPut(
            client_id=client_id,
            name="-",
            numbers=(),
            reasons=(),
            wrap_up_form=(),
            wrap_up_ms_max=60_000,
            queue_ids=queue_ids,
        )
        companies.fold(recorded(client_id, put))
    return companies


def queues(companies: Companies, *clients: str, tenant: str = "out_demo") -> set[str]:
    return set(companies.queues(tenant, frozenset(clients), PUT))


def test_a_companys_queues_are_those_that_its_flows_may_name_put_or_not() -> None:
    companies = told(cli_a=("que_a", "que_never_put"), cli_b=("que_b",))
    assert queues(companies, "cli_a") == {"que_a", "que_never_put"}
    assert queues(companies, "cli_a", "cli_b") == {"que_a", "que_never_put", "que_b"}


def test_one_that_names_none_has_those_that_no_other_names() -> None:
    assert queues(told(cli_a=("que_a",), cli_b=()), "cli_b") == {"que_b", "que_free"}


def test_nobody_sees_anothers() -> None:
    companies = told(cli_a=("que_a",), cli_b=("que_b",))
    assert queues(companies) == queues(companies, "cli_c") == set()
    assert queues(companies, "cli_a", tenant="out_other") == set()
    assert companies.clients("out_demo") == {"cli_a", "cli_b"}
    assert companies.clients("out_other") == frozenset()
