"""Phones that we did not write: pjsua2 in a process of its own, steered by JSON lines.

Run as a program it reads commands from standard input and writes what happens to standard output.
The library is GPL and plays in tests only; nothing else imports it.
"""

from __future__ import annotations

import json
import os
import select
import sys
from typing import Any

import pjsua2 as pj

POLL_MS = 5
CALLS_MAX = 16


def tell(**what: Any) -> None:
    """Writes an event."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class Call(pj.Call):  # type: ignore[misc]
    """A call of one of our phones; sound is wired from the loop once it is confirmed."""

    def __init__(self, phone: Phone, call_id: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(phone, call_id)
        self.phone = phone
        self.confirmed = False
        self.wired = False

    def onCallState(self, _: Any) -> None:
        """Notes the end and the beginning."""
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self.confirmed = True
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            tell(event="ended", phone=self.phone.name, code=info.lastStatusCode)
            self.phone.forget(self)

    def onCallTransferStatus(self, prm: Any) -> None:
        """Notes what the other side says of our REFER."""
        self.phone.told_of_transfer(prm.statusCode, final=prm.finalNotify)

    def wire(self) -> None:
        """Lets the phone's tone into the call."""
        self.phone.player.startTransmit(self.getAudioMedia(-1))
        self.wired = True
        tell(event="established", phone=self.phone.name)


class Phone(pj.Account):  # type: ignore[misc]
    """One phone: an account, a tone that it says, and at most one call."""

    def __init__(self, name: str, tone: str) -> None:
        super().__init__()
        self.name = name
        self.call: Call | None = None
        self.ended: list[Call] = []
        self.recorder: pj.AudioMediaRecorder | None = None
        self.player = pj.AudioMediaPlayer()
        self.player.createPlayer(tone)

    def onRegState(self, prm: Any) -> None:
        """Notes whether the registrar let us in."""
        tell(event="registered", phone=self.name, code=prm.code)

    def told_of_transfer(self, code: int, *, final: bool) -> None:
        """Notes what became of our REFER."""
        tell(event="transferred", phone=self.name, code=code, final=final)

    def onIncomingCall(self, prm: Any) -> None:
        """Picks up at once."""
        self.call = Call(self, prm.callId)
        answer = pj.CallOpParam()
        answer.statusCode = 200
        self.call.answer(answer)

    def forget(self, call: Call) -> None:
        """Keeps an ended call until the loop lets go of it: not within its own callback."""
        self.ended.append(call)
        if self.call is call:
            self.call = None

    def record(self, path: str) -> None:
        """Writes what is heard to a WAV file, from now on."""
        assert self.call is not None
        self.recorder = pj.AudioMediaRecorder()
        self.recorder.createRecorder(path)
        self.call.getAudioMedia(-1).startTransmit(self.recorder)

    def stop_recording(self) -> None:
        """Closes the file."""
        if self.recorder is not None and self.call is not None:
            self.call.getAudioMedia(-1).stopTransmit(self.recorder)
        self.recorder = None
        tell(event="recorded", phone=self.name)


class Switchboard:
    """All phones of the process and the library's loop."""

    def __init__(self) -> None:
        self.endpoint = pj.Endpoint()
        self.phones: dict[str, Phone] = {}
        config = pj.EpConfig()
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.maxCalls = CALLS_MAX
        config.logConfig.level = config.logConfig.consoleLevel = 0
        config.medConfig.clockRate = config.medConfig.sndClockRate = 8000
        config.medConfig.noVad = True
        config.medConfig.ecTailLen = 0
        self.endpoint.libCreate()
        self.endpoint.libInit(config)
        transport = pj.TransportConfig()
        transport.boundAddress = "127.0.0.1"
        self.endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
        self.endpoint.libStart()
        self.endpoint.audDevManager().setNullDev()
        for codec in self.endpoint.codecEnum2():
            wanted = codec.codecId.startswith("PCMU/8000")
            self.endpoint.codecSetPriority(codec.codecId, 255 if wanted else 0)

    def run(self) -> None:
        """Serves until standard input ends."""
        pending = b""
        while True:
            self.endpoint.libHandleEvents(POLL_MS)
            for phone in self.phones.values():
                phone.ended.clear()
                if phone.call and phone.call.confirmed and not phone.call.wired:
                    phone.call.wire()
            if select.select([0], [], [], 0)[0]:
                data = os.read(0, 65536)
                if not data:
                    return
                *lines, pending = (pending + data).split(b"\n")
                for line in lines:
                    self.obey(json.loads(line))

    def obey(self, command: dict[str, Any]) -> None:
        """Carries a command out."""
        what, name = command["do"], command["phone"]
        if what == "phone":
            self.phones[name] = self._phone(command)
            return
        phone = self.phones[name]
        if what == "call":
            phone.call = Call(phone)
            phone.call.makeCall(command["to"], pj.CallOpParam(True))
        elif what == "dtmf":
            assert phone.call is not None
            phone.call.dialDtmf(command["digits"])
        elif what == "hangup":
            assert phone.call is not None
            phone.call.hangup(pj.CallOpParam())
        elif what == "refer":
            assert phone.call is not None
            phone.call.xfer(command["to"], pj.CallOpParam(True))
        elif what == "refer_to_call":
            other = self.phones[command["of"]].call
            assert phone.call is not None
            assert other is not None
            phone.call.xferReplaces(other, pj.CallOpParam(True))
        elif what == "record":
            phone.record(command["file"])
        elif what == "stop_recording":
            phone.stop_recording()
        else:
            raise ValueError(f"cannot {what!r}")

    def _phone(self, command: dict[str, Any]) -> Phone:
        user, server = command["user"], command["server"]
        config = pj.AccountConfig()
        config.idUri = f"sip:{user}@{server}"
        config.mediaConfig.transportConfig.boundAddress = "127.0.0.1"
        if "secret" in command:
            config.regConfig.registrarUri = f"sip:{server}"
            config.sipConfig.authCreds.append(
                pj.AuthCredInfo("digest", "*", user, 0, command["secret"])
            )
        phone = Phone(command["phone"], command["tone"])
        phone.create(config)
        return phone


if __name__ == "__main__":
    switchboard = Switchboard()
    switchboard.run()
    # The library's own clean-up order does not survive the interpreter's: leave without it.
    os._exit(0)
