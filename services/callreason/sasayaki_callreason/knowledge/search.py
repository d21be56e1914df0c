"""Search by words, Japanese without spaces too: Okapi BM25 over words and pairs of characters.

Text of alphabets with spaces is cut into words. Japanese is not cut at all: every character and
every pair of neighbours is a term, so that 請求書 is found by 請求 and by 求書, and needs no
dictionary. What differs in width, case or composition only is the same (NFKC). Robertson and
Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from unicodedata import normalize

K1 = 1.2
B = 0.75
"""The usual values: how soon repeats stop to count, how much long texts are held back."""
TITLE_WEIGHT = 4
KEYWORD_WEIGHT = 4
"""A word in a title or among the keywords counts as so many in the text."""

# Kanji, kana with the sound marks, and ー々〆〇.
_JAPANESE = "぀-ヿ㐀-䶿一-鿿豈-﫿々〆〇ー"
_RUNS = re.compile(rf"[{_JAPANESE}]+|[^\W_{_JAPANESE}]+")


@dataclass(frozen=True, slots=True)
class Text:
    """What is searched of one document."""

    titles: tuple[str, ...]
    keywords: tuple[str, ...]
    bodies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """How often each term stands in a document, and how many there are in all."""

    terms: Mapping[str, int]
    length: int

    @classmethod
    def of(cls, text: Text) -> "Document":
        counted = Counter[str]()
        for part, weight in (
            (text.titles, TITLE_WEIGHT),
            (text.keywords, KEYWORD_WEIGHT),
            (text.bodies, 1),
        ):
            for words in part:
                for term in indexed(words):
                    counted[sys.intern(term)] += weight
        return cls(dict(counted), counted.total())


def indexed(text: str) -> Iterable[str]:
    """A text's terms: words, and Japanese characters and pairs of them."""
    for run, is_japanese in _runs(text):
        if is_japanese:
            yield from run
            yield from _pairs(run)
        else:
            yield run


def asked(text: str) -> Sequence[str]:
    """A question's terms, each once: pairs are enough where there are any."""
    terms: list[str] = []
    for run, is_japanese in _runs(text):
        terms += _pairs(run) if is_japanese and len(run) > 1 else [run]
    return tuple(dict.fromkeys(terms))


class Index:
    """Documents by id; putting one in or taking it out costs as much as it has terms."""

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}
        self._found_in = Counter[str]()
        self._length = 0

    def __len__(self) -> int:
        return len(self._documents)

    def put(self, document_id: str, document: Document) -> None:
        self.remove(document_id)
        self._documents[document_id] = document
        self._found_in.update(document.terms.keys())
        self._length += document.length

    def remove(self, document_id: str) -> None:
        gone = self._documents.pop(document_id, None)
        if gone is None:
            return
        self._length -= gone.length
        for term in gone.terms:
            self._found_in[term] -= 1
            if not self._found_in[term]:
                del self._found_in[term]

    def search(
        self, words: str, most: int, among: Callable[[str], bool] = lambda document_id: True
    ) -> Sequence[str]:
        """The ids of the best documents that hold any of the words; equal ones by id."""
        terms = asked(words)
        scored = [
            (-score, document_id)
            for document_id, document in self._documents.items()
            if among(document_id) and (score := self._score(document, terms)) > 0
        ]
        return [document_id for _, document_id in sorted(scored)[:most]]

    def _score(self, document: Document, terms: Sequence[str]) -> float:
        mean = self._length / len(self._documents)
        longer = K1 * (1 - B + B * document.length / mean) if mean else K1
        return sum(
            self._rareness(term) * times * (K1 + 1) / (times + longer)
            for term in terms
            if (times := document.terms.get(term, 0))
        )

    def _rareness(self, term: str) -> float:
        """Above 0 also for a term in every document."""
        found_in = self._found_in[term]
        return log(1 + (len(self._documents) - found_in + 0.5) / (found_in + 0.5))


def _runs(text: str) -> Iterable[tuple[str, bool]]:
    for run in _RUNS.findall(normalize("NFKC", text).casefold()):
        yield run, bool(re.match(f"[{_JAPANESE}]", run))


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)]
