"""What every method of monitoring checks."""

import pytest

from sasayaki_chassis.decider import Refused
from sasayaki_monitoring.methods import characters, check_permitted


def test_only_what_is_of_ones_own_client_companies_is_permitted() -> None:
    check_permitted("cli_acme", frozenset(("cli_acme", "cli_other")))
    for client_id in ("cli_acme", "", None):
        with pytest.raises(Refused) as refused:
            check_permitted(client_id, frozenset(("cli_other",)))
        assert refused.value.reason == "NOT_PERMITTED"


def test_text_is_counted_in_characters_and_blanks_alone_are_none() -> None:
    check = characters(least=1, most=3)
    assert check("日本語") is None
    assert check("    ") == "1 to 3 characters, not 0"
    assert check("四文字だ") == "1 to 3 characters, not 4"


def test_what_may_be_left_out_has_a_limit_all_the_same() -> None:
    check = characters(least=0, most=3)
    assert check("") is None
    assert check("    ") == "0 to 3 characters, not 4"
