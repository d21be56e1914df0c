"""What every method of monitoring checks."""

import pytest

from sasayaki_chassis.decider import Refused
from sasayaki_monitoring.methods import check_permitted


def test_only_what_is_of_ones_own_client_companies_is_permitted() -> None:
    check_permitted("cli_acme", frozenset(("cli_acme", "cli_other")))
    for client_id in ("cli_acme", "", None):
        with pytest.raises(Refused) as refused:
            check_permitted(client_id, frozenset(("cli_other",)))
        assert refused.value.reason == "NOT_PERMITTED"
