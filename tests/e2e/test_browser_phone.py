"""Browsers as phones, by sound: operator and supervisor on WebRTC, the customer by SIP."""

from __future__ import annotations

import asyncio
import re
import socket
import time
import urllib.request
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.browser_phone import BrowserPhone, browser_phone
from tests.e2e.centre import AWAY, READY, Centre, centre
from tests.harness.running import Running
from tests.harness.telephone_ear import telephone_hears, telephone_stops_hearing

from sasayaki.media.v1 import media_service_pb2 as pb
from sasayaki.media.v1 import phone_reach_pb2 as reach
from sasayaki.monitoring.v1 import monitoring_service_pb2 as pb_floor
from sasayaki.monitoring.v1.monitoring_service_pb2_grpc import MonitoringServiceStub
from sasayaki_demo.bots import CUSTOMER_HZ, OPERATOR_HZ, SUPERVISOR_HZ, hears
from sasayaki_demo.examine import VOICES
from sasayaki_demo.people import BARGE, LISTEN, TAKEOVER, WHISPER, Operator, Supervisor

OPERATOR, SUPERVISOR = "usr_op01", "usr_sv01"
BACK_WITHIN_S = 3.0
STRANGERS = re.compile(r"^sasayaki_node_browser_strangers_total (\d+)$", re.MULTILINE)

RINGING, TALKING = pb.PHONE_LEG_STATE_RINGING, pb.PHONE_LEG_STATE_TALKING


@dataclass
class Talk:
    """Customer and operator, and a supervisor whose browser is connected."""

    at: Centre
    operator: BrowserPhone
    supervisor: BrowserPhone
    boss: Supervisor
    contact_id: str
    customer_rx: Path

    async def customer_hears(self, *tones: float, not_: tuple[float, ...] = ()) -> None:
        """Returns when the customer hears these tones, and for a while did not hear those."""
        await telephone_hears(self.customer_rx, *tones, not_=not_)


@asynccontextmanager
async def a_talk(running: Running, folder: Path) -> AsyncIterator[Talk]:
    tokens = running.endpoints.tokens
    async with (
        centre(running, folder) as at,
        browser_phone(at.platform.media, tokens[OPERATOR], OPERATOR_HZ) as operator,
        browser_phone(at.platform.media, tokens[SUPERVISOR], SUPERVISOR_HZ) as supervisor,
    ):
        at.operators[OPERATOR] = Operator(OPERATOR, at.platform, at.ledger)
        await at.operators[OPERATOR].set_state(READY)
        begun = await at.customer("caller", "+819050000001")
        await at.phones.do("dtmf", phone="caller", digits="2")
        ringing = await operator.leg(RINGING)
        await operator.pick_up(ringing.contact_id)
        await operator.leg(TALKING)
        boss = Supervisor(SUPERVISOR, at.platform, at.ledger)
        yield Talk(at, operator, supervisor, boss, ringing.contact_id, Path(begun["rx"]))
        await at.wrap_up(OPERATOR)


async def test_each_mode_is_heard_by_whom_it_says_and_by_nobody_else(
    running: Running, tmp_path: Path
) -> None:
    async with a_talk(running, tmp_path) as talk:
        operator, supervisor = talk.operator, talk.supervisor
        await operator.hears(operator.talk, CUSTOMER_HZ, not_=(SUPERVISOR_HZ,))
        await talk.customer_hears(OPERATOR_HZ, not_=(SUPERVISOR_HZ,))

        supervision = await talk.boss.start(talk.contact_id, LISTEN)
        await supervisor.hears(supervisor.talk, CUSTOMER_HZ, OPERATOR_HZ)
        await talk.customer_hears(OPERATOR_HZ, not_=(SUPERVISOR_HZ,))
        await operator.hears(operator.whisper, not_=(SUPERVISOR_HZ, CUSTOMER_HZ))

        await talk.boss.change(supervision, WHISPER)
        await operator.hears(operator.whisper, SUPERVISOR_HZ, not_=(CUSTOMER_HZ,))
        await operator.hears(operator.talk, CUSTOMER_HZ, not_=(SUPERVISOR_HZ,))
        await talk.customer_hears(OPERATOR_HZ, not_=(SUPERVISOR_HZ,))

        await operator.talk_back(talk.contact_id, on=True)
        await supervisor.hears(supervisor.talk, CUSTOMER_HZ, OPERATOR_HZ)
        await telephone_stops_hearing(talk.customer_rx, OPERATOR_HZ)
        await talk.customer_hears(not_=(OPERATOR_HZ, SUPERVISOR_HZ))
        await operator.talk_back(talk.contact_id, on=False)
        await talk.customer_hears(OPERATOR_HZ, not_=(SUPERVISOR_HZ,))

        await operator.mute(talk.contact_id, muted=True)
        await supervisor.hears(supervisor.talk, CUSTOMER_HZ, not_=(OPERATOR_HZ,))
        await talk.customer_hears(not_=(OPERATOR_HZ, SUPERVISOR_HZ))
        await operator.mute(talk.contact_id, muted=False)
        await talk.customer_hears(OPERATOR_HZ)

        await talk.boss.change(supervision, BARGE)
        await talk.customer_hears(OPERATOR_HZ, SUPERVISOR_HZ)
        await operator.hears(operator.talk, CUSTOMER_HZ, SUPERVISOR_HZ)

        await talk.boss.change(supervision, TAKEOVER)
        await operator.shows(lambda phone: not phone.legs)
        await talk.customer_hears(SUPERVISOR_HZ, not_=(OPERATOR_HZ,))
        since = talk.at.phones.position
        await supervisor.put_down(talk.contact_id)
        await talk.at.phones.wait("caller", "hungup", since=since)


