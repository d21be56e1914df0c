"""Routing is killed with contacts in every state: nothing is lost, doubled or stuck."""

import asyncio
from collections import Counter
from functools import partial

from tests.component.routing.centre import Centre, again
from tests.harness.waiting import until

from sasayaki.media.v1 import media_service_pb2 as media_pb
from sasayaki.media.v1.call_events import LegEndReason
from sasayaki.routing.v1 import pool_events_pb2 as wire
from sasayaki.routing.v1.pool_events import (
    ContactAbandoned,
    ContactQueued,
    OfferAccepted,
    OfferLapsed,
    OfferMade,
    WrapUpStarted,
)
from sasayaki_routing.pool.state.states import Waiting

RINGS, TALKS, WRAPS, LATE = "usr_rings", "usr_talks", "usr_wraps", "usr_late"


def has_rung(centre: Centre, times: int) -> bool:
    return len(centre.media.all(media_pb.DialRequest)) >= times


async def busy(centre: Centre) -> None:
    """One contact rings, one talks, one is wrapped up, two wait."""
    for operator_id, contact_id in ((RINGS, "con_ring"), (TALKS, "con_talk"), (WRAPS, "con_wrap")):
        await centre.ready(operator_id, operator_id)
        assert await centre.queue(contact_id, operator_id)
        await centre.rings(contact_id, operator_id)
    await centre.put(LATE, "late")
    for contact_id in ("con_wait", "con_leave"):
        assert not await centre.queue(contact_id, "late")
    await centre.pick_up("con_talk", TALKS)
    await centre.pick_up("con_wrap", WRAPS)
    await centre.until({TALKS: "Talking", WRAPS: "Talking"})
    await centre.hang_up("con_wrap")
    await centre.until({RINGS: "Ringing", TALKS: "Talking", WRAPS: "WrappingUp", LATE: "Off"})


async def test_what_happened_while_routing_was_dead_counts_when_it_is_back(centre: Centre) -> None:
    async with centre.running() as routing:
        await busy(centre)
        routing.kill()
        await centre.pick_up("con_ring", RINGS)
        await centre.hang_up("con_talk")
        await centre.hang_up("con_leave")
        await centre.close_enquiry("con_wrap", WRAPS)
        await routing.start()
        pool = await centre.until({RINGS: "Talking", TALKS: "WrappingUp", WRAPS: "Ready"})
        assert isinstance(pool.contacts["con_wait"], Waiting)
        assert "con_leave" in pool.departed
        await centre.set_state(LATE, wire.OPERATOR_STATE_READY)
        await centre.rings("con_wait", LATE)
        await centre.hang_up("con_ring")
        await centre.hang_up("con_wait")
        pool = await centre.until({RINGS: "WrappingUp", LATE: "Ready"})
        assert not pool.contacts
    await nothing_is_lost_or_doubled(centre)


async def nothing_is_lost_or_doubled(centre: Centre) -> None:
    """Each contact was queued once and ended once; each offer was made and dialled once."""
    history = await centre.history()
    for record in history:
        assert record.correlation_id == getattr(record.data, "contact_id", None), record
    events = [record.data for record in history]
    queued = Counter(e.contact_id for e in events if isinstance(e, ContactQueued))
    ended = Counter(e.contact_id for e in events if isinstance(e, ContactAbandoned | WrapUpStarted))
    offers = Counter(e.offer_id for e in events if isinstance(e, OfferMade))
    accepted = Counter(e.offer_id for e in events if isinstance(e, OfferAccepted))
    assert set(queued.values()) == {1}
    assert ended == queued
    assert set(offers.values()) == {1}
    assert accepted <= offers
    dialled = Counter(
        (dial.contact_id, dial.operator_id) for dial in centre.media.all(media_pb.DialRequest)
    )
    made = Counter((e.contact_id, e.operator_id) for e in events if isinstance(e, OfferMade))
    assert dialled == made


