"""Who may give which rights, and how often a password may be tried."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sasayaki_chassis.decider import Refused
from sasayaki_gateway.accounts import attempts
from sasayaki_gateway.accounts.account import Account, may_change, may_make
from sasayaki_gateway.accounts.attempts import Attempts

OPERATOR = Account("usr_op", "out_a", "人", "", "", "operator", "tea_1", ("cli_a",))
MANAGER = replace(OPERATOR, user_id="usr_mgr", role="manager")
ADMIN = replace(OPERATOR, user_id="usr_adm", role="admin", client_ids=())


def refused(actor: Account, before: Account, after: Account) -> str:
    with pytest.raises(Refused) as caught:
        may_change(actor, before, after)
    return caught.value.reason


def test_an_administrator_gives_any_role() -> None:
    may_make(ADMIN, replace(MANAGER, user_id="usr_new"))


def test_a_manager_gives_roles_below_their_own_only() -> None:
    may_make(MANAGER, replace(OPERATOR, user_id="usr_new"))
    for role in ("manager", "admin", "integrator"):
        with pytest.raises(Refused):
            may_make(MANAGER, replace(OPERATOR, user_id="usr_new", role=role))


def test_a_manager_gives_no_client_company_that_is_not_theirs() -> None:
    foreign = replace(OPERATOR, client_ids=("cli_a", "cli_b"))

    assert refused(MANAGER, OPERATOR, foreign) == "NOT_PERMITTED"


def test_a_manager_touches_nobody_above_them() -> None:
    assert refused(MANAGER, ADMIN, replace(ADMIN, role="operator")) == "NOT_PERMITTED"


def test_nobody_changes_their_own_rights_or_locks_themselves_out() -> None:
    assert refused(ADMIN, ADMIN, replace(ADMIN, role="operator")) == "OWN_RIGHTS"
    assert refused(MANAGER, MANAGER, replace(MANAGER, disabled=True)) == "OWN_RIGHTS"
    may_change(MANAGER, MANAGER, replace(MANAGER, name="新しい 名"))


def test_an_operator_manages_no_account_not_even_their_own() -> None:
    assert refused(OPERATOR, OPERATOR, replace(OPERATOR, name="x")) == "NOT_PERMITTED"


def tried(times: int, user: str = "u", address: str = "a") -> Attempts:
    made = Attempts()
    for _ in range(times):
        made.failed(user, address, 0.0)
    return made


def test_a_few_wrong_passwords_lock_nobody_out() -> None:
    assert tried(attempts.FREE_TRIES - 1).locked_for_s("u", "a", 0.0) == 0


def test_each_further_one_locks_for_twice_as_long_up_to_a_limit() -> None:
    waits = [tried(attempts.FREE_TRIES + more).locked_for_s("u", "b", 0.0) for more in range(8)]

    assert waits[:3] == [30.0, 60.0, 120.0]
    assert waits[-1] == attempts.LOCK_MOST_S


def test_a_lock_is_over_when_its_time_is() -> None:
    made = tried(attempts.FREE_TRIES)

    assert made.locked_for_s("u", "b", 29.0) == 1.0
    assert made.locked_for_s("u", "b", 30.0) == 0


def test_failures_are_forgotten_after_a_success_or_half_an_hour() -> None:
    made = tried(attempts.FREE_TRIES - 1)
    made.succeeded("u", "a")
    made.failed("u", "a", 0.0)
    assert made.locked_for_s("u", "b", 0.0) == 0

    later = tried(attempts.FREE_TRIES - 1)
    later.failed("u", "a", attempts.FORGOTTEN_S + 1)
    assert later.locked_for_s("u", "b", attempts.FORGOTTEN_S + 1) == 0


def test_an_address_that_tries_many_accounts_is_locked_for_all_of_them() -> None:
    made = Attempts()
    for number in range(attempts.FREE_TRIES_OF_ADDRESS):
        made.failed(f"user{number}", "a", 0.0)

    assert made.locked_for_s("somebody else", "a", 0.0) > 0
    assert made.locked_for_s("somebody else", "b", 0.0) == 0


def test_only_so_many_failures_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "REMEMBERED_MOST", 10)
    made = tried(attempts.FREE_TRIES)
    for number in range(20):
        made.failed(f"user{number}", f"address{number}", 0.0)

    assert made.locked_for_s("u", "b", 0.0) == 0
