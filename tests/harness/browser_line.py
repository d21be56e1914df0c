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
from tests.harness.home import Home

from sasayaki_demo.sound import FRAME, RATE, SILENCE_DBFS, Samples, level

AMPLITUDE = 8_000
KEPT_S = 2.0
"""How much of what came is kept."""
WINDOW_S = 0.4
HEARD_DBFS, UNHEARD_DBFS = -30.0, -60.0
WITHIN_S = 15.0
LOOK_S = 0.02
WIDE_RATE = 48_000
"""Samples a second of what is said by whoever speaks Opus, and of what is heard of them."""
WIDE_HZ = 5_700.0
"""What no G.711 carries: said beside the tone by whoever speaks Opus."""


class Tone(MediaStreamTrack):
    """A microphone into which somebody says tones, in the time of the clock."""

    kind = "audio"

    def __init__(self, *tones: float, rate: int = RATE) -> None:
        super().__init__()
        self._tones, self._rate = tones, rate
        self._said = 0
        self._begun: float | None = None

    async def recv(self) -> AudioFrame:
        rate, samples = self._rate, FRAME * self._rate // RATE
        self._begun = self._begun or time.monotonic()
        await asyncio.sleep(max(0.0, self._begun + self._said / rate - time.monotonic()))
        at = (np.arange(samples) + self._said) / rate
        said = sum(AMPLITUDE * np.sin(2 * np.pi * hertz * at) for hertz in self._tones)
        frame = AudioFrame.from_ndarray(
            np.asarray(said).astype(np.int16).reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts = rate, self._said
        frame.time_base = fractions.Fraction(1, rate)
        self._said += samples
        return frame


class Ear:
    """What came on one track, and when."""

    def __init__(self) -> None:
        self._came: deque[tuple[float, int, Samples]] = deque()

    async def listen(self, track: Any) -> None:
        """Keeps the newest of what comes until the track ends."""
        try:
            while True:
                frame = await track.recv()
                now, samples = time.monotonic(), frame.to_ndarray().reshape(-1) / 32_768.0
                # Stereo comes sample by sample in turn; both are the same voice.
                one = samples[:: len(frame.layout.channels)]
                self._came.append((now, frame.sample_rate, one))
                while self._came and self._came[0][0] < now - KEPT_S:
                    self._came.popleft()
        except MediaStreamError:
            return

    def recent(self) -> tuple[int, Samples]:
        """The last of what came, in one clock, and that; silence where nothing did."""
        since = time.monotonic() - WINDOW_S
        came = [(rate, samples) for at, rate, samples in tuple(self._came) if at >= since]
        if not came:
            return RATE, np.zeros(FRAME)
        newest = came[-1][0]
        return newest, np.concatenate([samples for rate, samples in came if rate == newest])

    def level(self, hertz: float) -> float:
        rate, samples = self.recent()
        return level(samples, hertz * RATE / rate) if hertz < rate / 2 else SILENCE_DBFS


class BrowserLine:
    """A page's line: what it says, and what comes on each of its two tracks.

    It speaks the first of its codecs, and takes all of them.
    """

    def __init__(self, hertz: float, *codecs: str) -> None:
        self._codecs = codecs or ("PCMU",)
        self._hertz = hertz
        self._line: RTCPeerConnection | None = None
        self._ears: list[asyncio.Task[None]] = []
        self.talk, self.whisper = Ear(), Ear()
        self.port = 0
        self.home: Home | None = None
        """What lies between the page and the node, if anything does."""

    async def offer(self) -> str:
        """Opens the line and returns what the page offers."""
        self.talk, self.whisper = Ear(), Ear()
        self._line = RTCPeerConnection()
        known = {each.name: each for each in RTCRtpSender.getCapabilities("audio").codecs}
        wide = self._codecs[0] == "opus"
        tone = Tone(self._hertz, WIDE_HZ, rate=WIDE_RATE) if wide else Tone(self._hertz)
        for track, direction in ((tone, "sendrecv"), ("audio", "recvonly")):
            way = self._line.addTransceiver(track, direction=direction)
            way.setCodecPreferences([known[name] for name in self._codecs])
        ears = iter((self.talk, self.whisper))

        @self._line.on("track")
        def heard(track: Any) -> None:
            self._ears.append(asyncio.create_task(next(ears).listen(track)))

        await self._line.setLocalDescription(await self._line.createOffer())
        return str(self._line.localDescription.sdp)

    async def go_on(self, answer: str) -> None:
        """Goes on with the node's answer."""
        if self.home:
            answer = await self.home.between(answer)
        address = re.search(r"a=candidate:\S+ 1 udp \d+ \S+ (\d+)", answer)
        assert address
        assert self._line
        self.port = int(address[1])
        await self._line.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    @property
    def protection(self) -> tuple[str, str, str]:
        """What was agreed on: the version of DTLS, its cipher suite, the profile of SRTP."""
        assert self._line
        agreed = self._line.getTransceivers()[0].sender.transport._ssl
        profile = agreed.get_selected_srtp_profile().decode()
        return agreed.get_protocol_version_name(), agreed.get_cipher_name(), profile

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
