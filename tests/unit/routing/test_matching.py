"""Matching: the longest idle who can, the contact that waits longest, and why not the others."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sasayaki.routing.v1.pool_events import Skipped, SkipReason
from sasayaki_chassis.testing import NOON
from sasayaki_routing.matching import (
    SKIPPED_MOST,
    Profile,
    Wish,
    best_contact,
    best_operator,
    explain,
    unfit,
)


@dataclass(frozen=True)
class Person:
    operator_id: str
    profile: Profile
    ready_since: datetime | None


def ago(seconds: int) -> datetime:
    return NOON - timedelta(seconds=seconds)


def profile(skills: str = "ja", clients: str = "cli_acme") -> Profile:
    return Profile("team_a", frozenset(skills.split()), frozenset(clients.split()))


def wish(skills: str = "ja", *, priority: int = 3, queued_at: datetime = NOON) -> Wish:
    return Wish("cli_acme", "que_claims", frozenset(skills.split()), priority, queued_at)


MORI = Person("usr_mori", profile(), ago(30))
ABE = Person("usr_abe", profile(), ago(90))
KATO = Person("usr_kato", profile("ja claims"), ago(10))
INOUE = Person("usr_inoue", profile(clients="cli_other"), ago(600))
UEDA = Person("usr_ueda", profile(), None)


def test_the_longest_idle_operator_is_chosen() -> None:
    assert best_operator(wish(), [MORI, ABE, KATO]) == "usr_abe"


def test_only_an_operator_with_every_required_skill_is_chosen() -> None:
    assert best_operator(wish("ja claims"), [MORI, ABE, KATO]) == "usr_kato"


def test_nobody_is_chosen_when_a_skill_is_missing_everywhere() -> None:
    assert best_operator(wish("en"), [MORI, ABE, KATO]) is None


def test_an_operator_who_does_not_serve_the_client_company_is_not_chosen() -> None:
    assert best_operator(wish(), [INOUE, MORI]) == "usr_mori"


def test_an_operator_who_is_not_ready_is_not_chosen() -> None:
    assert best_operator(wish(), [UEDA]) is None


def test_the_choice_does_not_depend_on_the_order_of_the_operators() -> None:
    twin = Person("usr_aoki", ABE.profile, ABE.ready_since)
    assert best_operator(wish(), [ABE, twin]) == best_operator(wish(), [twin, ABE]) == "usr_abe"


def test_the_contact_of_highest_priority_comes_first() -> None:
    waiting = [("con_1", wish(queued_at=ago(60))), ("con_2", wish(priority=9))]
    assert best_contact(profile(), waiting) == "con_2"


def test_among_equal_priorities_the_longest_waiting_contact_comes_first() -> None:
    waiting = [("con_1", wish(queued_at=ago(5))), ("con_2", wish(queued_at=ago(60)))]
    assert best_contact(profile(), waiting) == "con_2"


def test_a_contact_that_the_operator_cannot_serve_is_passed_over() -> None:
    waiting = [("con_1", wish("en", priority=9)), ("con_2", wish())]
    assert best_contact(profile(), waiting) == "con_2"


def test_no_contact_is_chosen_from_none() -> None:
    assert best_contact(profile(), []) is None


def test_the_explanation_names_each_other_operator_and_the_reason() -> None:
    everybody = [MORI, ABE, KATO, INOUE, UEDA]
    assert explain(wish("ja claims"), "usr_kato", everybody) == (
        Skipped(operator_id="usr_inoue", reason=SkipReason.CLIENT_NOT_SERVED),
        Skipped(operator_id="usr_abe", reason=SkipReason.SKILL_MISSING),
        Skipped(operator_id="usr_mori", reason=SkipReason.SKILL_MISSING),
        Skipped(operator_id="usr_ueda", reason=SkipReason.NOT_READY),
    )


def test_a_fit_operator_who_was_idle_for_less_time_is_explained_so() -> None:
    assert explain(wish(), "usr_abe", [MORI, ABE]) == (
        Skipped(operator_id="usr_mori", reason=SkipReason.IDLE_SHORTER),
    )


def test_the_explanation_names_fifty_operators_at_most_and_the_ready_ones_first() -> None:
    absent = [Person(f"usr_a{n:03}", profile(), None) for n in range(200)]
    ready = [Person(f"usr_r{n:03}", profile(), ago(n)) for n in range(1, 31)]
    skipped = explain(wish(), "usr_x", [*absent, *ready])
    assert len(skipped) == SKIPPED_MOST
    assert [who.operator_id for who in skipped[:2]] == ["usr_r030", "usr_r029"]
    assert {who.reason for who in skipped[30:]} == {SkipReason.NOT_READY}


def test_a_client_company_that_is_not_served_weighs_before_a_missing_skill() -> None:
    assert unfit(wish("en"), INOUE.profile) is SkipReason.CLIENT_NOT_SERVED
