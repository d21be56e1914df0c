"""Search: Japanese without spaces, words of other languages, the best first."""

import pytest

from sasayaki.callreason.v1.knowledge_events import ArticlePut
from sasayaki_callreason.knowledge.indexes import Indexes
from sasayaki_callreason.knowledge.library import Article, Library
from sasayaki_callreason.knowledge.search import Document, Index, Text, asked, indexed

ARTICLES = {
    "art_bill": (
        "請求書の再発行",
        "Reissuing a bill",
        "請求書をもう一度お送りする手順です。",
        ("領収書",),
    ),
    "art_pay": (
        "お支払い方法の変更",
        "Changing how to pay",
        "口座振替とカード払い。Visa, JCB.",
        (),
    ),
    "art_move": ("引っ越し", "Moving house", "住所の変更。請求書の宛先も変わります。", ("転居",)),
    "art_wifi": ("Wi-Fi が切れる", "Wi-Fi drops", "ルーターを再起動する。", ("インターネット",)),
}


def put(article_id: str, version: int = 1, **changes: str) -> ArticlePut:
    title_ja, title_en, body_ja, keywords = ARTICLES[article_id]
    said = {"title_ja": title_ja, "title_en": title_en, "body_ja": body_ja, **changes}
    return ArticlePut(
        article_id=article_id, version=version, body_en="", reason_ids=(), keywords=keywords, **said
    )


def library(*articles: ArticlePut) -> Library:
    return Library(articles={each.article_id: Article((each,)) for each in articles})


WHOLE = library(*(put(article_id) for article_id in ARTICLES))


def found(words: str, known: Library = WHOLE) -> list[str]:
    hits = Indexes().search("cli_acme", known, words, 10, lambda article: True)
    return [article.article_id for article in hits]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("請求書", "art_bill"),
        ("請求書を再発行したい", "art_bill"),
        ("引越し", "art_move"),
        ("転居", "art_move"),
        ("領収書", "art_bill"),
        ("支払方法", "art_pay"),
        ("ｶｰﾄﾞ", "art_pay"),
        ("カード", "art_pay"),
        ("VISA", "art_pay"),
        ("ｖｉｓａ", "art_pay"),
        ("wi-fi", "art_wifi"),
        ("moving", "art_move"),
        ("インターネットが切れる", "art_wifi"),
        ("住", "art_move"),
    ],
)
def test_the_article_that_was_meant_stands_first(words: str, first: str) -> None:
    assert found(words)[0] == first


def test_nothing_is_found_by_words_that_stand_nowhere() -> None:
    assert found("冷蔵庫") == []
    assert found("、。!?") == []


def test_a_title_outweighs_the_text() -> None:
    assert found("請求書") == ["art_bill", "art_move"]


def test_terms_are_words_and_pairs_of_japanese_characters() -> None:
    assert asked("請求書 Visa visa 円") == ("請求", "求書", "visa", "円")
    assert list(indexed("請求 A1")) == ["請", "求", "請求", "a1"]
    assert asked("が") == asked("か\u3099")


def test_an_article_is_searched_as_it_is_after_each_change() -> None:
    indexes = Indexes()

    def search(words: str, known: Library) -> list[str]:
        hits = indexes.search("cli_acme", known, words, 10, lambda article: True)
        return [article.article_id for article in hits]

    assert search("再起動", WHOLE) == ["art_wifi"]
    changed = library(put("art_wifi", 2, body_ja="電源を入れ直す。"), put("art_bill"))
    assert search("再起動", changed) == []
    assert search("電源", changed) == ["art_wifi"]
    assert search("転居", changed) == []
    assert search("再起動", WHOLE) == ["art_wifi"]


def test_an_index_that_was_let_go_is_made_again() -> None:
    indexes = Indexes(companies_most=1)
    for client_id in ("cli_acme", "cli_hana", "cli_acme"):
        hits = indexes.search(client_id, WHOLE, "転居", 10, lambda article: True)
        assert [article.article_id for article in hits] == ["art_move"]


def test_only_articles_that_are_wanted_are_found_and_no_more_than_were_asked_for() -> None:
    indexes = Indexes()
    hits = indexes.search("c", WHOLE, "請求書", 10, lambda each: each.article_id != "art_bill")
    assert [article.article_id for article in hits] == ["art_move"]
    assert len(indexes.search("c", WHOLE, "の変更", 1, lambda each: True)) == 1


def test_scores_are_okapi_bm25() -> None:
    index = Index()
    index.put("a", Document.of(Text((), (), ("one two",))))
    index.put("b", Document.of(Text((), (), ("one one",))))
    # By hand: idf(one) = ln(1 + 0.5 / 2.5), both of mean length, so 1 and 2 occurrences.
    assert index.search("one", 10) == ["b", "a"]
    score = index._score(Document.of(Text((), (), ("one two",))), ("one",))
    assert score == pytest.approx(0.182321556793955 * 2.2 / 2.2)
