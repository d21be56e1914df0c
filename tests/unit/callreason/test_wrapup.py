"""The wrap-up form: what a client company wants to know of each call."""

import pytest

from sasayaki.callreason.v1.client_events import FieldKind, FormField
from sasayaki.callreason.v1.enquiry_events import FormAnswer
from sasayaki_callreason.enquiries.wrapup import TEXT_CHARACTERS_MOST, faults


def field(key: str, kind: FieldKind, *choices: str, required: bool = False) -> FormField:
    return FormField(
        key=key, label_ja=key, label_en=key, kind=kind, required=required, choices=choices
    )


FORM = (
    field("outcome", FieldKind.CHOICE, "resolved", "callback", required=True),
    field("amount", FieldKind.NUMBER),
    field("note", FieldKind.TEXT),
)


def found(**answers: str) -> dict[str, str]:
    given = [FormAnswer(key=key, value=value) for key, value in answers.items()]
    return dict(faults(FORM, given))


def test_a_form_that_is_filled_in_has_no_faults() -> None:
    assert found(outcome="resolved", amount="-12800", note="折返し済み") == {}


def test_what_is_not_required_may_stay_empty() -> None:
    assert found(outcome="callback") == {}
    assert found(outcome="callback", amount="", note=" ") == {}


@pytest.mark.parametrize("value", ["", " ", "\n"])
def test_what_is_required_must_be_answered(value: str) -> None:
    assert found(outcome=value) == {"outcome": "must be answered"}


def test_a_missing_required_answer_is_named() -> None:
    assert found(note="x") == {"outcome": "must be answered"}


def test_a_choice_is_one_of_its_choices() -> None:
    assert found(outcome="Resolved") == {"outcome": "one of resolved, callback, not 'Resolved'"}


@pytest.mark.parametrize("value", ["1.5", "1e3", "１２", "0x10", "ten", "9" * 19, "+1", "1 000"])
def test_a_number_is_whole_and_in_plain_digits(value: str) -> None:
    assert found(outcome="resolved", amount=value).keys() == {"amount"}


def test_a_text_ends_at_2000_characters() -> None:
    assert found(outcome="resolved", note="あ" * TEXT_CHARACTERS_MOST) == {}
    assert found(outcome="resolved", note="あ" * (TEXT_CHARACTERS_MOST + 1)) == {
        "note": "2000 characters at most, not 2001"
    }


def test_a_field_that_the_form_lacks_is_a_fault() -> None:
    assert found(outcome="resolved", extra="x") == {"extra": "the form has no such field"}


def test_an_answer_given_twice_is_a_fault() -> None:
    twice = [FormAnswer(key="outcome", value=value) for value in ("resolved", "callback")]
    assert list(faults(FORM, twice)) == [("outcome", "answered twice")]


def test_all_faults_are_found_at_once() -> None:
    assert found(amount="x", extra="x").keys() == {"outcome", "amount", "extra"}