async def test_routing_killed_again_and_again_under_load_loses_and_doubles_nothing(
    centre: Centre,
) -> None:
    contacts = [f"con_{number}" for number in range(30)]
    async with centre.running(WRAP_UP_MS_MAX="200") as routing:
        for number in range(5):
            await centre.ready(f"usr_{number}")

        async def customer(number: int, contact_id: str) -> None:
            """Waits, talks if somebody comes, leaves; asks again while routing is away."""
            await again(lambda: centre.queue(contact_id, request_id=f"queue-{number}"))
            if number % 3:
                await centre.pick_up(contact_id, await centre.rang(contact_id))
            await centre.hang_up(contact_id)

        async with asyncio.TaskGroup() as tasks:
            for number, contact_id in enumerate(contacts):
                tasks.create_task(customer(number, contact_id))
            for rung in (4, 8, 12):
                await until(partial(has_rung, centre, rung))
                routing.kill()
                await routing.start()
        await centre.until({f"usr_{number}": "Ready" for number in range(5)}, within_s=60)
        assert not (await centre.pool()).contacts
    await nothing_is_lost_or_doubled(centre)


async def test_a_phone_that_was_picked_up_while_routing_was_dead_talks_on_after_the_lapse(
    centre: Centre,
) -> None:
    async with centre.running(OFFER_WINDOW_MS="1000") as routing:
        await centre.ready(RINGS)
        await centre.ready(LATE)
        assert await centre.queue("con_1")
        await centre.rings("con_1", RINGS, ring_ms_max=2_000)
        routing.kill()
        await centre.pick_up("con_1", RINGS)
        await asyncio.sleep(1.1)
        await routing.start()
        await centre.until({RINGS: "Talking", LATE: "Ready"})
        hang_ups = centre.media.all(media_pb.HangUpRequest)
        assert all(hang_up.unless_picked_up for hang_up in hang_ups)
        await centre.hang_up("con_1")
        await centre.until({RINGS: "WrappingUp", LATE: "Ready"})
    events = [record.data for record in await centre.history()]
    assert [e.operator_id for e in events if isinstance(e, OfferLapsed)] == [RINGS]
    assert [e.operator_id for e in events if isinstance(e, OfferAccepted)] == [RINGS]


async def test_limits_that_passed_while_routing_was_dead_act_when_it_is_back(
    centre: Centre,
) -> None:
    async with centre.running(OFFER_WINDOW_MS="1000", WRAP_UP_MS_MAX="1000") as routing:
        await centre.ready(WRAPS, "wraps")
        assert await centre.queue("con_wrap", "wraps")
        await centre.rings("con_wrap", WRAPS, ring_ms_max=2_000)
        await centre.pick_up("con_wrap", WRAPS)
        await centre.until({WRAPS: "Talking"})
        await centre.ready(RINGS, "rings")
        assert await centre.queue("con_ring", "rings")
        await centre.hang_up("con_wrap")
        await centre.until({WRAPS: "WrappingUp", RINGS: "Ringing"})
        routing.kill()
        await asyncio.sleep(1.1)
        await routing.start()
        pool = await centre.until({WRAPS: "Ready", RINGS: "Away"})
        assert isinstance(pool.contacts["con_ring"], Waiting)


async def test_a_leg_that_was_cut_in_the_talk_sends_the_contact_to_the_next_operator(
    centre: Centre,
) -> None:
    async with centre.running():
        await centre.ready(RINGS)
        assert await centre.queue("con_1")
        await centre.rings("con_1", RINGS)
        await centre.pick_up("con_1", RINGS)
        await centre.until({RINGS: "Talking"})
        await centre.ready(LATE)
        await centre.leg_ends("con_1", RINGS, LegEndReason.RELEASED)
        await centre.until({RINGS: "Away", LATE: "Ringing"})
        await centre.rings("con_1", LATE)
