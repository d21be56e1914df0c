"""Operators' rows tell by what they can be reached, while media tells it."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator

import pytest
from google.protobuf.message import Message
from tests.harness.records import recorded
from tests.harness.specification import NOON

from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1 import phone_reach_pb2 as reach
from sasayaki.routing.v1.pool_events import OperatorPut, OperatorState, OperatorStateSet
from sasayaki_chassis.identity import Identity
from sasayaki_chassis.owner import Unavailable
from sasayaki_chassis.peers import Rejected
from sasayaki_monitoring.floor.reach import FollowReach
from sasayaki_monitoring.floor.view import FloorView
from sasayaki_monitoring.floor.watchers import Watchers

MORI, ABE, SEATS = "usr_mori", "usr_abe", 1_100
SHIFT, COPY_BYTES = 5_000, 100_000
"""Seats of a large centre, and less than a copy of what is known of them takes."""
SATO = Identity("usr_sato", "out_demo", "supervisor", frozenset(("cli_acme",)), "tem_1")
BROWSER, SIP, NONE = reach.PHONE_REACH_BROWSER, reach.PHONE_REACH_SIP, reach.PHONE_REACH_NONE


class Seat(str):
    """A user id that counts how often it is looked up, in whatever it is a key of."""

    looked_up = 0

    def __hash__(self) -> int:
        Seat.looked_up += 1
        return super().__hash__()


class Media:
    """Tells what a test says, looks at the floor after each message, and then fails so."""

    def __init__(self, floor: "Watched", end: Exception, *told: dict[str, int]) -> None:
        self._floor = floor
        self._end = end
        self._told = told
        self.seen: list[dict[str, int]] = []

    async def watch(self, request: Message) -> AsyncIterator[Message]:
        for told in self._told:
            people = [media.PersonReach(user_id=u, reach=how) for u, how in told.items()]  # type: ignore[arg-type]  # a plain number
            yield media.WatchPhonesResponse(tenant_id="out_demo", people=people)
            self.seen.append(self._floor.phones())
        raise self._end


class Watched:
    """A floor with operators, and what one supervisor has been shown of it."""

    def __init__(self, *operator_ids: str) -> None:
        self.view = FloorView(Watchers())
        for operator_id in operator_ids:
            self.put(operator_id)

    def put(self, operator_id: str) -> None:
        put = OperatorPut(
            operator_id=operator_id,
            team_id="tem_1",
            skills=(),
            client_ids=("cli_acme",),
            skill_levels=(),
        )
        self.view.fold(recorded("pool", put))

    def phones(self) -> dict[str, int]:
        with self.view.watch(SATO) as watcher:
            rows = [row.operator for row in watcher._present]
        return {row.operator_id: row.phone for row in rows}


@pytest.fixture
def floor() -> Watched:
    return Watched(MORI, ABE)


async def followed(floor: Watched, *told: dict[str, int]) -> list[dict[str, int]]:
    peer = Media(floor, Unavailable("media is away"), *told)
    await FollowReach(peer, floor.view).follow()
    return peer.seen


async def test_the_first_message_says_of_everybody_and_the_next_ones_what_changed(
    floor: Watched,
) -> None:
    assert await followed(floor, {MORI: BROWSER}, {ABE: SIP}, {MORI: NONE}) == [
        {MORI: BROWSER, ABE: NONE},
        {MORI: BROWSER, ABE: SIP},
        {MORI: NONE, ABE: SIP},
    ]


@pytest.mark.parametrize("end", [Unavailable("away"), Rejected("UNIMPLEMENTED", "older")])
async def test_nobody_knows_while_media_does_not_tell(floor: Watched, end: Exception) -> None:
    await FollowReach(Media(floor, end, {MORI: BROWSER}), floor.view).follow()
    assert floor.phones() == {MORI: 0, ABE: 0}
    await FollowReach(Media(floor, end), floor.view).follow()
    assert floor.phones() == {MORI: 0, ABE: 0}


async def test_a_row_that_changes_otherwise_keeps_the_phone_and_new_operators_have_theirs(
    floor: Watched,
) -> None:
    floor.view.reached("out_demo", {MORI: BROWSER, "usr_new": SIP}, whole=True)
    ready = OperatorStateSet(operator_id=MORI, state=OperatorState.READY, since=NOON)
    floor.view.fold(recorded("pool", ready))
    floor.put("usr_new")
    phones = floor.phones()
    assert (phones[MORI], phones["usr_new"]) == (BROWSER, SIP)


async def test_only_whose_phone_is_another_is_shown_anew(floor: Watched) -> None:
    assert floor.view.reached("out_demo", {MORI: BROWSER}, whole=True) == [MORI, ABE]
    assert floor.view.reached("out_demo", {MORI: BROWSER}, whole=False) == []
    assert floor.view.reached("out_demo", {ABE: SIP}, whole=False) == [ABE]
    assert floor.view.reached("out_other", {MORI: SIP}, whole=True) == []


@pytest.mark.parametrize("how", [SIP, NONE])
async def test_a_registration_costs_what_it_names_and_not_what_the_floor_has(how: int) -> None:
    seats = [Seat(f"usr_{number}") for number in range(SHIFT)]
    floor = Watched(*seats)
    floor.view.reached("out_demo", dict.fromkeys(seats, BROWSER), whole=True)
    before = Seat.looked_up
    tracemalloc.start()

    shown = floor.view.reached("out_demo", {seats[7]: how}, whole=False)  # type: ignore[dict-item]  # a plain number

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert shown == [seats[7]]
    assert Seat.looked_up - before < 10
    assert peak < COPY_BYTES


async def test_a_change_of_a_floor_that_nobody_told_of_is_all_that_is_known_of_it(
    floor: Watched,
) -> None:
    assert floor.view.reached("out_demo", {MORI: BROWSER}, whole=False) == [MORI, ABE]


async def test_a_watcher_keeps_up_when_every_seat_of_a_large_floor_is_told_at_once() -> None:
    floor = Watched(*(f"usr_{number}" for number in range(SEATS)))
    everybody = {f"usr_{number}": BROWSER for number in range(SEATS)}
    with floor.view.watch(SATO) as watcher:
        changes = watcher.changes()
        await anext(changes)
        peer = Media(floor, Unavailable("away"), everybody)

        async def read() -> int:
            told = [(await anext(changes))[0].operator.phone for _ in range(2 * SEATS)]
            return told.count(BROWSER)

        async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(read())
            tasks.create_task(FollowReach(peer, floor.view).follow())
    assert reading.result() == SEATS
