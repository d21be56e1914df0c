"""Calls and streams through the gateway."""

from __future__ import annotations

import asyncio

import grpc
import pytest
from tests.component.gateway.centre import Gateway

from sasayaki.monitoring.v1 import floor_pb2 as floor
from sasayaki.monitoring.v1 import monitoring_service_pb2 as monitoring
from sasayaki.routing.v1 import routing_service_pb2 as routing
from sasayaki_gateway.web import event_stream

FLOOR = "MonitoringService/WatchFloor"
ALERTS, SHARED = f"{FLOOR}#1", f"{FLOOR}#2"


def operator_row(name: str, state: int = 2) -> floor.FloorRow:
    return floor.FloorRow(operator=floor.FloorOperator(operator_id=name, state=state))


def alert_row(name: str, state: int = 1) -> floor.FloorRow:
    return floor.FloorRow(alert=floor.FloorAlert(alert_id=name, state=state))


def told(*rows: floor.FloorRow) -> monitoring.WatchFloorResponse:
    return monitoring.WatchFloorResponse(rows=rows)


def names(data: dict[str, list[dict[str, dict[str, str]]]]) -> set[str]:
    return {
        one.get("operatorId") or one.get("alertId") or ""
        for row in data["rows"]
        for one in row.values()
    }


async def test_a_call_reaches_its_service_as_the_person_who_is_signed_in(gateway: Gateway) -> None:
    async with gateway.browser("usr_operator") as browser:
        answer = await browser.rpc(
            "RoutingService/SetOperatorState", {"state": "OPERATOR_STATE_READY"}
        )

    assert (answer.status_code, answer.json()) == (200, {})
    name, who, request = gateway.services.asked[-1]
    assert name == "RoutingService/SetOperatorState"
    assert (who.user_id, who.tenant_id, who.role) == ("usr_operator", "out_one", "operator")
    assert who.clients == {"cli_a"}
    assert isinstance(request, routing.SetOperatorStateRequest)
    assert request.state == 2


async def test_an_answer_carries_fields_that_are_zero(gateway: Gateway) -> None:
    gateway.services.answers["RoutingService/ListQueues"] = routing.ListQueuesResponse(
        queues=[routing.Queue(queue_id="que_a", label_ja="請求")]
    )
    async with gateway.browser("usr_operator") as browser:
        answer = await browser.rpc("RoutingService/ListQueues")

    if answer.status_code == 200:  # its right comes with its service
        assert answer.json()["queues"][0]["waiting"] == 0


async def test_a_refusal_says_code_reason_and_words(gateway: Gateway) -> None:
    refusal = (grpc.StatusCode.FAILED_PRECONDITION, "NOT_TALKING")
    gateway.services.answers["MediaService/Hold"] = refusal
    async with gateway.browser("usr_operator") as browser:
        answer = await browser.rpc("MediaService/Hold", {"contactId": "con_x"})

    assert answer.status_code == 409
    assert answer.json() == {
        "code": "FAILED_PRECONDITION",
        "reason": "NOT_TALKING",
        "message": "no: NOT_TALKING",
    }


async def test_a_field_that_does_not_exist_is_named(gateway: Gateway) -> None:
    async with gateway.browser("usr_operator") as browser:
        answer = await browser.rpc("MediaService/Hold", {"contactIdd": "con_x"})

    assert answer.status_code == 400
    assert "contactIdd" in answer.json()["message"]
    assert gateway.services.asked == []


