"""Levels reach those who may see the talk, by role and user, and wait for nobody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime

import pytest
from prometheus_client import REGISTRY
from tests.harness.specification import MemoryLog, SimulatedClock
from tests.unit.media.calls import NODE

from sasayaki.media.node.v1 import node_pb2 as node
from sasayaki.media.v1 import media_service_pb2 as pb
from sasayaki.media.v1.call_events import RecordingPolicy, SupervisionMode
from sasayaki_chassis.identity import Identity
from sasayaki_chassis.owner import Meta, Overloaded, Owners
from sasayaki_media.calls.call import CALL
from sasayaki_media.calls.commands import Answer, Arrive, Command, Dial, Note, Supervise
from sasayaki_media.calls.happened import Answered, Source
from sasayaki_media.calls.switchboard import Switchboard
from sasayaki_media.sound.levels import SECONDS_MOST, WATCHERS_MOST, Levels

SATO = Identity("usr_sato", "ten_1", "supervisor", frozenset({"cli_acme"}))
ABE = Identity("usr_abe", "ten_1", "manager", frozenset({"cli_acme", "cli_b"}))
COMMANDS: tuple[Command, ...] = (
    Arrive(Source(NODE, 1), "call_1", "+811", "", ""),
    Answer(RecordingPolicy.AFTER_GUIDANCE),
    Note(Source(NODE, 2), Answered()),
    Dial("leg_op", "usr_mori", 20_000),
    Supervise("leg_sup", "usr_sato", "spv_1", SupervisionMode.LISTEN),
)


@asynccontextmanager
async def levels_of(*talks: tuple[str, str, str]) -> AsyncIterator[Levels]:
    """With talks as contact, tenant and client company."""
    owners = Owners(CALL, [MemoryLog()], SimulatedClock())
    serving = asyncio.create_task(owners.run())
    await owners.all_serving()
    for contact_id, tenant_id, client_id in talks:
        for number, command in enumerate(COMMANDS):
            meta, request_id = Meta(tenant_id, client_id), f"{contact_id}/{number}"
            await owners.handle(contact_id, command, request_id=request_id, meta=meta)
    yield Levels(Switchboard(owners))
    serving.cancel()


def second(*contact_ids: str, at_us: int = 1_000_000) -> node.Levels:
    legs = [
        node.LegLevel(leg_id="", level_tenth_dbfs=-153, speech_ms=1_000),
        node.LegLevel(leg_id="leg_op", level_tenth_dbfs=-960),
        node.LegLevel(leg_id="leg_sup", level_tenth_dbfs=-421, speech_ms=40),
        node.LegLevel(leg_id="leg_gone", level_tenth_dbfs=-421),
    ]
    calls = [
        node.CallLevels(contact_id=contact_id, legs=legs, overlap_ms=20)
        for contact_id in contact_ids
    ]
    return node.Levels(at_us=at_us, calls=calls)


def counted(what: str) -> float:
    return REGISTRY.get_sample_value(f"sasayaki_media_level_watchers_{what}_total") or 0


async def seen(levels: Levels, who: Identity, what: node.Levels) -> pb.WatchLevelsResponse:
    with levels.watching(who) as watcher:
        levels.take(what)
        return await anext(watcher.seconds())


async def test_each_leg_has_its_role_and_user() -> None:
    async with levels_of(("con_1", "ten_1", "cli_acme")) as levels:
        shown = await seen(levels, SATO, second("con_1", at_us=1_763_000_000_000_000))
    assert shown.at.ToDatetime(tzinfo=UTC) == datetime.fromtimestamp(1_763_000_000, UTC)
    (call,) = shown.calls
    assert (call.contact_id, call.client_id, call.overlap_ms) == ("con_1", "cli_acme", 20)
    assert [(leg.role, leg.user_id, leg.level_dbfs, leg.speech_ms) for leg in call.legs] == [
        (pb.LEG_ROLE_CUSTOMER, "", -15.3, 1_000),
        (pb.LEG_ROLE_OPERATOR, "usr_mori", -96, 0),
        (pb.LEG_ROLE_SUPERVISOR, "usr_sato", -42.1, 40),
    ]


@pytest.mark.parametrize(
    ("who", "contacts"),
    [
        (SATO, ["con_1"]),
        (
            Identity("usr_abe", "ten_1", "manager", frozenset({"cli_acme", "cli_b"})),
            ["con_1", "con_2"],
        ),
        (Identity("usr_new", "ten_1", "supervisor"), []),
        (Identity("svc_monitoring", "ten_1", "service"), ["con_1", "con_2"]),
        (Identity("usr_xia", "ten_2", "manager", frozenset({"cli_acme"})), ["con_3"]),
    ],
    ids=["one client company", "two", "none", "a service", "another tenant"],
)
async def test_only_talks_of_the_own_tenant_and_client_companies_are_shown(
    who: Identity, contacts: list[str]
) -> None:
    talks = [
        ("con_1", "ten_1", "cli_acme"),
        ("con_2", "ten_1", "cli_b"),
        ("con_3", "ten_2", "cli_acme"),
    ]
    async with levels_of(*talks) as levels:
        shown = await seen(levels, who, second("con_1", "con_2", "con_3", "con_unknown"))
    assert [call.contact_id for call in shown.calls] == contacts


async def test_seconds_come_in_order_and_none_from_before_watching() -> None:
    async with levels_of(("con_1", "ten_1", "cli_acme")) as levels:
        levels.take(second("con_1", at_us=0))
        with levels.watching(SATO) as watcher:
            for number in (1, 2):
                levels.take(second("con_1", at_us=number * 1_000_000))
            seconds = watcher.seconds()
            shown = [(await anext(seconds)).at.seconds for _ in range(2)]
    assert shown == [1, 2]


async def test_a_slow_watcher_is_ended_and_counted_and_no_other() -> None:
    before = counted("slow")
    async with levels_of(("con_1", "ten_1", "cli_acme")) as levels:
        with levels.watching(SATO) as slow, levels.watching(SATO) as quick:
            quickly = quick.seconds()
            for _ in range(SECONDS_MOST + 2):
                levels.take(second("con_1"))
                await anext(quickly)
            with pytest.raises(Overloaded):
                await anext(slow.seconds())
            levels.take(second("con_1"))
            assert (await anext(quickly)).calls
    assert counted("slow") == before + 1


async def test_one_watcher_too_many_is_turned_away_and_counted() -> None:
    before = counted("refused")
    async with levels_of() as levels:
        with ExitStack() as watching:
            for _ in range(WATCHERS_MOST):
                watching.enter_context(levels.watching(SATO))
            with pytest.raises(Overloaded):
                watching.enter_context(levels.watching(SATO))
        with levels.watching(SATO):
            assert counted("refused") == before + 1
