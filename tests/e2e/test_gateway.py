"""The browser's door over a whole platform: what a click does, and what another may not see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from httpx2 import HTTPError
from tests.e2e.centre import centre
from tests.harness.running import Running
from tests.harness.web import Browser, Event, browser

OPERATOR, SUPERVISOR, CLIENT = "usr_op11", "usr_sv03", "usr_acme01"
FLOOR, DESK = "MonitoringService/WatchFloor", "RoutingService/WatchDesk"
SEEN_S = 20.0


async def row(events: AsyncIterator[Event], kind: str, **wanted: str) -> dict[str, Any]:
    """The first row of a kind that says what is wanted."""
    async with asyncio.timeout(SEEN_S):
        async for _, _, told in events:
            for each in told["rows"]:
                found: dict[str, Any] = each.get(kind, {})
                if found and wanted.items() <= found.items():
                    return found
    raise AssertionError(f"the stream ended without {kind} {wanted}")


async def set_state(one: Browser, state: str) -> None:
    request = {"requestId": str(uuid4()), "state": f"OPERATOR_STATE_{state}"}
    answer = await one.rpc("RoutingService/SetOperatorState", request)
    assert answer.status_code == 200, answer.text


async def test_a_click_of_an_operator_is_on_their_desk_and_on_the_supervisors_wall(
    running: Running,
) -> None:
    address = running.endpoints.gateway
    async with browser(address, OPERATOR) as operator, browser(address, SUPERVISOR) as supervisor:
        async with operator.events(DESK) as desk, supervisor.events(FLOOR) as wall:
            await anext(wall)
            await set_state(operator, "READY")
            seen = await row(wall, "operator", operatorId=OPERATOR)
            async with asyncio.timeout(SEEN_S):
                async for _, _, told in desk:
                    if told["state"] == "OPERATOR_STATE_READY":
                        break
            await set_state(operator, "OFF")

    assert seen["state"] == "FLOOR_OPERATOR_STATE_READY"


async def test_a_call_for_help_reaches_the_wall_and_its_recording_is_heard_in_parts(
    running: Running, tmp_path: Path
) -> None:
    address = running.endpoints.gateway
    async with (
        centre(running, tmp_path) as at,
        browser(address, OPERATOR) as operator,
        browser(address, SUPERVISOR) as supervisor,
        supervisor.events(FLOOR) as wall,
    ):
        await anext(wall)
        await at.operator(OPERATOR)
        talk = await at.talk("customer", "+819055550011", OPERATOR)
        await row(wall, "talk", contactId=talk.contact_id)
        raised = await operator.rpc("MonitoringService/RaiseAlert", {"requestId": str(uuid4())})
        alert = await row(wall, "alert", alertId=raised.json()["alertId"])
        claim = {"requestId": str(uuid4()), "alertId": alert["alertId"]}
        claimed = await supervisor.rpc("MonitoringService/ClaimAlert", claim)
        await at.hang_up("customer")
        await at.wrap_up(OPERATOR)
        part = await stored_part(supervisor, talk.contact_id)

    assert alert["operatorId"] == OPERATOR
    assert claimed.json()["contactId"] == talk.contact_id
    assert len(part) == 4_800


async def stored_part(one: Browser, contact_id: str) -> bytes:
    """A tenth of a second of a recording, from a tenth of a second on, once it is stored."""
    path = f"/api/recordings/{contact_id}.wav"
    answers = set()
    with suppress(TimeoutError):
        async with asyncio.timeout(SEEN_S):
            while True:
                answer = await one.http.get(path, headers={"Range": "bytes=4844-9643"})
                if answer.status_code == 206:
                    return answer.content
                answers.add(f"{answer.status_code} {answer.headers.get('content-range')}")
                await asyncio.sleep(0.2)
    raise AssertionError(f"the recording did not come: {answers}")


async def test_a_write_that_the_page_did_not_mean_is_refused_and_no_foreign_script_may_run(
    running: Running,
) -> None:
    async with browser(running.endpoints.gateway, OPERATOR) as operator:
        operator.csrf = ""
        refused = await operator.rpc("RoutingService/SetOperatorState", {"state": 2})
        page = await operator.http.get("/")

    assert (refused.status_code, refused.json()["reason"]) == (403, "CSRF")
    assert "script-src 'self';" in page.headers["content-security-policy"]


async def test_a_client_company_sees_its_own_and_nothing_of_others(running: Running) -> None:
    async with browser(running.endpoints.gateway, CLIENT) as client:
        clients = await client.rpc("CallreasonService/ListClients")
        own = await client.rpc("CallreasonService/GetReasonReport", {"clientId": "cli_acme"})
        foreign = await client.rpc("CallreasonService/GetReasonReport", {"clientId": "cli_hana"})
        wall = await client.http.get(f"/api/stream/{FLOOR}")
        people = await client.http.get("/api/people")

    assert [each["clientId"] for each in clients.json()["clients"]] == ["cli_acme"]
    assert own.status_code == 200
    assert foreign.status_code in (403, 404)
    assert wall.status_code == 403
    assert [each["userId"] for each in people.json()] == [CLIENT]


async def test_a_killed_gateway_comes_back_and_signs_nobody_out(running: Running) -> None:
    async with browser(running.endpoints.gateway, SUPERVISOR) as supervisor:
        mark = ""
        with suppress(HTTPError):  # the stream is cut off
            async with supervisor.events(FLOOR) as wall:
                _, mark, _ = await anext(wall)
                await asyncio.to_thread(running.kill, "gateway")
                async for _ in wall:
                    pass
        async with asyncio.timeout(SEEN_S):
            while True:
                try:
                    session = await supervisor.http.get("/api/session")
                    break
                except HTTPError:
                    await asyncio.sleep(0.1)
        async with supervisor.events(FLOOR, last=mark) as again:
            kind, _, told = await anext(again)

    assert session.status_code == 200
    assert (kind, len(told["rows"]) >= 12) == ("snapshot", True)