@pytest.mark.parametrize("body", ['""', "[]", "7", "null", "{", "\x00", '{"a": {' * 30])
async def test_a_body_that_is_no_object_is_refused(gateway: Gateway, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    async with gateway.browser("usr_operator") as browser:
        headers["X-Sasayaki-Csrf"] = browser.csrf
        path = "/api/rpc/CallreasonService/ListClients"
        answer = await browser.http.post(path, content=body.encode(), headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_ARGUMENT")
    assert gateway.services.asked == []


async def test_what_is_not_on_the_list_is_not_there(gateway: Gateway) -> None:
    async with gateway.browser("usr_admin") as browser:
        for name in ("MediaService/Dial", "MediaService/ConnectBrowser", "Nothing/AtAll"):
            assert (await browser.rpc(name)).status_code == 404
        stream = await browser.http.get("/api/stream/RoutingService/ListQueues")

    assert stream.status_code == 404
    assert gateway.services.asked == []


async def test_the_floor_is_one_stream_of_the_shared_rows_and_the_persons_own_alerts(
    gateway: Gateway,
) -> None:
    services = gateway.services
    services.first[SHARED] = told(operator_row("usr_op01"))
    services.first[ALERTS] = told(alert_row("alt_1"))
    async with gateway.browser("usr_supervisor") as browser:
        async with gateway.events(browser, FLOOR) as events:
            kind, _, whole = await anext(events)
            await services.tell(SHARED, told(operator_row("usr_op02")))
            change, _, rows = await anext(events)

    assert (kind, names(whole)) == ("snapshot", {"usr_op01", "alt_1"})
    assert (change, names(rows)) == ("message", {"usr_op02"})


async def test_people_with_the_same_rights_share_one_reading_of_the_floor_but_not_of_alerts(
    gateway: Gateway,
) -> None:
    async with gateway.browser("usr_supervisor") as one, gateway.browser("usr_supervisor") as two:
        async with gateway.events(one, FLOOR) as first, gateway.events(two, FLOOR) as second:
            await anext(first)
            await anext(second)
            async with gateway.browser("usr_manager") as three:
                async with gateway.events(three, FLOOR) as third:
                    await anext(third)

    assert gateway.services.opened == {SHARED: 2, ALERTS: 2}


async def test_a_browser_that_reconnects_gets_what_it_missed_and_nothing_else(
    gateway: Gateway,
) -> None:
    services = gateway.services
    services.first[SHARED] = told(operator_row("usr_op01"))
    async with gateway.browser("usr_supervisor") as browser:
        async with gateway.events(browser, FLOOR) as events:
            _, mark, _ = await anext(events)
        async with gateway.browser("usr_supervisor") as other:
            async with gateway.events(other, FLOOR) as others:
                await anext(others)
                await services.tell(SHARED, told(operator_row("usr_op02")))
                await services.tell(SHARED, told(operator_row("usr_op03")))
                seen: set[str] = set()
                while "usr_op03" not in seen:
                    seen |= names((await anext(others))[2])
        async with gateway.events(browser, FLOOR, last=mark) as again:
            kind, _, rows = await anext(again)

    assert (kind, names(rows)) == ("message", {"usr_op02", "usr_op03"})


async def test_a_stream_without_news_shows_life_that_a_page_can_see(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "LOOK_S", 0.05)
    async with gateway.browser("usr_supervisor") as browser, asyncio.timeout(10):
        async with browser.http.stream("GET", f"/api/stream/{FLOOR}") as answer:
            lines = answer.aiter_lines()
            while await anext(lines) != "event: alive":
                pass
            # Without data browsers tell pages nothing; without an id they keep the last one.
            assert [await anext(lines), await anext(lines)] == ["data: {}", ""]


async def test_a_mark_of_another_time_gets_the_whole(gateway: Gateway) -> None:
    async with gateway.browser("usr_supervisor") as browser:
        async with gateway.events(browser, FLOOR, last="0badcafe.7~0badcafe.9") as events:
            kind, _, _ = await anext(events)

    assert kind == "snapshot"


async def test_a_stream_that_the_service_refuses_is_refused(gateway: Gateway) -> None:
    async with gateway.browser("usr_operator") as browser:
        answer = await browser.http.get(f"/api/stream/{FLOOR}")

    assert answer.status_code == 403
    assert answer.json()["code"] == "PERMISSION_DENIED"


async def test_signing_out_ends_the_streams_of_the_session(gateway: Gateway) -> None:
    async with gateway.browser("usr_supervisor") as browser:
        async with gateway.events(browser, FLOOR) as events:
            await anext(events)
            assert (await browser.write("DELETE", "/api/session", None)).status_code == 204
            async with asyncio.timeout(15):
                async for _ in events:
                    pass
