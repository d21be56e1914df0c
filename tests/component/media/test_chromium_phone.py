"""Debian's Chromium as a person's phone, on a media node alone."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import Page
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
  const known = all.filter((codec) => /PCM[UA]/.test(codec.mimeType));
  for (const way of [talk, whisper]) way.setCodecPreferences(known);
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


async def test_chromium_connects_speaks_g711_and_is_missed_when_it_is_gone(tmp_path: Path) -> None:
    own = {"SIP": free_address(), "HTTP": free_address()}
    async with node_alone(tmp_path, **own) as desk, chromium() as browser:
        page = await browser.new_page()
        await page.route(f"{PAGE}**", lambda route: route.fulfill(body="<html></html>"))
        await page.goto(PAGE)
        offer = await page.evaluate(OFFER)
        connect = pb.ConnectBrowser(user_id="usr_op", connection_id="brw_1", sdp_offer=offer)
        desk.order("order/1", connect_browser=connect)
        await told(desk, pb.BROWSER_STATE_CONNECTED, page)
        async with asyncio.timeout(WITHIN_S):
            while (sent := await page.evaluate(SENT))[1] < 10:
                await asyncio.sleep(0.05)
        assert sent[0] == "audio/PCMU"
        await page.close()
        await told(desk, pb.BROWSER_STATE_LOST, page)
