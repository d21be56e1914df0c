"""Chromium as a phone, with the console's own page, at a media node without a platform."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, expect
from tests.harness.browser import chromium, person
from tests.harness.console_site import console_site
from tests.harness.fake_desk import Desk as DeskPage
from tests.harness.fake_desk import opened_desk
from tests.harness.fake_phone import FakePhone, leg
from tests.harness.hearing import TAP_WHAT_IS_PLAYED, plays, reload_to_sound_s
from tests.harness.microphones import bursts
from tests.harness.node_alone import CONTACT, NUMBER, SIP, Desk, node_alone
from tests.harness.running import SOFTPHONE

from sasayaki_demo.bots import CUSTOMER_HZ, OPERATOR_HZ, hears
from sasayaki_demo.ledger import Ledger
from sasayaki_demo.phones import Phones

OPERATOR = "usr_op01"
AUDIO_S_MAX = 3.0
"""From a reload in a call to sound."""


class NodePhone(FakePhone):
    """The phone's other side is a media node."""

    def __init__(self, node: Desk) -> None:
        super().__init__()
        self._node = node

    async def answer(self, page: Page, sdp: str) -> str:
        """The node's answer to an offer."""
        return await self._node.connect_browser(OPERATOR, f"bro_{self.connections + 1}", sdp)


@asynccontextmanager
async def at_node(node: Desk, folder: Path) -> AsyncIterator[DeskPage]:
    """An operator's desk; their voice is bursts of a tone."""
    voice = bursts(folder / "operator.wav", OPERATOR_HZ)
    with console_site() as site:
        async with chromium(microphone=voice) as browser, person(browser, "en") as someone:
            await someone.add_init_script(TAP_WHAT_IS_PLAYED)
            yield await opened_desk(someone, site, NodePhone(node))


@asynccontextmanager
async def customers(folder: Path) -> AsyncIterator[Phones]:
    """Phones of customers."""
    ledger = Ledger(folder / "ledger.jsonl")
    phones = await Phones.start(SOFTPHONE, folder / "captures", ledger, SIP)
    try:
        yield phones
    finally:
        await phones.stop()
        ledger.close()


async def test_the_consoles_phone_connects_talks_and_is_heard_again_after_a_reload(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    async with node_alone(tmp_path) as node, at_node(node, tmp_path) as desk:
        status = desk.page.get_by_role("button", name="Phone: Connected")
        await expect(status).to_be_visible()
        async with customers(tmp_path) as phones, asyncio.timeout(60):
            await phones.add("customer", {"tone": CUSTOMER_HZ}, record=True)
            since = phones.position
            await phones.call("customer", NUMBER, "+819055550062")
            await node.ring(OPERATOR)
            ringing = leg(contactId=CONTACT, state="PHONE_LEG_STATE_RINGING")
            desk.phone.tell(ringing)
            answer = desk.page.get_by_role("button", name="Answer")
            await expect(answer).to_be_enabled()
            await desk.page.keyboard.press("a")
            await expect(desk.page.get_by_role("button", name="Changing…")).to_be_visible()
            assert {"type": "pick_up", "contactId": CONTACT} in desk.phone.said
            await node.pick_up()
            desk.phone.tell(leg(contactId=CONTACT))

            begun = await phones.wait("customer", "established", since=since)
            await plays(desk.page, CUSTOMER_HZ)
            await hears(Path(begun["rx"]), OPERATOR_HZ)
            took_s = await reload_to_sound_s(desk.page, CUSTOMER_HZ)
            record_property("reload_to_sound_s", round(took_s, 2))
            await hears(Path(begun["rx"]), OPERATOR_HZ)

    assert desk.phone.connections == 2
    assert took_s <= AUDIO_S_MAX
