"""A company's prompts by the gateway: as large as two minutes are, by who may, heard again."""

from __future__ import annotations

import grpc
import pytest
from tests.component.gateway.centre import RIGHTS, ROLES, Gateway
from tests.harness.web import Browser

from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki_gateway.sessions import paces
from sasayaki_gateway.web.outer import SOUND_BYTES_MOST

PUT, GET = "MediaService/PutPrompt", "MediaService/GetPrompt"
MENU = "/api/prompts/cli_a/menu"


async def put(browser: Browser, body: object = b"RIFF", **headers: str) -> tuple[int, str, str]:
    """Status, reason and message of a sound that is put."""
    told = {"X-Sasayaki-Csrf": browser.csrf, "Content-Type": "audio/wav", **headers}
    answer = await browser.http.put(MENU, content=body, headers=told)  # type: ignore[arg-type]
    said = answer.json()
    return answer.status_code, said.get("reason", ""), said.get("message", "")


async def test_a_prompt_is_put_under_its_name_as_the_person_who_is_signed_in(
    gateway: Gateway,
) -> None:
    gateway.services.answers[PUT] = media.PutPromptResponse(
        sha256="1" * 64, length_ms=2_000, version=3
    )
    async with gateway.browser("usr_manager") as browser:
        headers = {"X-Sasayaki-Csrf": browser.csrf, "Content-Type": "audio/wav"}
        answer = await browser.http.put(MENU, content=b"RIFF", headers=headers)
    assert answer.json() == {"sha256": "1" * 64, "lengthMs": 2_000, "version": 3}
    [(name, who, asked)] = gateway.services.asked
    assert isinstance(asked, media.PutPromptRequest)
    assert (name, who.user_id, who.clients) == (PUT, "usr_manager", {"cli_a"})
    assert (asked.client_id, asked.name, asked.wav) == ("cli_a", "menu", b"RIFF")
    assert asked.request_id


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_puts_and_hears_prompts_exactly_if_the_service_gives_it_the_right(
    gateway: Gateway, role: str
) -> None:
    async with gateway.browser(f"usr_{role}") as browser:
        status, _, _ = await put(browser)
        heard = await browser.http.get(f"/api/prompts/cli_a/{'1' * 64}.wav")
    rights = "/sasayaki.media.v1.MediaService"
    assert status == (200 if role in RIGHTS[f"{rights}/PutPrompt"] else 403)
    assert heard.status_code == (200 if role in RIGHTS[f"{rights}/GetPrompt"] else 403)


async def test_a_sound_without_the_sessions_token_or_of_another_kind_is_not_put(
    gateway: Gateway,
) -> None:
    async with gateway.browser("usr_manager") as browser:
        assert (await put(browser, **{"X-Sasayaki-Csrf": "guess"}))[:2] == (403, "CSRF")
        assert (await put(browser, Origin="http://elsewhere.example"))[:2] == (403, "ORIGIN")
        for kind in ("application/json", "multipart/form-data", "audio/mpeg"):
            status, reason, message = await put(browser, **{"Content-Type": kind})
            assert (status, reason) == (415, "TYPE")
            assert "audio/wav" in message
        # What is put elsewhere is JSON as ever.
        headers = {"X-Sasayaki-Csrf": browser.csrf, "Content-Type": "audio/wav"}
        answer = await browser.http.post(
            "/api/rpc/MediaService/ListPrompts", content=b"{}", headers=headers
        )
        assert answer.status_code == 415
    assert gateway.services.asked == []


async def test_a_sound_that_is_too_large_is_refused_before_its_route(gateway: Gateway) -> None:
    async def slowly() -> object:
        for _ in range(SOUND_BYTES_MOST // 65_536 + 1):
            yield bytes(65_536)

    async with gateway.browser("usr_manager") as browser:
        told = await put(browser, bytes(SOUND_BYTES_MOST + 1))
        assert told == (413, "TOO_LARGE", f"the body has over {SOUND_BYTES_MOST} bytes")
        assert gateway.services.asked == []
        # Nor when it does not say how long it is going to be.
        assert (await put(browser, slowly()))[:2] == (413, "TOO_LARGE")
        assert gateway.services.asked == []
        assert (await put(browser, bytes(SOUND_BYTES_MOST)))[0] == 200


async def test_why_a_sound_is_refused_reaches_the_page(gateway: Gateway) -> None:
    gateway.services.answers[PUT] = (grpc.StatusCode.INVALID_ARGUMENT, "NOT_MONO")
    async with gateway.browser("usr_manager") as browser:
        assert await put(browser) == (400, "NOT_MONO", "no: NOT_MONO")


async def test_a_prompt_is_heard_as_a_file(gateway: Gateway) -> None:
    gateway.services.answers[GET] = media.GetPromptResponse(wav=b"RIFF sound")
    async with gateway.browser("usr_supervisor") as browser:
        answer = await browser.http.get(f"/api/prompts/cli_a/{'1' * 64}.wav")
    assert (answer.content, answer.headers["content-type"]) == (b"RIFF sound", "audio/wav")
    assert answer.headers["cache-control"] == "no-store"
    said = answer.headers["content-disposition"]
    assert said == f'attachment; filename="{"1" * 64}.wav"'
    [(_, _, asked)] = gateway.services.asked
    assert isinstance(asked, media.GetPromptRequest)
    assert (asked.client_id, asked.sha256) == ("cli_a", "1" * 64)


async def test_a_prompt_is_a_file_whose_name_nobody_can_bend(gateway: Gateway) -> None:
    async with gateway.browser("usr_supervisor") as browser:
        for name in ("../secret", "x%22%0d%0aSet-Cookie", "1" * 63, "A" * 64, "%2e%2e%2f"):
            answer = await browser.http.get(f"/api/prompts/cli_a/{name}.wav")
            assert answer.status_code in (404, 405)
    assert gateway.services.asked == []


async def test_nobody_puts_sounds_faster_than_people_do(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paces, "A_SECOND", 1e-9)
    most = paces.BURST_MOST // (1 + paces.PROMPT_COSTS)  # it is a request, too
    async with gateway.browser("usr_manager") as browser:
        told = [(await put(browser))[:2] for _ in range(most + 1)]
    assert set(told[: most - 1]) == {(200, "")}
    assert told[-1] == (429, "TOO_FAST")
