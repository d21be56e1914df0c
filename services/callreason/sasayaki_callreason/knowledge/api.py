"""KnowledgeService: what operators say and look up, of client companies that they serve."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import grpc

from sasayaki.callreason.v1 import knowledge_service_pb2 as pb
from sasayaki.callreason.v1 import knowledge_service_pb2_grpc as rpc_pb
from sasayaki.callreason.v1.client_events import ClientPut
from sasayaki.callreason.v1.knowledge_events import ArticlePut, KnowledgeEvent, ScriptPut
from sasayaki_callreason.companies import Companies
from sasayaki_callreason.enquiries.contacts import Contacts, check_serves
from sasayaki_callreason.knowledge import library
from sasayaki_callreason.knowledge.indexes import Indexes
from sasayaki_callreason.knowledge.matching import beside, most_exact, shown_for
from sasayaki_callreason.knowledge.requests import article_of, script_of
from sasayaki_callreason.reasons.tree import parents_of, path
from sasayaki_callreason.requests import slug
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import an_id, between, characters, require
from sasayaki_chassis.identity import Identity
from sasayaki_chassis.owner import Owners, Unavailable
from sasayaki_chassis.rpc import Context, Rights, caller, meta, refusals, request_id_of

_METHODS = "/sasayaki.callreason.v1.KnowledgeService/"
_WRITERS = frozenset(("admin", "manager"))
_READERS = frozenset(("operator", "supervisor", "manager", "admin", "auditor", "client"))
RIGHTS: Rights = {
    f"{_METHODS}PutScript": _WRITERS,
    f"{_METHODS}WithdrawScript": _WRITERS,
    f"{_METHODS}GetScript": _READERS,
    f"{_METHODS}PutArticle": _WRITERS | {"supervisor"},
    f"{_METHODS}WithdrawArticle": _WRITERS | {"supervisor"},
    f"{_METHODS}GetArticle": _READERS,
    f"{_METHODS}SearchArticles": _READERS,
}
CODES: Mapping[str, grpc.StatusCode] = {
    "UNKNOWN_CLIENT": grpc.StatusCode.NOT_FOUND,
    "UNKNOWN_CONTACT": grpc.StatusCode.NOT_FOUND,
    "UNKNOWN_SCRIPT": grpc.StatusCode.NOT_FOUND,
    "UNKNOWN_ARTICLE": grpc.StatusCode.NOT_FOUND,
    "SCRIPT_TAKEN": grpc.StatusCode.ALREADY_EXISTS,
    "NOT_YOUR_CLIENT": grpc.StatusCode.PERMISSION_DENIED,
    "TOO_MANY_SCRIPTS": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "TOO_MANY_ARTICLES": grpc.StatusCode.RESOURCE_EXHAUSTED,
}

WORDS_CHARACTERS_MOST = 200
FOUND = 10
FOUND_MOST = 50

Libraries = Owners[library.State, library.Command, KnowledgeEvent]


class Knowledge(rpc_pb.KnowledgeServiceServicer):
    """Answers from what this instance owns, so an answer holds what was acknowledged before."""

    def __init__(
        self,
        *,
        libraries: Libraries,
        companies: Companies,
        contacts: Contacts,
        serving: Callable[[], bool],
    ) -> None:
        self._libraries = libraries
        self._companies = companies
        self._contacts = contacts
        self._serving = serving
        self._indexes = Indexes()

    async def PutScript(
        self, request: pb.PutScriptRequest, context: Context
    ) -> pb.PutScriptResponse:
        async with refusals(context, CODES):
            settings = self._company(request.client_id, caller())
            put = library.PutScript(script_of(request, settings))
            await self._decide(request.client_id, put, request.request_id)
            scripts = self._library(request.client_id).scripts
        return pb.PutScriptResponse(version=scripts[request.script_id].last.version)

    async def WithdrawScript(
        self, request: pb.WithdrawScriptRequest, context: Context
    ) -> pb.WithdrawScriptResponse:
        async with refusals(context, CODES):
            self._company(request.client_id, caller())
            require(request, script_id=slug("scr"))
            gone = library.WithdrawScript(request.script_id)
            await self._decide(request.client_id, gone, request.request_id)
        return pb.WithdrawScriptResponse()

    async def GetScript(
        self, request: pb.GetScriptRequest, context: Context
    ) -> pb.GetScriptResponse:
        async with refusals(context, CODES):
            require(request, contact_id=an_id("con", optional=True))
            client_id, number, reason_id = self._asked(request, caller())
            settings = self._company(client_id, caller())
            known = self._library(client_id)
            reasons = path(parents_of(settings.reasons), reason_id) if reason_id else ()
            script = most_exact(known.scripts_in_use(), number, reasons)
            if script is None:
                raise Refused("UNKNOWN_SCRIPT", "there is no script for this number and reason")
            articles = beside(known.articles_found(), reasons)
        return pb.GetScriptResponse(
            script=_script(client_id, script),
            articles=[_article(client_id, article) for article in articles],
        )

    async def PutArticle(
        self, request: pb.PutArticleRequest, context: Context
    ) -> pb.PutArticleResponse:
        async with refusals(context, CODES):
            identity = caller()
            settings = self._company(request.client_id, identity)
            put = library.PutArticle(article_of(request, settings), identity.user_id)
            await self._decide(request.client_id, put, request.request_id)
            articles = self._library(request.client_id).articles
        return pb.PutArticleResponse(version=articles[request.article_id].last.version)

    async def WithdrawArticle(
        self, request: pb.WithdrawArticleRequest, context: Context
    ) -> pb.WithdrawArticleResponse:
        async with refusals(context, CODES):
            self._company(request.client_id, caller())
            require(request, article_id=slug("art"))
            gone = library.WithdrawArticle(request.article_id)
            await self._decide(request.client_id, gone, request.request_id)
        return pb.WithdrawArticleResponse()

    async def GetArticle(
        self, request: pb.GetArticleRequest, context: Context
    ) -> pb.GetArticleResponse:
        async with refusals(context, CODES):
            self._company(request.client_id, caller())
            require(request, article_id=slug("art"))
            article = self._version(request)
        return pb.GetArticleResponse(article=_article(request.client_id, article))

    async def SearchArticles(
        self, request: pb.SearchArticlesRequest, context: Context
    ) -> pb.SearchArticlesResponse:
        async with refusals(context, CODES):
            settings = self._company(request.client_id, caller())
            require(
                request, words=characters(most=WORDS_CHARACTERS_MOST), most=between(0, FOUND_MOST)
            )
            parents = parents_of(settings.reasons)
            reasons = path(parents, request.reason_id) if request.reason_id else ()

            def among(article: ArticlePut) -> bool:
                return not reasons or shown_for(article, reasons)

            found = await self._found(request, among)
        return pb.SearchArticlesResponse(
            articles=[_article(request.client_id, article) for article in found]
        )

    async def _found(
        self, request: pb.SearchArticlesRequest, among: Callable[[ArticlePut], bool]
    ) -> Sequence[ArticlePut]:
        known, most = self._library(request.client_id), request.most or FOUND
        if not request.words.strip():
            newest = sorted(filter(among, known.articles_found()), key=_put_at, reverse=True)
            return newest[:most]
        # An index that is made anew takes longer than the loop may be held up.
        return await asyncio.to_thread(
            self._indexes.search, request.client_id, known, request.words, most, among
        )

    def _asked(self, request: pb.GetScriptRequest, identity: Identity) -> tuple[str, str, str]:
        """Company, number and reason: the contact's, or those of the request."""
        if not request.contact_id:
            return request.client_id, request.number, request.reason_id
        facts = self._contacts.known(request.contact_id, identity).facts
        return facts.client_id, facts.dialled_number, facts.reason_id

    def _version(self, request: pb.GetArticleRequest) -> ArticlePut:
        article = self._library(request.client_id).articles.get(request.article_id)
        if article is None:
            raise Refused("UNKNOWN_ARTICLE", f"there is no article {request.article_id!r}")
        for version in article.versions:
            if version.version == (request.version or article.last.version):
                return version
        unknown = f"version {request.version} of {request.article_id!r} is not readable"
        raise Refused("UNKNOWN_ARTICLE", unknown)

    def _company(self, client_id: str, identity: Identity) -> ClientPut:
        """The settings of a company that the caller serves."""
        if not self._serving():
            raise Unavailable("callreason is not serving yet")
        settings = self._companies.served(client_id, identity)
        check_serves(identity, client_id)
        return settings

    def _library(self, client_id: str) -> library.Library:
        return self._libraries.state(client_id)

    async def _decide(self, client_id: str, command: library.Command, request_id: str) -> None:
        about = meta(client_id=client_id)
        asked = request_id_of(command, request_id)
        await self._libraries.handle(client_id, command, request_id=asked, meta=about)


def _put_at(article: ArticlePut) -> float:
    return article.put_at.timestamp() if article.put_at else 0.0


def _script(client_id: str, script: ScriptPut) -> pb.Script:
    return pb.Script(client_id=client_id, **script.model_dump())


def _article(client_id: str, article: ArticlePut) -> pb.Article:
    told = pb.Article(client_id=client_id, **article.model_dump(exclude={"put_at", "put_by"}))
    told.put_by = article.put_by or ""
    if article.put_at is not None:
        told.put_at.FromDatetime(article.put_at)
    return told
