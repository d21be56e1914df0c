"""What a client company's customers are told: the stream `callreason.knowledge`, keyed by client company id.

These messages are stored for years. Add, never change: see docs/adr/0004.
"""

# Generated from sasayaki/callreason/v1/knowledge_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Event,
    Instant,
    Recorded,
    Uint32,
)


class ScriptPut(Event, type="sasayaki.callreason.v1.ScriptPut"):
    """A greeting (名乗り) and script was made or replaced. The most exact one is shown: number and reason, then reason, then number."""

    script_id: str
    """`scr_…`"""
    version: Uint32
    """1, 2, 3 …"""
    number: str
    """For calls to this number of ours, E.164; empty: any."""
    reason_id: str
    """For this reason; empty: any."""
    greeting_ja: str
    greeting_en: str
    body_ja: str
    body_en: str


class ScriptWithdrawn(Event, type="sasayaki.callreason.v1.ScriptWithdrawn"):
    """A script is used no more."""

    script_id: str


class ArticlePut(Event, type="sasayaki.callreason.v1.ArticlePut"):
    """An article was made or replaced; earlier versions stay readable."""

    article_id: str
    """`art_…`"""
    version: Uint32
    title_ja: str
    title_en: str
    body_ja: str
    body_en: str
    reason_ids: tuple[str, ...]
    """Reasons for which it is shown."""
    keywords: tuple[str, ...]
    put_at: Instant | None = None
    put_by: str | None = None
    """Who wrote it."""


class ArticleWithdrawn(Event, type="sasayaki.callreason.v1.ArticleWithdrawn"):
    """An article is found no more."""

    article_id: str


KnowledgeEvent: TypeAlias = (
    ScriptPut
    | ScriptWithdrawn
    | ArticlePut
    | ArticleWithdrawn
)
KnowledgeRecord: TypeAlias = Recorded[KnowledgeEvent]

EVENTS: tuple[type[Event], ...] = (
    ScriptPut,
    ScriptWithdrawn,
    ArticlePut,
    ArticleWithdrawn,
)
