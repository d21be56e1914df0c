"""Our numbers, as the client companies' settings name them."""

from tests.harness.records import recorded

from sasayaki.callreason.v1.client_events import ClientPut, Number
from sasayaki_media.numbers import Line, Numbers


def put(client_id: str, *numbers: str) -> ClientPut:
    return ClientPut(
        client_id=client_id,
        name=client_id,
        numbers=tuple(Number(number=number, flow_id="flw_1") for number in numbers),
        reasons=(),
        wrap_up_form=(),
        wrap_up_ms_max=1,
        queue_ids=(),
    )


def folded(*puts: ClientPut) -> Numbers:
    numbers = Numbers()
    for each in puts:
        numbers.fold(recorded(each.client_id, each))
    return numbers


def test_a_number_belongs_to_the_company_that_names_it() -> None:
    numbers = folded(put("cli_acme", "+811"), put("cli_beta", "+812"))
    assert numbers.line("+812") == Line("out_demo", "cli_beta")
    assert numbers.line("+813") is None
    assert numbers.all() == ("+811", "+812")


def test_later_settings_replace_all_numbers_of_their_company_only() -> None:
    numbers = folded(
        put("cli_acme", "+811", "+812"), put("cli_beta", "+813"), put("cli_acme", "+814")
    )
    assert numbers.all() == ("+813", "+814")


def test_a_number_that_moves_is_its_new_companys_in_whatever_order_it_is_told() -> None:
    held = put("cli_acme", "+811")
    let_go, taken = put("cli_acme"), put("cli_beta", "+811")
    for order in ((held, let_go, taken), (held, taken, let_go)):
        assert folded(*order).line("+811") == Line("out_demo", "cli_beta")


def test_a_change_is_told_and_what_is_no_change_is_not() -> None:
    numbers, told = Numbers(), []
    numbers.on_change(lambda: told.append(numbers.all()))
    for each in (put("cli_acme", "+811"), put("cli_acme", "+811"), put("cli_acme", "+812")):
        numbers.fold(recorded(each.client_id, each))
    assert told == [("+811",), ("+812",)]
