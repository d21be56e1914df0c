"""An index for each company that somebody searches, kept up with its library."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

from prometheus_client import Counter

from sasayaki.callreason.v1.knowledge_events import ArticlePut
from sasayaki_callreason.knowledge.library import Library
from sasayaki_callreason.knowledge.search import Document, Index, Text

COMPANIES_MOST = 8
"""Indexes kept; the one searched longest ago is made again when it is asked for."""

FORGOTTEN = Counter(
    "sasayaki_callreason_indexes_forgotten_total", "Indexes of articles let go for want of room."
)


class Indexes:
    """Finds articles; an article is counted again only when it has another version."""

    def __init__(self, companies_most: int = COMPANIES_MOST) -> None:
        self._companies_most = companies_most
        self._kept: OrderedDict[str, tuple[Index, dict[str, int]]] = OrderedDict()
        # Searches run in threads; one at a time, or two would count the same article.
        self._lock = Lock()

    def search(
        self,
        client_id: str,
        library: Library,
        words: str,
        most: int,
        among: Callable[[ArticlePut], bool],
    ) -> Sequence[ArticlePut]:
        """The best articles of the library as it is."""
        articles = {article.article_id: article for article in library.articles_found()}
        with self._lock:
            index = self._kept_up(client_id, articles)
            found = index.search(words, most, lambda article_id: among(articles[article_id]))
        return [articles[article_id] for article_id in found]

    def _kept_up(self, client_id: str, articles: dict[str, ArticlePut]) -> Index:
        if client_id not in self._kept and len(self._kept) >= self._companies_most:
            self._kept.popitem(last=False)
            FORGOTTEN.inc()
        index, versions = self._kept.setdefault(client_id, (Index(), {}))
        self._kept.move_to_end(client_id)
        for article_id in versions.keys() - articles.keys():
            index.remove(article_id)
            del versions[article_id]
        for article_id, article in articles.items():
            if versions.get(article_id) != article.version:
                index.put(article_id, Document.of(_text(article)))
                versions[article_id] = article.version
        return index


def _text(article: ArticlePut) -> Text:
    return Text(
        titles=(article.title_ja, article.title_en),
        keywords=article.keywords,
        bodies=(article.body_ja, article.body_en),
    )
