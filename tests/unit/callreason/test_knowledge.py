"""A company's scripts and articles: versions, the most exact script, limits."""

from dataclasses import replace

import pytest
from tests.harness.specification import NOON, given

from sasayaki.callreason.v1.knowledge_events import (
    ArticlePut,
    ArticleWithdrawn,
    KnowledgeEvent,
    ScriptPut,
    ScriptWithdrawn,
)
from sasayaki_callreason.knowledge.library import (
    ARTICLES_MOST,
    CHARACTERS_MOST,
    KNOWLEDGE,
    SCRIPTS_MOST,
    VERSIONS_READABLE,
    PutArticle,
    PutScript,
    WithdrawArticle,
    WithdrawScript,
)
from sasayaki_callreason.knowledge.matching import SHOWN_MOST, beside, most_exact, shown_for

NUMBER, OTHER = "+81312345678", "+81398765432"


def script(
    script_id: str, number: str = "", reason_id: str = "", *, version: int = 0, greeting: str = "a"
) -> ScriptPut:
    return ScriptPut(
        script_id=script_id,
        version=version,
        number=number,
        reason_id=reason_id,
        greeting_ja=greeting,
        greeting_en="",
        body_ja="",
        body_en="",
    )


def article(article_id: str, *reason_ids: str, version: int = 0, body: str = "") -> ArticlePut:
    return ArticlePut(
        article_id=article_id,
        version=version,
        title_ja=article_id,
        title_en="",
        body_ja=body,
        body_en="",
        reason_ids=reason_ids,
        keywords=(),
    )


def written(put: ArticlePut, version: int, by: str = "usr_sv") -> ArticlePut:
    return put.model_copy(update={"version": version, "put_at": NOON, "put_by": by})


def test_each_change_of_a_script_is_its_next_version() -> None:
    first = script("scr_a", version=1)
    given(KNOWLEDGE).when(PutScript(script("scr_a"))).then(first)
    given(KNOWLEDGE, first).when(PutScript(script("scr_a"))).then()
    other = script("scr_a", greeting="b")
    given(KNOWLEDGE, first).when(PutScript(other)).then(other.model_copy(update={"version": 2}))


def test_two_scripts_are_never_for_the_same_number_and_reason() -> None:
    first = script("scr_a", NUMBER, "rsn_bill", version=1)
    again = PutScript(script("scr_b", NUMBER, "rsn_bill"))
    given(KNOWLEDGE, first).when(again).then_refused("SCRIPT_TAKEN")
    gone = ScriptWithdrawn(script_id="scr_a")
    given(KNOWLEDGE, first, gone).when(again).then(script("scr_b", NUMBER, "rsn_bill", version=1))


def test_a_script_that_was_withdrawn_comes_back_as_its_next_version() -> None:
    first, gone = script("scr_a", version=1), ScriptWithdrawn(script_id="scr_a")
    given(KNOWLEDGE, first).when(WithdrawScript("scr_a")).then(gone)
    given(KNOWLEDGE, first, gone).when(WithdrawScript("scr_a")).then()
    given(KNOWLEDGE, first, gone).when(PutScript(script("scr_a"))).then(script("scr_a", version=2))
    given(KNOWLEDGE).when(WithdrawScript("scr_a")).then_refused("UNKNOWN_SCRIPT")


def test_an_article_says_when_and_by_whom_and_equal_content_changes_nothing() -> None:
    put = PutArticle(article("art_a"), "usr_sv")
    first = written(article("art_a"), 1)
    given(KNOWLEDGE).when(put).then(first)
    given(KNOWLEDGE, first).when(replace(put, user_id="usr_other")).then()
    changed = PutArticle(article("art_a", body="b"), "usr_other")
    second = written(article("art_a", body="b"), 2, "usr_other")
    given(KNOWLEDGE, first).when(changed).then(second)


def test_earlier_versions_stay_readable_and_withdrawn_articles_too() -> None:
    history: list[KnowledgeEvent] = [
        written(article("art_a", body=str(number)), number)
        for number in range(1, VERSIONS_READABLE + 3)
    ]
    gone = ArticleWithdrawn(article_id="art_a")
    library = given(KNOWLEDGE, *history, gone).state
    versions = [each.version for each in library.articles["art_a"].versions]
    assert versions == list(range(3, VERSIONS_READABLE + 3))
    assert library.articles_found() == []
    given(KNOWLEDGE, *history, gone).when(WithdrawArticle("art_a")).then()
    given(KNOWLEDGE).when(WithdrawArticle("art_a")).then_refused("UNKNOWN_ARTICLE")


def test_there_is_a_limit_to_scripts_and_articles() -> None:
    scripts = [script(f"scr_{n}", reason_id=f"rsn_{n}", version=1) for n in range(SCRIPTS_MOST)]
    given(KNOWLEDGE, *scripts).when(PutScript(script("scr_x"))).then_refused("TOO_MANY_SCRIPTS")
    articles = [article(f"art_{n}", version=1) for n in range(ARTICLES_MOST)]
    one_more = PutArticle(article("art_x"), "usr_sv")
    given(KNOWLEDGE, *articles).when(one_more).then_refused("TOO_MANY_ARTICLES")
    long = article("art_long", version=1, body="a" * (CHARACTERS_MOST - 1))
    more = PutArticle(article("art_x", body="ab"), "usr_sv")
    given(KNOWLEDGE, long).when(more).then_refused("TOO_MANY_ARTICLES")


@pytest.mark.parametrize(
    ("there", "shown"),
    [
        (["both", "reason", "number", "any"], "both"),
        (["above_both", "reason", "number", "any"], "reason"),
        (["above_both", "above", "number", "any"], "above_both"),
        (["above", "number", "any"], "above"),
        (["number", "any"], "number"),
        (["any"], "any"),
        ([], ""),
    ],
)
def test_the_most_exact_script_is_shown(there: list[str], shown: str) -> None:
    scripts = {
        "both": script("scr_both", NUMBER, "rsn_amount"),
        "reason": script("scr_reason", "", "rsn_amount"),
        "above_both": script("scr_above_both", NUMBER, "rsn_bill"),
        "above": script("scr_above", "", "rsn_bill"),
        "number": script("scr_number", NUMBER),
        "any": script("scr_any"),
    }
    for_others = [script("scr_1", OTHER, "rsn_amount"), script("scr_2", "", "rsn_contract")]
    found = most_exact(
        [*for_others, *(scripts[name] for name in there)], NUMBER, ("rsn_amount", "rsn_bill")
    )
    assert (found.script_id.removeprefix("scr_") if found else "") == shown


def test_articles_of_the_reason_stand_first_then_those_above_it_then_general_ones() -> None:
    articles = [
        article("art_general"),
        article("art_above", "rsn_bill"),
        article("art_own", "rsn_amount", "rsn_bill"),
        article("art_else", "rsn_contract"),
    ]
    shown = [each.article_id for each in beside(articles, ("rsn_amount", "rsn_bill"))]
    assert shown == ["art_own", "art_above", "art_general"]
    many = [article(f"art_{n}") for n in range(9)]
    assert len(beside(many, ())) == SHOWN_MOST
    assert not shown_for(articles[0], ("rsn_bill",))
