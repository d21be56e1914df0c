"""A telephone in the standard library: enough SIP and RTP to try a platform out.

It registers with a digest (RFC 7616), calls, picks up by itself, says a tone, knows what it hears,
and presses keys (RFC 4733). It leaves out what a lossless network never asks of it: timers,
retransmission of answers, re-INVITE, several codecs. Take a real SIP stack for anything more.
"""

import asyncio
import cmath
import hashlib
import math
import random
import re
import secrets
import struct

RATE = 8000
FRAME = 160  # samples in 20 ms
ANSWER_S = 0.5


class Phone(asyncio.DatagramProtocol):
    """One telephone with at most one call."""

    def __init__(self, server: str, user: str, hertz: float, secret: str = ""):
        host, port = server.split(":")
        self.server, self.server_address = server, (host, int(port))
        self.user, self.hertz, self.secret = user, hertz, secret
        self.in_call, self.call_over = asyncio.Event(), asyncio.Event()
        self.contact_id = ""
        self.waiting: dict[str, asyncio.Future] = {}  # answers, by Via branch

    async def __aenter__(self):
        loop = asyncio.get_running_loop()
        where = (self.server_address[0], 0)  # on the same machine as the platform
        self.sip, _ = await loop.create_datagram_endpoint(lambda: self, where)
        self.sound = Sound(self.hertz)
        await loop.create_datagram_endpoint(lambda: self.sound, where)
        self.address = ":".join(map(str, self.sip.get_extra_info("sockname")))
        if self.secret:
            await self.request("REGISTER", f"sip:{self.server}", Expires="300")
        return self

    async def __aexit__(self, *_):
        if self.secret:
            await self.request("REGISTER", f"sip:{self.server}", Expires="0")
        self.sound.stop()
        self.sip.close()

    # What a person does.

    async def call(self, number: str) -> None:
        """Returns when somebody has answered."""
        answer = await self.request("INVITE", f"sip:{number}@{self.server}", self.sdp())
        self.target = uri(header(answer, "Contact"))
        self.begin(answer)
        self.send_request("ACK", self.target)

    async def hang_up(self) -> None:
        self.end()
        await self.request("BYE", self.target)

    def press(self, digit: int) -> None:
        self.sound.press(digit)

    # Requests of ours.

    async def request(self, method: str, to: str, body: str = "", **headers: str) -> str:
        """Sends a request until it is answered, with the digest if it is asked for."""
        if method in ("REGISTER", "INVITE"):  # what follows belongs to this dialogue
            self.call_id, self.tag = secrets.token_hex(8), secrets.token_hex(4)
            self.ours = f"<sip:{self.user}@{self.server}>;tag={self.tag}"
            self.theirs = f"<sip:{self.user}@{self.server}>" if method == "REGISTER" else f"<{to}>"
            self.cseq = 0
        self.cseq += 1
        answer = await self.answer_to(method, to, body, headers)
        if code(answer) == 401:
            self.cseq += 1
            proof = digest(header(answer, "WWW-Authenticate"), self.user, self.secret, method, to)
            answer = await self.answer_to(method, to, body, {**headers, "Authorization": proof})
        if code(answer) != 200:
            raise ConnectionError(f"{method} {to}: {answer.splitlines()[0]}")
        self.theirs = header(answer, "To")
        return answer

    async def answer_to(self, method: str, to: str, body: str, headers: dict) -> str:
        branch = f"z9hG4bK{secrets.token_hex(6)}"
        answer = self.waiting[branch] = asyncio.get_running_loop().create_future()
        while not answer.done():
            self.send_request(method, to, body, branch, **headers)
            await asyncio.wait((answer,), timeout=ANSWER_S if method != "INVITE" else 10)
        return answer.result()

    def send_request(self, method: str, to: str, body: str = "", branch: str = "", **headers: str):
        branch = branch or f"z9hG4bK{secrets.token_hex(6)}"
        lines = {
            "Via": f"SIP/2.0/UDP {self.address};branch={branch}",
            "From": self.ours,
            "To": self.theirs,
            "Call-ID": self.call_id,
            "CSeq": f"{self.cseq} {method}",
            "Contact": f"<sip:{self.user}@{self.address}>",
            "Max-Forwards": "70",
            **headers,
        }
        self.send(f"{method} {to} SIP/2.0", lines, body)

    # What comes in.

    def datagram_received(self, data: bytes, _) -> None:
        message = data.decode()
        if message.startswith("SIP/2.0"):
            waiting = self.waiting.get(re.search(r"branch=([^;\s]+)", message)[1])
            if waiting and not waiting.done() and code(message) >= 200:
                waiting.set_result(message)
            return
        match message.split()[0]:
            case "INVITE":
                self.pick_up(message)
            case "BYE":
                self.answer(message, "200 OK")
                self.end()
            case "ACK":
                pass
            case _:
                self.answer(message, "200 OK")

    def pick_up(self, invite: str) -> None:
        """Answers at once, as phones do that are told to; a supervisor's is told so by a header."""
        self.call_id, self.cseq = header(invite, "Call-ID"), 0
        self.theirs = header(invite, "From")
        self.ours = f"{header(invite, 'To').partition(';')[0]};tag={secrets.token_hex(4)}"
        self.target = uri(header(invite, "Contact"))
        self.contact_id = header(invite, "X-Sasayaki-Contact-Id")
        self.answer(invite, "200 OK", self.sdp())
        self.begin(invite)

    def answer(self, request: str, status: str, body: str = "") -> None:
        lines = {name: header(request, name) for name in ("Via", "From", "To", "Call-ID", "CSeq")}
        if body:
            lines |= {"To": self.ours, "Contact": f"<sip:{self.user}@{self.address}>"}
        self.send(f"SIP/2.0 {status}", lines, body)

    def send(self, first: str, headers: dict, body: str) -> None:
        lines = [first, *(f"{name}: {value}" for name, value in headers.items())]
        if body:
            lines.append("Content-Type: application/sdp")
        lines += [f"Content-Length: {len(body)}", "", body]
        self.sip.sendto("\r\n".join(lines).encode(), self.server_address)

    # The call.

    def sdp(self) -> str:
        host, port = self.sound.transport.get_extra_info("sockname")
        lines = ["v=0", f"o=- 1 1 IN IP4 {host}", "s=-", f"c=IN IP4 {host}", "t=0 0"]
        lines += [f"m=audio {port} RTP/AVP 0 101", "a=rtpmap:0 PCMU/8000"]
        lines += ["a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15"]
        return "\r\n".join([*lines, ""])

    def begin(self, message: str) -> None:
        """Sends sound to where the other side's SDP says."""
        host = re.search(r"^c=IN IP4 (\S+)", message, re.MULTILINE)[1]
        port = re.search(r"^m=audio (\d+)", message, re.MULTILINE)[1]
        self.sound.talk_to((host, int(port)))
        self.call_over.clear()
        self.in_call.set()

    def end(self) -> None:
        self.sound.talk_to(None)
        self.in_call.clear()
        self.call_over.set()


