"""Who hears whom, by tones: browsers that are not ours, and a telephone, on a media node alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest
from tests.harness.browser_line import WIDE_HZ, BrowserLine
from tests.harness.home import OUTER, Home, home
from tests.harness.home import Line as Network
from tests.harness.node_alone import CONTACT, NUMBER, Desk, node_alone
from tests.harness.process import free_address
from tests.harness.running import SOFTPHONE
from tests.harness.telephone_ear import telephone_hears

from sasayaki.media.node.v1 import node_pb2 as pb
from sasayaki_demo.bots import CUSTOMER_HZ, OPERATOR_HZ, SUPERVISOR_HZ
from sasayaki_demo.ledger import Ledger
from sasayaki_demo.phones import Phones

OPERATOR, SUPERVISOR = "leg_op", "leg_sv"
WITHIN_S = 20.0


class Line(Protocol):
    """A page that connects."""

    async def offer(self) -> str:
        """What it offers."""

    async def go_on(self, answer: str) -> None:
        """Goes on with the node's answer."""


@dataclass
class Floor:
    """Customer, operator and supervisor, and what the node told."""

    desk: Desk
    operator: BrowserLine
    supervisor: BrowserLine
    customer_rx: Path = Path()
    told: list[pb.FromNode] = field(default_factory=list)
    orders: int = 0
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        while True:
            self.told.append(await self.desk.read())
            self.came.set()

    def order(self, **order: object) -> str:
        self.orders += 1
        order_id = f"order/{self.orders}"
        self.desk.order(order_id, **order)
        return order_id

    async def tells(self, wanted: Callable[[pb.FromNode], bool]) -> pb.FromNode:
        """The first that is as wanted of what the node tells, or has told."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                for message in self.told:
                    if wanted(message):
                        return message
                self.came.clear()
                await self.came.wait()

    async def happens(self, kind: str) -> Any:
        message = await self.tells(lambda told: told.happening.HasField(kind))
        self.told.remove(message)
        return getattr(message.happening, kind)

    async def connect(self, line: Line, user_id: str, connection_id: str) -> None:
        offer = await line.offer()
        connect = pb.ConnectBrowser(user_id=user_id, connection_id=connection_id, sdp_offer=offer)
        order_id = self.order(connect_browser=connect)
        applied = (await self.tells(lambda told: told.applied.order_id == order_id)).applied
        assert not applied.error
        await line.go_on(applied.sdp_answer)
        await self.tells(
            lambda told: (
                told.browser.connection_id == connection_id
                and told.browser.state == pb.BROWSER_STATE_CONNECTED
            )
        )

    async def dial(self, leg_id: str, user_id: str) -> None:
        """Returns when the person, who picks up, is in the talk."""
        self.order(dial=pb.Dial(contact_id=CONTACT, leg_id=leg_id, user_id=user_id))
        await self.happens("leg_rang")
        self.order(pick_up=pb.PickUp(contact_id=CONTACT, leg_id=leg_id))
        await self.happens("joined")

    async def supervise(self, mode: pb.Mode.ValueType) -> None:
        self.order(
            supervise=pb.Supervise(
                contact_id=CONTACT, leg_id=SUPERVISOR, user_id="usr_sv", mode=mode
            )
        )
        await self.happens("mode_applied")

    async def customer_hears(self, *tones: float, not_: tuple[float, ...] = ()) -> None:
        """Returns when the customer hears these tones, and for a while did not hear those."""
        await telephone_hears(self.customer_rx, *tones, not_=not_)


TELEPHONES, OPUS = ("PCMU",), ("opus", "PCMU")
OPUS_TOO = ("PCMU", "opus")


@asynccontextmanager
async def a_talk(
    folder: Path,
    operator: tuple[str, ...] = TELEPHONES,
    supervisor: tuple[str, ...] = TELEPHONES,
    homes: tuple[Home, Home] | None = None,
) -> AsyncIterator[Floor]:
    """A customer on the telephone who talks with an operator in a browser; pages' codecs.

    `homes`: the networks of operator and supervisor, if they are not at this machine; the node
    then announces an address that is not its own to all but the customer.
    """
    ledger = Ledger(folder / "ledger.jsonl")
    sip = free_address()
    settings = {"SIP": sip, "HTTP": free_address(), "RTP_PORTS": "23000-23098"}
    if homes:
        settings |= {"ANNOUNCED_ADDRESS": OUTER, "LOCAL_NETWORKS": "127.0.0.1"}
    async with node_alone(folder, **settings) as desk:
        pages = BrowserLine(OPERATOR_HZ, *operator), BrowserLine(SUPERVISOR_HZ, *supervisor)
        for page, own in zip(pages, homes or (), strict=False):
            page.home = own
        floor = Floor(desk, *pages)
        listening = asyncio.create_task(floor.listen())
        phones = await Phones.start(SOFTPHONE, folder / "captures", ledger, sip)
        try:
            await _talk(floor, phones)
            yield floor
        finally:
            await phones.stop()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await floor.operator.close()
            await floor.supervisor.close()
            ledger.close()


async def _talk(floor: Floor, phones: Phones) -> None:
    floor.order(set_numbers=pb.SetNumbers(numbers=[NUMBER]))
    await floor.connect(floor.operator, "usr_op", "brw_op")
    await floor.connect(floor.supervisor, "usr_sv", "brw_sv")
    await phones.add("caller", {"tone": CUSTOMER_HZ}, record=True)
    since = phones.position
    await phones.call("caller", NUMBER, "+819050000001")
    invited = await floor.happens("invited")
    floor.order(admit=pb.Admit(node_call_id=invited.node_call_id, contact_id=CONTACT))
    floor.order(answer=pb.Answer(contact_id=CONTACT))
    begun = await phones.wait("caller", "established", since=since)
    floor.customer_rx = Path(begun["rx"])
    await floor.happens("answered")
    await floor.dial(OPERATOR, "usr_op")


@pytest.mark.parametrize(
    ("of_operator", "of_supervisor"),
    [(TELEPHONES, TELEPHONES), (OPUS_TOO, OPUS), (TELEPHONES, OPUS)],
    ids=["g711", "opus", "opus-to-g711"],
)
async def test_each_mode_is_heard_by_whom_it_says_and_by_nobody_else(
    tmp_path: Path, of_operator: tuple[str, ...], of_supervisor: tuple[str, ...]
) -> None:
    async with a_talk(tmp_path, of_operator, of_supervisor) as floor:
        operator, supervisor = floor.operator, floor.supervisor
        await operator.hears(operator.talk, CUSTOMER_HZ, not_=(SUPERVISOR_HZ,))
        await floor.customer_hears(OPERATOR_HZ, not_=(SUPERVISOR_HZ,))

        await floor.supervise(pb.MODE_LISTEN)
        await supervisor.hears(supervisor.talk, CUSTOMER_HZ, OPERATOR_HZ)
        await floor.customer_hears(OPERATOR_HZ, not_=(SUPERVISOR_HZ,))
        await operator.hears(operator.talk, CUSTOMER_HZ, not_=(SUPERVISOR_HZ,))
        await operator.hears(operator.whisper, not_=(SUPERVISOR_HZ, CUSTOMER_HZ))

        await floor.supervise(pb.MODE_WHISPER)
        await operator.hears(operator.whisper, SUPERVISOR_HZ, not_=(CUSTOMER_HZ,))
        await operator.hears(operator.talk, CUSTOMER_HZ, not_=(SUPERVISOR_HZ,))
        await floor.customer_hears(OPERATOR_HZ, not_=(SUPERVISOR_HZ,))

        talk_back = {"contact_id": CONTACT, "leg_id": OPERATOR}
        floor.order(talk_back=pb.TalkBack(on=True, **talk_back))
        await floor.happens("talk_back_started")
        await supervisor.hears(supervisor.talk, CUSTOMER_HZ, OPERATOR_HZ)
        await floor.customer_hears(not_=(OPERATOR_HZ, SUPERVISOR_HZ))
        floor.order(talk_back=pb.TalkBack(on=False, **talk_back))
        await floor.happens("talk_back_ended")
        await floor.customer_hears(OPERATOR_HZ, not_=(SUPERVISOR_HZ,))

        floor.order(mute=pb.Mute(muted=True, **talk_back))
        await floor.happens("leg_muted")
        await supervisor.hears(supervisor.talk, CUSTOMER_HZ, not_=(OPERATOR_HZ,))
        await floor.customer_hears(not_=(OPERATOR_HZ, SUPERVISOR_HZ))
        floor.order(mute=pb.Mute(muted=False, **talk_back))
        await floor.happens("leg_unmuted")

        await floor.supervise(pb.MODE_BARGE)
        await floor.customer_hears(OPERATOR_HZ, SUPERVISOR_HZ)
        await operator.hears(operator.talk, CUSTOMER_HZ, SUPERVISOR_HZ)

        await floor.supervise(pb.MODE_TAKEOVER)
        floor.order(hang_up=pb.HangUp(contact_id=CONTACT, leg_id=OPERATOR))
        await floor.happens("leg_ended")
        await floor.customer_hears(SUPERVISOR_HZ, not_=(OPERATOR_HZ,))


async def test_a_whisper_in_opus_is_heard_in_wide_band_where_the_page_takes_it(
    tmp_path: Path,
) -> None:
    async with a_talk(tmp_path, OPUS_TOO, OPUS) as floor:
        operator = floor.operator
        await floor.supervise(pb.MODE_WHISPER)
        await operator.hears(operator.whisper, SUPERVISOR_HZ, WIDE_HZ, not_=(CUSTOMER_HZ,))
        await floor.customer_hears(OPERATOR_HZ, not_=(SUPERVISOR_HZ,))
        await floor.supervise(pb.MODE_BARGE)
        await operator.hears(operator.talk, CUSTOMER_HZ, SUPERVISOR_HZ, not_=(WIDE_HZ,))
        await floor.customer_hears(OPERATOR_HZ, SUPERVISOR_HZ)
        await floor.supervise(pb.MODE_WHISPER)
        await operator.hears(operator.whisper, SUPERVISOR_HZ, WIDE_HZ)
        await floor.customer_hears(OPERATOR_HZ, not_=(SUPERVISOR_HZ,))


async def test_operators_hear_each_other_in_wide_band_while_the_customer_is_on_hold(
    tmp_path: Path,
) -> None:
    async with a_talk(tmp_path, OPUS, OPUS) as floor:
        operator, colleague = floor.operator, floor.supervisor
        await floor.customer_hears(OPERATOR_HZ)
        floor.order(hold=pb.Hold(contact_id=CONTACT, held=True))
        await floor.happens("customer_held")
        await floor.dial("leg_2", "usr_sv")
        await operator.hears(operator.talk, SUPERVISOR_HZ, WIDE_HZ, not_=(CUSTOMER_HZ,))
        await colleague.hears(colleague.talk, OPERATOR_HZ, WIDE_HZ, not_=(CUSTOMER_HZ,))
        floor.order(hold=pb.Hold(contact_id=CONTACT, held=False))
        await floor.happens("customer_resumed")
        await floor.customer_hears(OPERATOR_HZ, SUPERVISOR_HZ)
        await operator.hears(operator.talk, SUPERVISOR_HZ, CUSTOMER_HZ, not_=(WIDE_HZ,))
        await colleague.hears(colleague.talk, OPERATOR_HZ, CUSTOMER_HZ, not_=(WIDE_HZ,))


async def test_a_page_that_is_loaded_anew_has_its_sound_back(tmp_path: Path) -> None:
    async with a_talk(tmp_path) as floor:
        await floor.customer_hears(OPERATOR_HZ)
        await floor.operator.close()
        await floor.connect(floor.operator, "usr_op", "brw_op2")
        await floor.operator.hears(floor.operator.talk, CUSTOMER_HZ)
        await floor.customer_hears(OPERATOR_HZ)


async def test_the_sound_of_a_page_is_protected_by_ciphers_of_our_day(tmp_path: Path) -> None:
    async with a_talk(tmp_path) as floor:
        for page in (floor.operator, floor.supervisor):
            version, suite, profile = page.protection
            assert version in {"DTLSv1.2", "DTLSv1.3"}
            # RFC 8827, 6.5: forward secrecy, and authenticated encryption beside it.
            assert suite.startswith(("ECDHE-", "TLS_"))
            assert "GCM" in suite or "CHACHA20" in suite
            assert profile in {
                "SRTP_AEAD_AES_256_GCM",
                "SRTP_AEAD_AES_128_GCM",
                "SRTP_AES128_CM_SHA1_80",
            }


AT_HOME = Network(lost=0.05, jitter_s=0.06)


async def test_people_at_home_hear_and_are_heard_through_loss_jitter_and_translated_addresses(
    tmp_path: Path,
) -> None:
    async with (
        home(AT_HOME, seed=1) as of_operator,
        home(AT_HOME, seed=2) as of_supervisor,
        a_talk(tmp_path, OPUS_TOO, OPUS, (of_operator, of_supervisor)) as floor,
    ):
        operator, supervisor = floor.operator, floor.supervisor
        await operator.hears(operator.talk, CUSTOMER_HZ)
        await floor.customer_hears(OPERATOR_HZ)
        await floor.supervise(pb.MODE_LISTEN)
        await supervisor.hears(supervisor.talk, CUSTOMER_HZ, OPERATOR_HZ)
        await floor.supervise(pb.MODE_WHISPER)
        await operator.hears(operator.whisper, SUPERVISOR_HZ)
        # Gaps in a tone sound at every pitch: whether the whisper leaks is heard beside silence.
        floor.order(mute=pb.Mute(contact_id=CONTACT, leg_id=OPERATOR, muted=True))
        await floor.happens("leg_muted")
        await floor.customer_hears(not_=(OPERATOR_HZ, SUPERVISOR_HZ))
        for each in (of_operator, of_supervisor):
            assert 0.02 < each.lost / (each.lost + each.passed) < 0.09
