"""Scripts and articles on a real broker: put, shown by number and reason, found by words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio
from tests.component.callreason.centre import (
    ADMIN,
    MORI,
    NUMBER,
    SUPERVISOR,
    Centre,
    bearer,
    furnish,
)
from tests.component.callreason.test_callreason import (
    CONTACT,
    arrive,
    hear_guidance,
    press,
    refused,
    seen,
)

from sasayaki.callreason.v1 import callreason_service_pb2_grpc as callreason_rpc
from sasayaki.callreason.v1 import knowledge_service_pb2 as pb
from sasayaki.callreason.v1 import knowledge_service_pb2_grpc as rpc_pb

MANAGER = bearer("manager", "usr_mgr")


@asynccontextmanager
async def opened(
    centre: Centre,
) -> AsyncIterator[
    tuple[callreason_rpc.CallreasonServiceAsyncStub, rpc_pb.KnowledgeServiceAsyncStub]
]:
    """callreason with its company, and the door to what operators look up."""
    async with (
        centre.callreason() as stub,
        grpc.aio.insecure_channel(centre.settings.grpc_address) as channel,
    ):
        await furnish(stub)
        yield stub, rpc_pb.KnowledgeServiceStub(channel)


def script(script_id: str, number: str = "", reason_id: str = "", **said: str) -> Any:
    return pb.PutScriptRequest(
        request_id=f"{script_id}{said}",
        client_id="cli_acme",
        script_id=script_id,
        number=number,
        reason_id=reason_id,
        greeting_ja=said.get("greeting_ja", script_id),
    )


def article(article_id: str, title_ja: str, *reason_ids: str, body_ja: str = "") -> Any:
    return pb.PutArticleRequest(
        request_id=f"{article_id}{body_ja[:9]}",
        client_id="cli_acme",
        article_id=article_id,
        title_ja=title_ja,
        body_ja=body_ja,
        reason_ids=reason_ids,
    )


async def test_the_script_follows_the_number_and_then_the_reason(centre: Centre) -> None:
    async with opened(centre) as (stub, knowledge):
        greeting = "お電話ありがとうございます。"
        await knowledge.PutScript(
            script("scr_number", NUMBER, greeting_ja=greeting), metadata=ADMIN
        )
        await knowledge.PutScript(script("scr_bill", "", "rsn_billing"), metadata=MANAGER)
        await knowledge.PutArticle(article("art_bill", "請求", "rsn_billing"), metadata=SUPERVISOR)
        await knowledge.PutArticle(article("art_all", "共通"), metadata=SUPERVISOR)
        await arrive(centre)
        await seen(stub, path=["guidance"])
        get = pb.GetScriptRequest(contact_id=CONTACT)
        before = await knowledge.GetScript(get, metadata=MORI)
        assert before.script.greeting_ja == greeting
        assert [each.article_id for each in before.articles] == ["art_all"]
        await hear_guidance(centre)
        await seen(stub, path=["guidance", "menu"])
        await press(centre, "1")
        await seen(stub, stated_reason_id="rsn_billing")
        after = await knowledge.GetScript(get, metadata=MORI)
        assert after.script.script_id == "scr_bill"
        assert [each.article_id for each in after.articles] == ["art_bill", "art_all"]
        gone = pb.WithdrawScriptRequest(request_id="g", client_id="cli_acme", script_id="scr_bill")
        await knowledge.WithdrawScript(gone, metadata=ADMIN)
        last = await knowledge.GetScript(get, metadata=MORI)
        assert last.script.script_id == "scr_number"


async def test_a_script_and_an_article_by_the_same_request_id_are_two_things(
    centre: Centre,
) -> None:
    async with opened(centre) as (_, knowledge):
        first, second = script("scr_bill"), article("art_bill", "請求")
        first.request_id = second.request_id = "1"
        assert (await knowledge.PutScript(first, metadata=MANAGER)).version == 1
        assert (await knowledge.PutArticle(second, metadata=MANAGER)).version == 1


async def test_an_article_is_found_in_japanese_and_its_versions_outlive_a_restart(
    centre: Centre,
) -> None:
    async with opened(centre) as (_, knowledge):
        put = article("art_bill", "請求書の再発行", "rsn_billing", body_ja="一")
        assert (await knowledge.PutArticle(put, metadata=SUPERVISOR)).version == 1
        assert (await knowledge.PutArticle(put, metadata=SUPERVISOR)).version == 1
        second = article("art_bill", "請求書の再発行", "rsn_billing", body_ja="二")
        assert (await knowledge.PutArticle(second, metadata=MANAGER)).version == 2
        await knowledge.PutArticle(article("art_pay", "お支払い"), metadata=ADMIN)
    async with (
        centre.callreason(),
        grpc.aio.insecure_channel(centre.settings.grpc_address) as channel,
    ):
        again = rpc_pb.KnowledgeServiceStub(channel)
        search = pb.SearchArticlesRequest(client_id="cli_acme", words="再発行したい")
        (found,) = (await again.SearchArticles(search, metadata=MORI)).articles
        assert (found.article_id, found.version, found.put_by) == ("art_bill", 2, "usr_mgr")
        assert found.put_at.seconds > 0
        get = pb.GetArticleRequest(client_id="cli_acme", article_id="art_bill", version=1)
        assert (await again.GetArticle(get, metadata=MORI)).article.body_ja == "一"
        every = pb.SearchArticlesRequest(client_id="cli_acme")
        listed = (await again.SearchArticles(every, metadata=MORI)).articles
        assert [each.article_id for each in listed] == ["art_pay", "art_bill"]
        of_reason = pb.SearchArticlesRequest(client_id="cli_acme", reason_id="rsn_contract")
        assert not (await again.SearchArticles(of_reason, metadata=MORI)).articles


async def test_only_those_who_serve_the_company_read_and_only_some_write(centre: Centre) -> None:
    async with opened(centre) as (_, knowledge):
        denied = grpc.StatusCode.PERMISSION_DENIED
        find = pb.SearchArticlesRequest(client_id="cli_acme", words="請求")
        elsewhere = bearer("operator", clients=["cli_hana"])
        for call in (
            knowledge.PutScript(script("scr_a"), metadata=SUPERVISOR),
            knowledge.PutScript(script("scr_a"), metadata=bearer("manager", clients=["cli_b"])),
            knowledge.PutArticle(article("art_a", "a"), metadata=MORI),
            knowledge.PutArticle(article("art_a", "a"), metadata=bearer("client")),
            knowledge.SearchArticles(find, metadata=elsewhere),
        ):
            assert (await refused(call))[0] is denied
        other = bearer("operator", tenant="out_other")
        code, _, reason = await refused(knowledge.SearchArticles(find, metadata=other))
        assert (code, reason) == (grpc.StatusCode.NOT_FOUND, "UNKNOWN_CLIENT")


async def test_what_is_wrong_is_named(centre: Centre) -> None:
    async with opened(centre) as (_, knowledge):
        bad = grpc.StatusCode.INVALID_ARGUMENT
        for call, field in (
            (knowledge.PutScript(script("x"), metadata=ADMIN), "script_id"),
            (knowledge.PutScript(script("scr_a", "+8190"), metadata=ADMIN), "number"),
            (knowledge.PutScript(script("scr_a", "", "rsn_x"), metadata=ADMIN), "reason_id"),
            (knowledge.PutScript(script("scr_a", greeting_ja=" "), metadata=ADMIN), "greeting_ja"),
            (knowledge.PutArticle(article("art_a", ""), metadata=ADMIN), "title_ja"),
            (knowledge.PutArticle(article("art_a", "a", "rsn_x"), metadata=ADMIN), "reason_ids[0]"),
            (
                knowledge.PutArticle(article("art_a", "a", body_ja="あ" * 5_001), metadata=ADMIN),
                "body_ja",
            ),
        ):
            code, details, _ = await refused(call)
            assert code is bad
            assert details.startswith(f"{field}: ")
        await knowledge.PutScript(script("scr_a"), metadata=ADMIN)
        code, _, reason = await refused(knowledge.PutScript(script("scr_b"), metadata=ADMIN))
        assert (code, reason) == (grpc.StatusCode.ALREADY_EXISTS, "SCRIPT_TAKEN")
        get = pb.GetArticleRequest(client_id="cli_acme", article_id="art_none")
        assert (await refused(knowledge.GetArticle(get, metadata=MORI)))[0] is (
            grpc.StatusCode.NOT_FOUND
        )