class Sound(asyncio.DatagramProtocol):
    """RTP with G.711 µ-law: says one tone, keeps the last 100 ms of what it hears."""

    def __init__(self, hertz: float):
        self.hertz, self.peer = hertz, None
        self.heard: list[float] = []
        self.sequence, self.time, self.source = 0, 0, random.getrandbits(32)

    def connection_made(self, transport) -> None:
        self.transport = transport
        self.talking = asyncio.create_task(self.talk())

    def stop(self) -> None:
        self.talking.cancel()
        self.transport.close()

    def talk_to(self, peer) -> None:
        self.peer, self.heard = peer, []

    async def talk(self) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for frame in range(10**9):
            await asyncio.sleep(max(0, begun + frame * FRAME / RATE - loop.time()))
            at = range(frame * FRAME, (frame + 1) * FRAME)
            tone = (0.25 * math.sin(math.tau * self.hertz / RATE * n) for n in at)
            self.send(0, bytes(map(to_mulaw, tone)))
            self.time += FRAME

    def press(self, digit: int) -> None:
        """A key of 100 ms; its end is said three times (RFC 4733, 2.5)."""
        began = self.time
        for duration, end in ((400, 0), (800, 0), (800, 128), (800, 128), (800, 128)):
            self.send(101, struct.pack("!BBH", digit, end | 10, duration), began)

    def send(self, payload_type: int, payload: bytes, time: int | None = None) -> None:
        self.sequence = (self.sequence + 1) % 2**16
        time = self.time if time is None else time
        head = struct.pack("!BBHII", 128, payload_type, self.sequence, time, self.source)
        if self.peer:
            self.transport.sendto(head + payload, self.peer)

    def datagram_received(self, data: bytes, _) -> None:
        if data[1] & 127 == 0:
            self.heard = (self.heard + [MULAW[code] for code in data[12:]])[-5 * FRAME :]

    def hears(self, hertz: float) -> bool:
        """Whether a tone is in the last 100 ms, louder than -30 dB of full scale."""
        turn = cmath.exp(-2j * math.pi * hertz / RATE)
        total = sum(sample * turn**n for n, sample in enumerate(self.heard))
        return len(self.heard) == 5 * FRAME and abs(total) * 2 / len(self.heard) > 0.03

    async def wait_for(self, hertz: float) -> None:
        async with asyncio.timeout(20):
            while not self.hears(hertz):
                await asyncio.sleep(0.02)


def header(message: str, name: str) -> str:
    """The value of a header; several of a name, as Via has them, stay one under the other."""
    found = re.findall(rf"^{name}: *(.*?)\r?$", message, re.MULTILINE | re.IGNORECASE)
    return f"\r\n{name}: ".join(found)


def code(answer: str) -> int:
    return int(answer.split()[1])


def uri(contact: str) -> str:
    return re.search(r"<([^>]+)>", contact)[1]


def digest(challenge: str, user: str, secret: str, method: str, to: str) -> str:
    """The answer to a challenge: SHA-256, or MD5 where the platform was told of old phones."""
    asked = dict(re.findall(r'(\w+)="?([^",]+)', challenge))
    algorithm = {"SHA-256": hashlib.sha256, "MD5": hashlib.md5}[asked["algorithm"]]

    def hashed(*words: str) -> str:
        return algorithm(":".join(words).encode()).hexdigest()

    once, count = secrets.token_hex(8), "00000001"
    who = hashed(user, asked["realm"], secret)
    response = hashed(who, asked["nonce"], count, once, "auth", hashed(method, to))
    return (
        f'Digest username="{user}", realm="{asked["realm"]}", nonce="{asked["nonce"]}", '
        f'uri="{to}", response="{response}", algorithm={asked["algorithm"]}, '
        f'qop=auth, nc={count}, cnonce="{once}"'
    )


def from_mulaw(code: int) -> float:
    """A sample of -1 to 1 (G.711)."""
    code = ~code & 255
    size = (((code & 15) << 3) + 132 << (code >> 4 & 7)) - 132
    return (-size if code & 128 else size) / 32768


def to_mulaw(sample: float) -> int:
    size = min(int(abs(sample) * 32768), 32635) + 132
    segment = size.bit_length() - 8
    return ~((sample < 0) << 7 | segment << 4 | size >> segment + 3 & 15) & 255


MULAW = [from_mulaw(code) for code in range(256)]
