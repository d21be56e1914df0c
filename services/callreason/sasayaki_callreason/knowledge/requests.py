"""Scripts and articles as requests bring them; what is wrong in one is said by its field."""

from collections.abc import Sequence

from sasayaki.callreason.v1 import knowledge_service_pb2 as pb
from sasayaki.callreason.v1.client_events import ClientPut
from sasayaki.callreason.v1.knowledge_events import ArticlePut, ScriptPut
from sasayaki_callreason.requests import slug
from sasayaki_chassis.fields import InvalidField, characters, require

TITLE_CHARACTERS_MOST = 200
GREETING_CHARACTERS_MOST = 500
BODY_CHARACTERS_MOST = 5_000
KEYWORDS_MOST = 30
KEYWORD_CHARACTERS_MOST = 50
REASONS_MOST = 50


def script_of(request: pb.PutScriptRequest, settings: ClientPut) -> ScriptPut:
    """The script, of no version yet; the number and the reason are the company's."""
    greeting = characters(most=GREETING_CHARACTERS_MOST)
    body = characters(most=BODY_CHARACTERS_MOST)
    require(
        request,
        script_id=slug("scr"),
        greeting_ja=greeting,
        greeting_en=greeting,
        body_ja=body,
        body_en=body,
    )
    if not (request.greeting_ja.strip() or request.greeting_en.strip()):
        raise InvalidField("greeting_ja", "must be given, or `greeting_en`")
    if request.number and all(held.number != request.number for held in settings.numbers):
        raise InvalidField("number", f"no number of the client company: {request.number[:40]!r}")
    if request.reason_id:
        _check_reason("reason_id", request.reason_id, settings)
    return ScriptPut(
        script_id=request.script_id,
        version=0,
        number=request.number,
        reason_id=request.reason_id,
        greeting_ja=request.greeting_ja,
        greeting_en=request.greeting_en,
        body_ja=request.body_ja,
        body_en=request.body_en,
    )


def article_of(request: pb.PutArticleRequest, settings: ClientPut) -> ArticlePut:
    """The article, of no version yet; its reasons are the company's."""
    title = characters(most=TITLE_CHARACTERS_MOST)
    body = characters(most=BODY_CHARACTERS_MOST)
    require(
        request,
        article_id=slug("art"),
        title_ja=title,
        title_en=title,
        body_ja=body,
        body_en=body,
    )
    if not (request.title_ja.strip() or request.title_en.strip()):
        raise InvalidField("title_ja", "must be given, or `title_en`")
    _check_list("reason_ids", request.reason_ids, REASONS_MOST)
    for place, reason_id in enumerate(request.reason_ids):
        _check_reason(f"reason_ids[{place}]", reason_id, settings)
    _check_list("keywords", request.keywords, KEYWORDS_MOST)
    for place, keyword in enumerate(request.keywords):
        if not 1 <= len(keyword) <= KEYWORD_CHARACTERS_MOST:
            fault = f"1 to {KEYWORD_CHARACTERS_MOST} characters, not {len(keyword)}"
            raise InvalidField(f"keywords[{place}]", fault)
    return ArticlePut(
        article_id=request.article_id,
        version=0,
        title_ja=request.title_ja,
        title_en=request.title_en,
        body_ja=request.body_ja,
        body_en=request.body_en,
        reason_ids=tuple(request.reason_ids),
        keywords=tuple(request.keywords),
    )


def _check_list(field: str, values: Sequence[str], most: int) -> None:
    if len(values) > most:
        raise InvalidField(field, f"{most} at most, not {len(values)}")
    for place, value in enumerate(values):
        if value in values[:place]:
            raise InvalidField(f"{field}[{place}]", f"{value[:40]!r} stands twice")


def _check_reason(field: str, reason_id: str, settings: ClientPut) -> None:
    if all(reason.reason_id != reason_id for reason in settings.reasons):
        raise InvalidField(field, f"the client company has no reason {reason_id[:40]!r}")
