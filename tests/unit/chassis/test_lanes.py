"""Work keeps its order within a lane; lanes do not wait for one another."""

import asyncio

from prometheus_client import CollectorRegistry, Counter

from sasayaki_chassis.lanes import Lanes

FULL = Counter("full", "Of these tests.", registry=CollectorRegistry())


async def test_a_lane_keeps_its_order() -> None:
    done: list[int] = []

    async def work(piece: int) -> None:
        await asyncio.sleep(0)
        done.append(piece)

    async with asyncio.TaskGroup() as tasks:
        lanes = Lanes(tasks, work, most=10, full=FULL)
        for piece in range(50):
            await lanes.put("one", piece)
    assert done == list(range(50))


async def test_a_lane_that_waits_holds_up_no_other() -> None:
    gate, done = asyncio.Event(), []

    async def work(piece: str) -> None:
        if piece == "slow":
            await gate.wait()
        else:
            gate.set()
        done.append(piece)

    async with asyncio.TaskGroup() as tasks:
        lanes = Lanes(tasks, work, most=10, full=FULL)
        await lanes.put("one", "slow")
        await lanes.put("two", "quick")
    assert done == ["quick", "slow"]


async def test_no_more_is_taken_than_may_be_under_way() -> None:
    gate, entered = asyncio.Event(), asyncio.Event()

    async def work(piece: int) -> None:
        entered.set()
        await gate.wait()

    async with asyncio.TaskGroup() as tasks:
        lanes = Lanes(tasks, work, most=2, full=FULL)
        await lanes.put("one", 1)
        await lanes.put("two", 2)
        third = asyncio.ensure_future(lanes.put("three", 3))
        await entered.wait()
        assert not third.done()
        gate.set()
        await third
