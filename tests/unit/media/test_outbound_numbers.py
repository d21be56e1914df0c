"""Which numbers can be called, and which a rule lets be called."""

import pytest

from sasayaki_media.outbound.numbers import EXPENSIVE, allowed, e164, is_prefix


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("09012345678", "+819012345678"),
        ("03-1234-5678", "+81312345678"),
        ("+81 3 1234 5678", "+81312345678"),
        ("+819012345678", "+819012345678"),
        ("010 1 212 555 0100", "+12125550100"),
        ("+442071838750", "+442071838750"),
    ],
)
def test_a_number_is_brought_into_one_form(given: str, number: str) -> None:
    assert e164(given) == number


@pytest.mark.parametrize(
    "given",
    [
        "",
        "110",
        "119",
        "0",
        "+",
        "+0312345678",
        "++81312345678",
        "+8103123456789",
        "+81312345678;ext=1",
        "sip:usr@evil.example",
        "+81312345678\r\nX: y",
        "{{digits}}",
        "٠٩٠١٢٣٤٥٦٧٨",
        "+1234567890123456",
        "312345678",
        "0000000000",
    ],
)
def test_what_is_no_number_is_none(given: str) -> None:
    assert e164(given) == ""


def test_nothing_is_allowed_by_no_rule() -> None:
    assert not allowed("+81312345678", (), ())


def test_a_prefix_allows_what_begins_with_it_and_nothing_else() -> None:
    assert allowed("+81312345678", ("+81",), ())
    assert not allowed("+12125550100", ("+81",), ())


def test_what_is_denied_stays_so_whatever_else_is_allowed() -> None:
    assert not allowed("+819012345678", ("+81", "+819012345678"), ("+8190",))


@pytest.mark.parametrize(
    "number", ["+81990123456", "+81570012345", "+881612345678", "+19005550100"]
)
def test_an_expensive_number_has_to_be_named(number: str) -> None:
    assert not allowed(number, ("+81", "+1", "+88"), ())
    dear = next(prefix for prefix in EXPENSIVE if number.startswith(prefix))
    assert allowed(number, (dear,), ())


def test_a_prefix_names_a_country_at_least() -> None:
    assert [is_prefix(text) for text in ("+81", "+1", "+7", "+8190")] == [True] * 4
    assert [is_prefix(text) for text in ("+", "", "+8", "81", "+0", "+81-3")] == [False] * 6
