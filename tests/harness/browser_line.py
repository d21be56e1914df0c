"""A person's browser as a phone, played by aiortc: it shares nothing with the media node."""

from __future__ import annotations

import asyncio
import fractions
import re
import time
from collections import deque
from typing import Any

import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame

from sasayaki_demo.sound import FRAME, RATE, Samples, level

AMPLITUDE = 8_000
KEPT_S = 2.0
"""How much of what came is kept."""
WINDOW_S = 0.4
HEARD_DBFS, UNHEARD_DBFS = -30.0, -60.0
WITHIN_S = 15.0
LOOK_S = 0.02


class Tone(MediaStreamTrack):
    """A microphone into which somebody says one tone, in the time of the clock."""

    kind = "audio"

    def __init__(self, hertz: float) -> None:
        super().__init__()
        self._hertz = hertz
        self._said = 0
        self._begun: float | None = None

    async def recv(self) -> AudioFrame:
        self._begun = self._begun or time.monotonic()
        await asyncio.sleep(max(0.0, self._begun + self._said / RATE - time.monotonic()))
        at = np.arange(FRAME) + self._said
        said = (AMPLITUDE * np.sin(2 * np.pi * self._hertz * at / RATE)).astype(np.int16)
        frame = AudioFrame.from_ndarray(said.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, self._said
        frame.time_base = fractions.Fraction(1, RATE)
        self._said += FRAME
        return frame


class Ear:
    """What came on one track, and when."""

    def __init__(self) -> None:
        self._came: deque[tuple[float, Samples]] = deque()

    async def listen(self, track: Any) -> None:
        """Keeps the newest of what comes until the track ends."""
        try:
            while True:
                frame = await track.recv()
                now = time.monotonic()
                self._came.append((now, frame.to_ndarray().reshape(-1) / 32_768.0))
                while self._came and self._came[0][0] < now - KEPT_S:
                    self._came.popleft()
        except MediaStreamError:
            return

    def recent(self) -> Samples:
        """The last of what came; silence where nothing did."""
        since = time.monotonic() - WINDOW_S
        came = [samples for at, samples in tuple(self._came) if at >= since]
        return np.concatenate(came) if came else np.zeros(FRAME)

    def level(self, hertz: float) -> float:
        return level(self.recent(), hertz)


class BrowserLine:
    """A page's line: what it says, and what comes on each of its two tracks."""

    def __init__(self, hertz: float) -> None:
        self._hertz = hertz
        self._line: RTCPeerConnection | None = None
        self._ears: list[asyncio.Task[None]] = []
        self.talk, self.whisper = Ear(), Ear()
        self.port = 0

    async def offer(self) -> str:
        """Opens the line and returns what the page offers."""
        self.talk, self.whisper = Ear(), Ear()
        self._line = RTCPeerConnection()
        codecs = RTCRtpSender.getCapabilities("audio").codecs
        for track, direction in ((Tone(self._hertz), "sendrecv"), ("audio", "recvonly")):
            way = self._line.addTransceiver(track, direction=direction)
            way.setCodecPreferences([codec for codec in codecs if codec.name == "PCMU"])
        ears = iter((self.talk, self.whisper))

        @self._line.on("track")
        def heard(track: Any) -> None:
            self._ears.append(asyncio.create_task(next(ears).listen(track)))

        await self._line.setLocalDescription(await self._line.createOffer())
        return str(self._line.localDescription.sdp)

    async def go_on(self, answer: str) -> None:
        """Goes on with the node's answer."""
        address = re.search(r"a=candidate:\S+ 1 udp \d+ \S+ (\d+)", answer)
        assert address
        assert self._line
        self.port = int(address[1])
        await self._line.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def close(self) -> None:
        """Closes the page without a word to anybody but the line's other end."""
        if self._line:
            await self._line.close()
        for ear in self._ears:
            ear.cancel()
        await asyncio.gather(*self._ears, return_exceptions=True)
        self._ears.clear()

    async def hears(self, ear: Ear, *tones: float, not_: tuple[float, ...] = ()) -> None:
        """Returns once these tones are heard, and those are not."""
        levels: dict[float, float] = {}
        try:
            async with asyncio.timeout(WITHIN_S):
                while True:
                    levels = {hertz: ear.level(hertz) for hertz in (*tones, *not_)}
                    if all(levels[hertz] > HEARD_DBFS for hertz in tones) and all(
                        levels[hertz] < UNHEARD_DBFS for hertz in not_
                    ):
                        return
                    await asyncio.sleep(LOOK_S)
        except TimeoutError as late:
            raise AssertionError(f"wanted {tones} and not {not_}, heard {levels}") from late
