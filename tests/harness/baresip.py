"""baresip as a phone: a folder that tells it who it is, a control connection, what it heard.

baresip 1.0.0; what it needs to be told was found by trial: it also takes the port after its SIP
port (TLS), a phone without a sound card plays into a bridge that nobody listens to, and what it
hears is written to a WAV file as it comes, so that the file's size is the clock of its sound.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tests.harness.foreigners import write_tone
from tests.harness.namespace import Namespace

from sasayaki_demo.sound import Samples

EVENT_S = 15.0
UP_S = 10.0
WAV_HEADER_BYTES = 44
MODULES = (
    Path("/usr/lib/baresip/modules"),
    Path("/usr/local/lib/baresip/modules"),
)

CONFIG = """\
sip_listen              {address}:{sip_port}
audio_source            aufile,{tone}
audio_player            aubridge,{name}-speaker
audio_alert             aubridge,{name}-bell
ausrc_srate             8000
auplay_srate            8000
ausrc_channels          1
auplay_channels         1
ausrc_format            s16
auplay_format           s16
auenc_format            s16
audec_format            s16
audio_txmode            poll
audio_buffer            20-160
statmode_default        off
rtp_ports               {rtp_first}-{rtp_last}
jitter_buffer_delay     1-5
call_max_calls          4
module_path             {modules}
module                  g711.so
module                  aufile.so
module                  aubridge.so
module                  sndfile.so
snd_path                {folder}/heard
module_tmp              uuid.so
module_tmp              account.so
module_app              menu.so
module_app              ctrl_tcp.so
ctrl_tcp_listen         {address}:{control_port}
"""
REGISTERED = "<sip:{user}@{server}>;auth_user={user};auth_pass={secret};answermode=auto;regint=60"
CALLER = "<sip:{user}@{server}>;answermode=manual;regint=0"
SOUND = ";audio_codecs=PCMU/8000/1;ptime=20\n"


@dataclass(frozen=True)
class Account:
    """Whose phone it is; one without a secret only calls."""

    name: str
    user: str
    hertz: float
    secret: str | None = None


class Baresip:
    """One phone; what it tells is kept until somebody waits for it."""

    def __init__(self, name: str, folder: Path, process: Process) -> None:
        self.name = name
        self._folder = folder
        self._process = process
        self._told: list[dict[str, Any]] = []
        self._news = asyncio.Condition()
        self._listening: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def connect(self, address: str, port: int) -> None:
        """Opens the control connection as soon as the phone listens there."""
        async with asyncio.timeout(UP_S):
            while True:
                if self._process.returncode is not None:
                    raise RuntimeError(f"{self.name} ended:\n{self.log}")
                try:
                    reader, self._writer = await asyncio.open_connection(address, port)
                    break
                except ConnectionError:
                    await asyncio.sleep(0.02)
        self._listening = asyncio.create_task(self._listen(reader))

    async def registered(self) -> None:
        """Returns when the registrar let the phone in.

        That may have been before the control connection stood, so it is looked up in the log.
        """
        async with asyncio.timeout(EVENT_S):
            while " 200 OK " not in self.log:
                await asyncio.sleep(0.05)

    @property
    def log(self) -> str:
        """What the phone printed."""
        return (self._folder / "log").read_text(errors="replace")

    async def do(self, command: str, params: str = "") -> None:
        """Tells the phone something."""
        assert self._writer is not None
        text = json.dumps({"command": command, "params": params}).encode()
        self._writer.write(b"%d:%s," % (len(text), text))
        await self._writer.drain()

    async def wait(self, event: str) -> dict[str, Any]:
        """Returns the next such event, and forgets it; raises TimeoutError when none comes."""
        try:
            async with asyncio.timeout(EVENT_S), self._news:
                while True:
                    for told in self._told:
                        if told.get("type") == event:
                            self._told.remove(told)
                            return told
                    await self._news.wait()
        except TimeoutError:
            raise TimeoutError(f"{self.name}: no {event} within {EVENT_S} s\n{self.log}") from None

    async def written(self, samples: int) -> int:
        """Returns how many samples of the present call are written down, once they are so many."""
        async with asyncio.timeout(EVENT_S):
            while (there := self._samples()) < max(samples, 1):
                await asyncio.sleep(0.02)
        return there

    def heard(self, since: int, upto: int) -> Samples:
        """Returns what was heard of the present call, from one count of samples to another."""
        newest = self._newest()
        assert newest is not None, f"{self.name} has heard nothing yet"
        data = newest.read_bytes()[WAV_HEADER_BYTES:]
        return np.frombuffer(data[: len(data) // 2 * 2], "<i2")[since:upto] / 32768.0

    def _samples(self) -> int:
        newest = self._newest()
        return 0 if newest is None else max(newest.stat().st_size - WAV_HEADER_BYTES, 0) // 2

    def _newest(self) -> Path | None:
        """The file of the call that began last."""
        files = (self._folder / "heard").glob("dump-*-dec.wav")
        return max(files, key=lambda file: file.stat().st_mtime_ns, default=None)

    async def stop(self) -> None:
        """Ends the phone; it leaves the registrar before it ends."""
        if self._process.returncode is None:
            self._process.terminate()
        try:
            async with asyncio.timeout(5):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        if self._writer is not None:
            self._writer.close()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Takes netstrings of JSON apart."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                length = int((await reader.readuntil(b":"))[:-1])
                told = json.loads(await reader.readexactly(length))
                await reader.readexactly(1)
                async with self._news:
                    self._told.append(told)
                    self._news.notify_all()


@asynccontextmanager
async def baresips(
    accounts: list[Account], place: Namespace, server: str, folder: Path
) -> AsyncIterator[dict[str, Baresip]]:
    """Phones in a namespace, by name; those with a secret are registered."""
    phones: dict[str, Baresip] = {}
    try:
        for number, account in enumerate(accounts):
            phones[account.name] = await _start(number, account, place, server, folder)
        for account in accounts:
            if account.secret is not None:
                await phones[account.name].registered()
        yield phones
    finally:
        await asyncio.gather(*(phone.stop() for phone in phones.values()))


async def _start(
    number: int, account: Account, place: Namespace, server: str, folder: Path
) -> Baresip:
    home = folder / account.name
    (home / "heard").mkdir(parents=True)
    control_port = 4444 + number
    tone = write_tone(home / "tone.wav", account.hertz, 120.0)
    (home / "config").write_text(
        CONFIG.format(
            address=place.theirs,
            sip_port=5060 + 10 * number,
            rtp_first=30000 + 100 * number,
            rtp_last=30099 + 100 * number,
            control_port=control_port,
            modules=next(filter(Path.is_dir, MODULES)),
            name=account.name,
            folder=home,
            tone=tone,
        )
    )
    line = CALLER if account.secret is None else REGISTERED
    filled = line.format(user=account.user, server=server, secret=account.secret)
    (home / "accounts").write_text(filled + SOUND)
    (home / "contacts").touch()
    with (home / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *place.command("baresip", "-4", "-f", str(home)),
            stdin=DEVNULL,
            stdout=log,
            stderr=STDOUT,
        )
    phone = Baresip(account.name, home, process)
    await phone.connect(place.theirs, control_port)
    return phone
