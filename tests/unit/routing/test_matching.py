"""Matching: the best score among those who may be asked, and why not the others."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.harness.specification import NOON

from sasayaki.routing.v1.pool_events import Skipped, SkipReason
from sasayaki_routing.matching.choice import (
    CONSIDERED_MOST,
    LEVEL_SCORE,
    SKIPPED_MOST,
    Choice,
    best_contact,
    choose,
)
from sasayaki_routing.matching.fit import LEVEL_USUAL, Profile, Ring, Search, Wish, unfit


@dataclass(frozen=True)
class Person:
    operator_id: str
    profile: Profile
    ready_since: datetime | None


def ago(seconds: int) -> datetime:
    return NOON - timedelta(seconds=seconds)


def profile(skills: str = "ja", clients: str = "cli_acme", team: str = "team_a") -> Profile:
    """`ja` is known at the usual level, `ja:5` at the highest."""
    named = (skill.partition(":") for skill in skills.split())
    levels = {name: int(level or LEVEL_USUAL) for name, _, level in named}
    return Profile(team, levels, frozenset(clients.split()))


def wish(skills: str = "ja", *, priority: int = 3, queued_at: datetime = NOON, **to: str) -> Wish:
    return Wish("cli_acme", "que_claims", frozenset(skills.split()), priority, queued_at, **to)


def search(skills: str = "ja", **how: Any) -> Search:
    return Search(wish(skills), **how)


def chosen(wanted: Search, *people: Person) -> str | None:
    choice = choose(wanted, people, NOON)
    return choice.operator_id if choice else None


def skipped(wanted: Search, *people: Person) -> dict[str, SkipReason]:
    choice = choose(wanted, people, NOON)
    assert isinstance(choice, Choice)
    return {who.operator_id: who.reason for who in choice.skipped}


MORI = Person("usr_mori", profile(), ago(30))
ABE = Person("usr_abe", profile(), ago(90))
KATO = Person("usr_kato", profile("ja claims"), ago(10))
INOUE = Person("usr_inoue", profile(clients="cli_other"), ago(600))
UEDA = Person("usr_ueda", profile(), None)
EXPERT = Person("usr_expert", profile("ja:5"), ago(5))
LEARNER = Person("usr_learner", profile("ja:1"), ago(120))
OSAKA = Ring(team_ids=frozenset(("tea_osaka",)))
SAPPORO = Ring(timedelta(seconds=30), 0, frozenset(("tea_sapporo",)), overflow=True)
IN_OSAKA = Person("usr_osaka", profile(team="tea_osaka"), ago(1))
IN_SAPPORO = Person("usr_sapporo", profile(team="tea_sapporo"), ago(900))


class TestTheScore:
    def test_the_longest_idle_operator_is_chosen(self) -> None:
        assert chosen(search(), MORI, ABE, KATO) == "usr_abe"

    def test_an_expert_is_worth_a_minute_of_idleness_for_each_level(self) -> None:
        assert chosen(search(), EXPERT, LEARNER) == "usr_expert"
        patient = Person("usr_learner", LEARNER.profile, ago(5 + 4 * 60 + 1))
        assert chosen(search(), EXPERT, patient) == "usr_learner"

    def test_of_several_required_skills_the_least_level_counts(self) -> None:
        uneven = Person("usr_uneven", profile("ja:5 claims:1"), ago(10))
        even = Person("usr_even", profile("ja:2 claims:2"), ago(10))
        assert chosen(search("ja claims"), uneven, even) == "usr_even"

    def test_levels_count_for_nothing_when_no_skill_is_asked_for(self) -> None:
        assert chosen(search(""), EXPERT, LEARNER) == "usr_learner"

    def test_whom_the_customer_prefers_goes_before_whoever_is_idle_for_longer(self) -> None:
        prefers = Search(wish(preferred_operator_id="usr_mori"))
        assert chosen(prefers, MORI, ABE) == "usr_mori"
        assert skipped(prefers, MORI, ABE) == {"usr_abe": SkipReason.RESERVED}

    def test_a_preference_ends_with_the_first_ring(self) -> None:
        prefers = Search(wish(preferred_operator_id="usr_mori"), first_ring=False)
        assert chosen(prefers, MORI, ABE) == "usr_abe"

    def test_who_was_asked_before_in_vain_comes_last_and_is_still_asked(self) -> None:
        missed = search(missed=frozenset(("usr_abe",)))
        assert chosen(missed, MORI, ABE) == "usr_mori"
        assert skipped(missed, MORI, ABE) == {"usr_abe": SkipReason.ASKED_BEFORE}
        assert chosen(missed, ABE) == "usr_abe"

    def test_the_choice_does_not_depend_on_the_order_of_the_operators(self) -> None:
        twin = Person("usr_aoki", ABE.profile, ABE.ready_since)
        assert chosen(search(), ABE, twin) == chosen(search(), twin, ABE) == "usr_abe"

    def test_the_decision_names_scores_levels_and_idleness_best_first(self) -> None:
        choice = choose(search(), [LEARNER, EXPERT], NOON)
        assert choice is not None
        assert [
            (one.operator_id, one.score, one.level, one.idle_ms) for one in choice.considered
        ] == [
            ("usr_expert", 5_000 + 5 * LEVEL_SCORE, 5, 5_000),
            ("usr_learner", 120_000 + LEVEL_SCORE, 1, 120_000),
        ]


class TestWhoMayBeAsked:
    def test_only_an_operator_with_every_required_skill(self) -> None:
        assert chosen(search("ja claims"), MORI, ABE, KATO) == "usr_kato"
        assert chosen(search("en"), MORI, ABE, KATO) is None

    def test_nobody_who_does_not_serve_the_client_company(self) -> None:
        assert chosen(search(), INOUE, MORI) == "usr_mori"
        assert chosen(search(), INOUE) is None

    def test_nobody_who_is_not_ready(self) -> None:
        assert chosen(search(), UEDA) is None

    def test_nobody_of_a_team_whose_ring_is_not_reached(self) -> None:
        first = search(rings=(OSAKA,))
        assert chosen(first, IN_SAPPORO) is None
        assert chosen(first, IN_SAPPORO, IN_OSAKA) == "usr_osaka"
        assert skipped(first, IN_SAPPORO, IN_OSAKA) == {"usr_sapporo": SkipReason.RING_NOT_REACHED}

    def test_a_further_ring_adds_to_those_before_it(self) -> None:
        both = search(rings=(OSAKA, SAPPORO))
        assert chosen(both, IN_OSAKA) == "usr_osaka"
        assert chosen(both, IN_SAPPORO, IN_OSAKA) == "usr_sapporo"

    def test_a_ring_may_ask_for_a_level(self) -> None:
        experts = search(rings=(Ring(level_least=4),))
        assert chosen(experts, LEARNER, MORI) is None
        assert chosen(experts, LEARNER, EXPERT) == "usr_expert"

    def test_only_the_person_who_was_named_whatever_they_have_learnt(self) -> None:
        named = Search(wish("claims", only_operator_id="usr_mori"), only=True)
        assert chosen(named, MORI, KATO) == "usr_mori"
        assert skipped(named, MORI, KATO) == {"usr_kato": SkipReason.RESERVED}
        assert chosen(named, KATO) is None

    def test_a_person_who_was_named_still_has_to_serve_the_client_company(self) -> None:
        named = Search(wish(only_operator_id="usr_inoue"), only=True)
        assert chosen(named, INOUE) is None


class TestContactsForAnOperator:
    def test_the_contact_of_highest_priority_comes_first(self) -> None:
        waiting = [("con_1", Search(wish(queued_at=ago(60)))), ("con_2", Search(wish(priority=9)))]
        assert best_contact("usr_mori", profile(), waiting) == "con_2"

    def test_among_equal_priorities_the_longest_waiting_contact_comes_first(self) -> None:
        waiting = [
            ("con_1", Search(wish(queued_at=ago(5)))),
            ("con_2", Search(wish(queued_at=ago(60)))),
        ]
        assert best_contact("usr_mori", profile(), waiting) == "con_2"

    def test_one_that_prefers_the_operator_comes_before_one_that_waits_longer(self) -> None:
        prefers = Search(wish(preferred_operator_id="usr_mori"))
        waiting = [("con_1", Search(wish(queued_at=ago(60)))), ("con_2", prefers)]
        assert best_contact("usr_mori", profile(), waiting) == "con_2"
        assert best_contact("usr_abe", profile(), waiting) == "con_1"

    def test_a_contact_that_the_operator_cannot_serve_is_passed_over(self) -> None:
        waiting = [("con_1", Search(wish("en", priority=9))), ("con_2", Search(wish()))]
        assert best_contact("usr_mori", profile(), waiting) == "con_2"

    def test_no_contact_is_chosen_from_none(self) -> None:
        assert best_contact("usr_mori", profile(), []) is None


class TestTheExplanation:
    def test_it_names_each_other_operator_and_the_reason(self) -> None:
        choice = choose(search("ja claims"), [MORI, ABE, KATO, INOUE, UEDA], NOON)
        assert choice is not None
        assert choice.skipped == (
            Skipped(operator_id="usr_inoue", reason=SkipReason.CLIENT_NOT_SERVED),
            Skipped(operator_id="usr_abe", reason=SkipReason.SKILL_MISSING),
            Skipped(operator_id="usr_mori", reason=SkipReason.SKILL_MISSING),
            Skipped(operator_id="usr_ueda", reason=SkipReason.NOT_READY),
        )

    @pytest.mark.parametrize(
        ("other", "reason"),
        [
            (Person("usr_x", profile("ja:5"), ago(1)), SkipReason.IDLE_SHORTER),
            (Person("usr_x", profile("ja:1"), ago(60)), SkipReason.LEVEL_LOWER),
            (Person("usr_x", profile("ja:1"), ago(30)), SkipReason.IDLE_SHORTER),
        ],
    )
    def test_a_fit_operator_lacked_idleness_or_level(
        self, other: Person, reason: SkipReason
    ) -> None:
        best = Person("usr_best", profile("ja:4"), ago(45))
        wanted = search()
        if other.profile.levels["ja"] == 5:
            best = Person("usr_best", profile("ja:4"), ago(120))
        assert skipped(wanted, best, other) == {"usr_x": reason}

    def test_it_names_fifty_operators_at_most_and_those_who_were_ready_first(self) -> None:
        absent = [Person(f"usr_a{n:03}", profile(), None) for n in range(200)]
        ready = [Person(f"usr_r{n:03}", profile(), ago(n)) for n in range(1, 31)]
        choice = choose(search(), [*absent, *ready], NOON)
        assert choice is not None
        assert len(choice.skipped) == SKIPPED_MOST
        assert [who.operator_id for who in choice.skipped[:2]] == ["usr_r029", "usr_r028"]
        assert {who.reason for who in choice.skipped[29:]} == {SkipReason.NOT_READY}

    def test_it_names_fifty_of_those_who_could_have_been_asked_at_most(self) -> None:
        ready = [Person(f"usr_r{n:03}", profile(), ago(n)) for n in range(1, 99)]
        choice = choose(search(), ready, NOON)
        assert choice is not None
        assert len(choice.considered) == CONSIDERED_MOST
        assert len(choice.skipped) == SKIPPED_MOST

    def test_a_client_company_that_is_not_served_weighs_before_a_missing_skill(self) -> None:
        assert unfit(wish("en"), INOUE.profile) is SkipReason.CLIENT_NOT_SERVED
