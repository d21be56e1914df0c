"""The monitoring ledger in a real browser: who heard whom, when and why."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect
from tests.harness.browser import FakeGateway, person
from tests.harness.desk_sample import MORI, SATO, SESSION, TANAKA

ENTRY = {
    "supervisionId": "sup_1",
    "contactId": "con_1",
    "clientId": "cli_acme",
    "operatorId": "usr_op01",
    "supervisorId": "usr_sv01",
    "purpose": "PURPOSE_TRAINING",
    "consent": "CONSENT_ANSWER_ACCEPTED",
    "begunAt": "2026-11-20T01:30:00Z",
    "stretches": [
        {"mode": "SUPERVISION_MODE_LISTEN", "since": "2026-11-20T01:30:05Z"},
        {"mode": "SUPERVISION_MODE_WHISPER", "since": "2026-11-20T01:31:05Z"},
    ],
    "heardMs": "185000",
    "endedAs": "SUPERVISION_END_REASON_ENDED",
}
DECLINED = {
    **ENTRY,
    "supervisionId": "sup_2",
    "consent": "CONSENT_ANSWER_DECLINED",
    "stretches": [],
    "heardMs": "0",
    "endedAs": "SUPERVISION_END_REASON_DECLINED",
}
LEDGER = {"entries": [ENTRY, DECLINED], "more": False, "heardMs": "185000"}


def gateway(session: dict[str, object], asked: list[object]) -> FakeGateway:
    """Answers with the ledger; keeps whose was asked for."""

    def ledger(body: dict[str, object]) -> dict[str, object]:
        asked.append(body["operatorId"])
        return LEDGER

    answers = {
        "/api/session": session,
        "/api/people": [SATO, MORI, TANAKA],
        "/api/rpc/MonitoringService/GetLedger": ledger,
    }
    return FakeGateway(answers, {})


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_an_operator_reads_their_own_ledger(
    site: str, browser: Browser, language: str
) -> None:
    asked: list[object] = []
    async with person(browser, language) as someone:
        page = await someone.new_page()
        await gateway(SESSION, asked).serve(page)
        await page.goto(f"{site}/ledger")
        modes = "聴話 → ささやき" if language == "ja" else "Listened → Whispered"
        await expect(page.get_by_text(modes)).to_be_visible()
        await expect(page.get_by_text("3:05").first).to_be_visible()
        unheard = "聴かれていません" if language == "ja" else "Nothing was heard"
        await expect(page.get_by_text(unheard)).to_be_visible()
    assert asked == [""]


async def test_a_supervisor_chooses_whose_ledger_they_read(site: str, browser: Browser) -> None:
    asked: list[object] = []
    session: dict[str, object] = {
        "user": {**TANAKA, "clientIds": ["cli_acme"]},
        "csrf": "token",
        "expiresAt": "2026-11-22T12:00:00Z",
    }
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        await gateway(session, asked).serve(page)
        await page.goto(f"{site}/ledger")
        await page.get_by_role("combobox", name="Operator").fill("Mori")
        await expect(page.get_by_role("option", name="Kenichi Mori")).to_be_visible()
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Listened → Whispered")).to_be_visible()
    assert asked == ["usr_op02"]
