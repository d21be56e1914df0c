"""Debian's Chromium as a person's phone, on a media node alone."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import Browser, Page
from tests.component.media.test_browsers_by_sound import OPUS, TELEPHONES, a_talk
from tests.harness.browser import chromium
from tests.harness.node_alone import Desk, node_alone
from tests.harness.process import free_address

from sasayaki.media.node.v1 import node_pb2 as pb

PAGE = "http://127.0.0.1:1/"
WITHIN_S = 30.0
OFFER = """async () => {
  const pc = (window.pc = new RTCPeerConnection());
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
  const talk = pc.addTransceiver(microphone.getAudioTracks()[0], { direction: 'sendrecv' });
  const whisper = pc.addTransceiver('audio', { direction: 'recvonly' });
  const all = RTCRtpReceiver.getCapabilities('audio').codecs;
  const named = (name) => all.filter((codec) => codec.mimeType === name);
  const known = ['audio/PCMU', 'audio/PCMA', 'audio/opus'].flatMap(named);
  for (const way of [talk, whisper]) way.setCodecPreferences(known);
  // What nobody plays is not decoded.
  window.ears = [talk, whisper].map((way) => {
    const ear = new Audio();
    ear.srcObject = new MediaStream([way.receiver.track]);
    void ear.play();
    return ear;
  });
  await pc.setLocalDescription(await pc.createOffer());
  return pc.localDescription.sdp;
}"""
ANSWER = "(sdp) => pc.setRemoteDescription({ type: 'answer', sdp })"
SENT = """async () => {
  const all = [...(await pc.getStats()).values()];
  const sent = all.find((each) => each.type === 'outbound-rtp');
  const codec = all.find((each) => each.id === sent?.codecId);
  return [codec?.mimeType ?? '', sent?.packetsSent ?? 0];
}"""


SPEAK = """async (name) => {
  const sender = pc.getTransceivers()[0].sender;
  const parameters = sender.getParameters();
  parameters.encodings[0].codec = parameters.codecs.find((each) => each.mimeType === name);
  await sender.setParameters(parameters);
}"""
WHISPERED = """async () => {
  const all = [...(await pc.getTransceivers()[1].receiver.getStats()).values()];
  const came = all.find((each) => each.type === 'inbound-rtp');
  const codec = all.find((each) => each.id === came?.codecId);
  return [codec?.mimeType ?? '', came?.totalAudioEnergy ?? 0];
}"""


class ChromiumLine:
    """A page's line as `Floor` connects it."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def offer(self) -> str:
        return str(await self._page.evaluate(OFFER))

    async def go_on(self, answer: str) -> None:
        await self._page.evaluate(ANSWER, answer)

    async def hears_whispered(self, codec: str) -> None:
        """Returns once something is heard on the second track, and that in this codec."""
        _, before = await self._page.evaluate(WHISPERED)
        async with asyncio.timeout(WITHIN_S):
            while True:
                name, energy = await self._page.evaluate(WHISPERED)
                if name == codec and energy > before + 0.001:
                    return
                await asyncio.sleep(0.05)


async def a_page(browser: Browser) -> Page:
    page = await browser.new_page()
    await page.route(f"{PAGE}**", lambda route: route.fulfill(body="<html></html>"))
    await page.goto(PAGE)
    return page


async def speaks(page: Page, codec: str) -> None:
    """Returns once packets of this codec are sent."""
    async with asyncio.timeout(WITHIN_S):
        while (sent := await page.evaluate(SENT))[0] != codec or sent[1] < 10:
            await asyncio.sleep(0.05)


async def told(desk: Desk, state: pb.BrowserState.ValueType, page: Page) -> None:
    """Returns when the browser's state is told, and gives the page its answer meanwhile."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            message = await desk.read()
            if message.HasField("applied"):
                assert not message.applied.error
                await page.evaluate(ANSWER, message.applied.sdp_answer)
            if message.browser.state == state:
                return


async def test_chromium_connects_speaks_g711_or_opus_and_is_missed_when_it_is_gone(
    tmp_path: Path,
) -> None:
    own = {"SIP": free_address(), "HTTP": free_address()}
    async with node_alone(tmp_path, **own) as desk, chromium() as browser:
        page = await a_page(browser)
        offer = await page.evaluate(OFFER)
        connect = pb.ConnectBrowser(user_id="usr_op", connection_id="brw_1", sdp_offer=offer)
        desk.order("order/1", connect_browser=connect)
        await told(desk, pb.BROWSER_STATE_CONNECTED, page)
        await speaks(page, "audio/PCMU")
        for codec in ("audio/opus", "audio/PCMU"):
            await page.evaluate(SPEAK, codec)
            await speaks(page, codec)
        await page.close()
        await told(desk, pb.BROWSER_STATE_LOST, page)


async def test_chromium_hears_a_whisper_in_opus_or_g711_as_it_is_said(tmp_path: Path) -> None:
    for codecs in (OPUS, TELEPHONES):
        async with a_talk(tmp_path / codecs[0], supervisor=codecs) as floor, chromium() as browser:
            line = ChromiumLine(await a_page(browser))
            await floor.connect(line, "usr_op", "brw_chromium")
            await floor.supervise(pb.MODE_WHISPER)
            await line.hears_whispered(f"audio/{codecs[0]}")
