"""A client company's scripts and articles: the stream `callreason.knowledge`, keyed by company.

Every change of a script or an article is its next version. An article's earlier versions stay
readable; a script is only ever needed as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias, assert_never

from sasayaki.callreason.v1.knowledge_events import (
    EVENTS,
    ArticlePut,
    ArticleWithdrawn,
    KnowledgeEvent,
    ScriptPut,
    ScriptWithdrawn,
)
from sasayaki_chassis.decider import Decider, Refused

SCRIPTS_MOST = 500
"""In use at once by one company."""
ARTICLES_MOST = 500
CHARACTERS_MOST = 500_000
"""Of one company that are found at once, in all languages: as much as an index can hold in mind."""
VERSIONS_READABLE = 100
"""Of one article; of more the newest."""


@dataclass(frozen=True, slots=True)
class PutScript:
    """The script is to be this, whatever version the content says."""

    script: ScriptPut


@dataclass(frozen=True, slots=True)
class WithdrawScript:
    script_id: str


@dataclass(frozen=True, slots=True)
class PutArticle:
    """The article is to be this, whatever version the content says; `user_id` wrote it."""

    article: ArticlePut
    user_id: str


@dataclass(frozen=True, slots=True)
class WithdrawArticle:
    article_id: str


Command: TypeAlias = PutScript | WithdrawScript | PutArticle | WithdrawArticle


@dataclass(frozen=True, slots=True)
class Script:
    """A script's last version; withdrawn ones only keep their number."""

    last: ScriptPut
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Article:
    """An article's versions, oldest first; withdrawn ones stay readable by their id."""

    versions: tuple[ArticlePut, ...]
    withdrawn: bool = False

    @property
    def last(self) -> ArticlePut:
        return self.versions[-1]


@dataclass(frozen=True, slots=True)
class Library:
    """One company's scripts and articles by id."""

    scripts: Mapping[str, Script] = field(default_factory=dict)
    articles: Mapping[str, Article] = field(default_factory=dict)

    def scripts_in_use(self) -> Sequence[ScriptPut]:
        return [script.last for script in self.scripts.values() if not script.withdrawn]

    def articles_found(self) -> Sequence[ArticlePut]:
        return [article.last for article in self.articles.values() if not article.withdrawn]


State: TypeAlias = Library


def decide(state: State, command: Command, now: datetime) -> Sequence[KnowledgeEvent]:
    match command:
        case PutScript(script):
            return _script(state, script)
        case WithdrawScript(script_id):
            known = state.scripts.get(script_id)
            if known is None:
                raise Refused("UNKNOWN_SCRIPT", f"there is no script {script_id!r}")
            return () if known.withdrawn else (ScriptWithdrawn(script_id=script_id),)
        case PutArticle(article, user_id):
            return _article(state, article, user_id, now)
        case WithdrawArticle(article_id):
            found = state.articles.get(article_id)
            if found is None:
                raise Refused("UNKNOWN_ARTICLE", f"there is no article {article_id!r}")
            return () if found.withdrawn else (ArticleWithdrawn(article_id=article_id),)
        case _:
            assert_never(command)


def evolve(state: State, event: KnowledgeEvent) -> State:
    match event:
        case ScriptPut(script_id=script_id):
            return replace(state, scripts={**state.scripts, script_id: Script(event)})
        case ScriptWithdrawn(script_id=script_id):
            script = replace(state.scripts[script_id], withdrawn=True)
            return replace(state, scripts={**state.scripts, script_id: script})
        case ArticlePut(article_id=article_id):
            known = state.articles.get(article_id)
            versions = (*known.versions, event) if known else (event,)
            article = Article(versions[-VERSIONS_READABLE:])
            return replace(state, articles={**state.articles, article_id: article})
        case ArticleWithdrawn(article_id=article_id):
            gone = replace(state.articles[article_id], withdrawn=True)
            return replace(state, articles={**state.articles, article_id: gone})
        case _:
            assert_never(event)


def deadline(state: State) -> tuple[datetime, Command] | None:
    return None


def _script(state: State, wanted: ScriptPut) -> Sequence[KnowledgeEvent]:
    known = state.scripts.get(wanted.script_id)
    in_use = state.scripts_in_use()
    for other in in_use:
        same = (other.number, other.reason_id) == (wanted.number, wanted.reason_id)
        if same and other.script_id != wanted.script_id:
            taken = f"script {other.script_id!r} is for the same number and reason"
            raise Refused("SCRIPT_TAKEN", taken)
    fresh = known is None or known.withdrawn
    if fresh and len(in_use) >= SCRIPTS_MOST:
        raise Refused("TOO_MANY_SCRIPTS", f"{SCRIPTS_MOST} scripts at most are in use")
    version = known.last.version if known else 0
    if not fresh and known is not None and known.last == _numbered(wanted, version):
        return ()
    return (_numbered(wanted, version + 1),)


def _numbered(script: ScriptPut, version: int) -> ScriptPut:
    return script.model_copy(update={"version": version})


def _article(
    state: State, wanted: ArticlePut, user_id: str, now: datetime
) -> Sequence[KnowledgeEvent]:
    known = state.articles.get(wanted.article_id)
    fresh = known is None or known.withdrawn
    others = [each for each in state.articles_found() if each.article_id != wanted.article_id]
    if len(others) >= ARTICLES_MOST:
        raise Refused("TOO_MANY_ARTICLES", f"{ARTICLES_MOST} articles at most are found")
    if sum(map(_characters, (*others, wanted))) > CHARACTERS_MOST:
        raise Refused("TOO_MANY_ARTICLES", f"{CHARACTERS_MOST} characters at most are found")
    last = known.last if known else None
    if not fresh and last is not None and _content(last) == _content(wanted):
        return ()
    version = (last.version if last else 0) + 1
    changes = {"version": version, "put_at": now, "put_by": user_id}
    return (wanted.model_copy(update=changes),)


def _characters(article: ArticlePut) -> int:
    return len(article.body_ja) + len(article.body_en)


def _content(article: ArticlePut) -> ArticlePut:
    """What was written, without when, by whom and how often."""
    return article.model_copy(update={"version": 0, "put_at": None, "put_by": None})


KNOWLEDGE: Decider[State, Command, KnowledgeEvent] = Decider(
    stream="callreason.knowledge",
    initial=Library(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
)