async def test_talk_back_ends_by_itself_when_the_supervisor_leaves(
    running: Running, tmp_path: Path
) -> None:
    async with a_talk(running, tmp_path) as talk:
        supervision = await talk.boss.start(talk.contact_id, LISTEN)
        await talk.supervisor.hears(talk.supervisor.talk, OPERATOR_HZ)
        await talk.operator.talk_back(talk.contact_id, on=True)
        await talk.boss.end(supervision)
        await talk.operator.shows(lambda phone: not any(leg.talk_back for leg in phone.legs))
        await talk.customer_hears(OPERATOR_HZ)
        await talk.operator.put_down(talk.contact_id)


async def test_a_page_that_is_loaded_anew_during_a_call_has_its_sound_back_within_three_seconds(
    running: Running, tmp_path: Path
) -> None:
    async with a_talk(running, tmp_path) as talk:
        await talk.customer_hears(OPERATOR_HZ)
        await talk.operator.mute(talk.contact_id, muted=True)
        await talk.operator.mute(talk.contact_id, muted=False)
        begun = time.monotonic()
        await talk.operator.reload()
        await talk.operator.hears(talk.operator.talk, CUSTOMER_HZ)
        await hears(talk.customer_rx, OPERATOR_HZ)
        assert time.monotonic() - begun < BACK_WITHIN_S
        leg = await talk.operator.leg(TALKING)
        assert leg.contact_id == talk.contact_id
        await talk.operator.put_down(talk.contact_id)


async def test_packets_of_a_stranger_change_nothing_and_are_counted(
    running: Running, tmp_path: Path
) -> None:
    async with a_talk(running, tmp_path) as talk:
        await talk.customer_hears(OPERATOR_HZ)
        before = _strangers(running)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for number in range(50):
                header = bytes([0x80, 0, 0, number]) + bytes(8)
                stranger.sendto(header + b"\x12" * 160, ("127.0.0.1", talk.operator.port))
        await talk.customer_hears(OPERATOR_HZ)
        await talk.operator.hears(talk.operator.talk, CUSTOMER_HZ)
        assert _strangers(running) - before == 50
        await talk.operator.put_down(talk.contact_id)


async def test_a_ringing_browser_that_is_put_down_refuses(running: Running, tmp_path: Path) -> None:
    tokens = running.endpoints.tokens
    async with (
        centre(running, tmp_path) as at,
        browser_phone(at.platform.media, tokens[OPERATOR], OPERATOR_HZ) as operator,
    ):
        at.operators[OPERATOR] = Operator(OPERATOR, at.platform, at.ledger)
        await at.operators[OPERATOR].set_state(READY)
        await at.customer("caller", "+819050000001")
        await at.phones.do("dtmf", phone="caller", digits="2")
        ringing = await operator.leg(RINGING)
        await operator.put_down(ringing.contact_id)
        await operator.shows(lambda phone: not phone.legs)
        await at.desk_shows(OPERATOR, AWAY)
        await at.hang_up("caller")
        await at.operators[OPERATOR].go_home()


async def test_the_floor_tells_by_what_an_operator_is_reached(
    running: Running, tmp_path: Path
) -> None:
    tokens = running.endpoints.tokens
    async with centre(running, tmp_path) as at:
        told = _reached(at.platform.monitoring, tokens[SUPERVISOR])
        async with aclosing(told), asyncio.timeout(60):
            secret = running.endpoints.sip_secrets[OPERATOR]
            await at.phones.register(OPERATOR, secret, VOICES.operator, answer="manual")
            await _comes_to(told, reach.PHONE_REACH_SIP)
            async with browser_phone(at.platform.media, tokens[OPERATOR], OPERATOR_HZ):
                await _comes_to(told, reach.PHONE_REACH_BROWSER)
            # The page is closed: it says farewell, or falls silent.
            await _comes_to(told, reach.PHONE_REACH_LOST)
            await _comes_to(told, reach.PHONE_REACH_SIP)


async def _reached(
    monitoring: MonitoringServiceStub, token: str
) -> AsyncGenerator[reach.PhoneReach.ValueType, None]:
    """By what the operator is reached, with each row of theirs."""
    metadata = (("authorization", f"Bearer {token}"),)
    async for floor in monitoring.WatchFloor(pb_floor.WatchFloorRequest(), metadata=metadata):
        for row in floor.rows:
            if row.operator.operator_id == OPERATOR and row.operator.phone:
                yield row.operator.phone


async def _comes_to(
    told: AsyncGenerator[reach.PhoneReach.ValueType, None], wanted: reach.PhoneReach.ValueType
) -> None:
    async for phone in told:
        if phone == wanted:
            return


def _strangers(running: Running) -> int:
    url = f"http://{running.endpoints.metrics['node']}/metrics"
    with urllib.request.urlopen(url, timeout=5) as answer:
        found = STRANGERS.search(answer.read().decode())
    assert found
    return int(found[1])
