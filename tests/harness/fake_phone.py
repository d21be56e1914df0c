"""The other side of a browser's phone without a platform: a socket, and a peer within the page."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from playwright.async_api import Page, WebSocketRoute

HUM_HZ = 440.0
"""What the other side says all the time."""
_HUM = """
async ([sdp, hertz]) => {
  const peer = new RTCPeerConnection();
  const context = new AudioContext();
  const hum = context.createOscillator();
  hum.frequency.value = hertz;
  const out = context.createMediaStreamDestination();
  hum.connect(out);
  hum.start();
  await peer.setRemoteDescription({ type: "offer", sdp });
  for (const part of peer.getTransceivers()) {
    part.direction = part === peer.getTransceivers()[0] ? "sendrecv" : "sendonly";
    await part.sender.replaceTrack(out.stream.getAudioTracks()[0]);
  }
  await peer.setLocalDescription();
  await new Promise((done) => {
    const look = () => peer.iceGatheringState === "complete" && done();
    peer.addEventListener("icegatheringstatechange", look);
    look();
  });
  window.humming = peer;
  window.answered = (window.answered ?? 0) + 1;
  const heard = new MediaStream([peer.getReceivers()[0].track]);
  // Chromium lets a remote track flow only while an element plays it.
  const element = Object.assign(new Audio(), { muted: true, srcObject: heard });
  await element.play();
  const ear = context.createAnalyser();
  context.createMediaStreamSource(heard).connect(ear);
  window.hears = (hertz) => {
    const levels = new Float32Array(ear.frequencyBinCount);
    ear.getFloatFrequencyData(levels);
    const loudest = levels.indexOf(Math.max(...levels));
    const at = (hertz * ear.fftSize) / context.sampleRate;
    return levels[loudest] > -60 && Math.abs(loudest - at) < 1.5;
  };
  return peer.localDescription.sdp;
}
"""


async def speaks_to(page: Page, hertz: float) -> None:
    """Returns when this tone is the loudest that the other side hears of the page."""
    await page.wait_for_function("(hertz) => window.hears?.(hertz)", arg=hertz)


class FakePhone:
    """Answers the sockets of pages that use a phone; a later one takes it from an earlier one."""

    def __init__(self) -> None:
        self.legs: list[dict[str, object]] = []
        self.said: list[dict[str, Any]] = []
        """What the browser said, offers without their description."""
        self.connections = 0
        self._socket: WebSocketRoute | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, page: Page) -> None:
        """Takes over the page's phone socket."""

        async def opened(socket: WebSocketRoute) -> None:
            before, self._socket = self._socket, socket
            if before is not None:
                await self._close(before, 4001)
            socket.on_message(lambda message: self._later(page, socket, json.loads(message)))
            self.tell()

        await page.route_web_socket("**/api/phone", opened)

    async def answer(self, page: Page, sdp: str) -> str:
        """The other side's description: of a peer in the page, which hums."""
        return str(await page.evaluate(_HUM, [sdp, HUM_HZ]))

    def tell(self, *legs: dict[str, object], lost: bool = False) -> None:
        """Tells the browser how its phone stands from here on."""
        if legs:
            self.legs = list(legs)
        if self._socket is None:
            return
        connection = f"bro_{self.connections}" if self.connections else ""
        state = "LOST" if lost else "CONNECTED" if connection else "NONE"
        message = {
            "type": "phone",
            "browser": f"BROWSER_STATE_{state}",
            "connectionId": connection,
            "legs": self.legs,
        }
        self._socket.send(json.dumps(message))

    def hang_up(self) -> None:
        """No leg is there any more."""
        self.legs = []
        self.tell()

    async def drop(self) -> None:
        """The socket is lost, as when the gateway begins anew."""
        assert self._socket is not None
        await self._close(self._socket, 1012)

    def _later(self, page: Page, socket: WebSocketRoute, message: dict[str, Any]) -> None:
        task = asyncio.create_task(self._hear(page, socket, message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _hear(self, page: Page, socket: WebSocketRoute, message: dict[str, Any]) -> None:
        sdp = message.pop("sdp", "")
        self.said.append(message)
        if message["type"] != "offer":
            return
        answer = await self.answer(page, sdp)
        self.connections += 1
        answered = {"type": "answer", "connectionId": f"bro_{self.connections}", "sdp": answer}
        socket.send(json.dumps(answered))
        self.tell()

    async def _close(self, socket: WebSocketRoute, code: int) -> None:
        await socket.close(code=code, reason="")


def leg(**change: object) -> dict[str, object]:
    """A leg of an operator's phone: talking, unless said otherwise."""
    return {
        "contactId": "con_1",
        "legId": "leg_1",
        "role": "LEG_ROLE_OPERATOR",
        "state": "PHONE_LEG_STATE_TALKING",
        "muted": False,
        "talkBack": False,
        "customerHeld": False,
        "recordingPaused": False,
        "consult": False,
        "clientId": "cli_acme",
        "wideBand": False,
        **change,
    }
