"""Which script and which articles are shown for a number and a reason."""

from collections.abc import Iterable, Sequence

from sasayaki.callreason.v1.knowledge_events import ArticlePut, ScriptPut

SHOWN_MOST = 5
"""Articles beside a script."""


def most_exact(
    scripts: Iterable[ScriptPut], number: str, reasons: Sequence[str]
) -> ScriptPut | None:
    """The script for a number and a reason with those above it in the tree, deepest first.

    Number and reason outweigh the reason alone, the reason alone the number alone, and that the
    script for whatever else. A deeper reason outweighs the ones above it.
    """
    by_wish = {(script.number, script.reason_id): script for script in scripts}
    wishes = [(where, reason_id) for reason_id in reasons for where in (number, "")]
    for wish in (*wishes, (number, ""), ("", "")):
        if wish in by_wish:
            return by_wish[wish]
    return None


def beside(articles: Iterable[ArticlePut], reasons: Sequence[str]) -> Sequence[ArticlePut]:
    """Those of the reason first, then of the ones above it, then those for every reason."""
    ranked = []
    for article in articles:
        rank = _rank(article, reasons)
        if rank is not None:
            ranked.append((rank, article.article_id, article))
    return [article for _, _, article in sorted(ranked, key=lambda each: each[:2])[:SHOWN_MOST]]


def shown_for(article: ArticlePut, reasons: Sequence[str]) -> bool:
    """Whether it is about the reason or one above it."""
    return any(reason_id in article.reason_ids for reason_id in reasons)


def _rank(article: ArticlePut, reasons: Sequence[str]) -> int | None:
    for place, reason_id in enumerate(reasons):
        if reason_id in article.reason_ids:
            return place
    return None if article.reason_ids else len(reasons)
