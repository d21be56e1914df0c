"""Desks: the present state at once, then every change, and nobody is waited for for ever."""

from datetime import timedelta

import pytest
from tests.harness.records import recorded
from tests.harness.specification import NOON

from sasayaki.event import Event
from sasayaki.routing.v1.pool_events import (
    ContactQueued,
    OfferAccepted,
    OfferKind,
    OfferLapsed,
    OfferMade,
    OperatorPut,
    OperatorReleased,
    OperatorState,
    OperatorStateSet,
    ReleaseReason,
    WrapUpStarted,
)
from sasayaki_chassis.owner import Overloaded
from sasayaki_routing.desk import desk
from sasayaki_routing.desk.desk import CHANGES_MOST, Desk, Desks, Watcher

MORI = "usr_mori"
CONTACT = OfferKind.CONTACT
LIMIT = NOON + timedelta(seconds=20)
WHO = {"contact_id": "con_1", "operator_id": MORI}
PUT = OperatorPut(
    operator_id=MORI, team_id="", skills=(), client_ids=("cli_acme",), skill_levels=()
)
QUEUED = ContactQueued(
    contact_id="con_1",
    client_id="cli_acme",
    queue_id="que_1",
    required_skills=(),
    priority=0,
    queued_at=NOON,
)
MADE = OfferMade(offer_id="ofr_1_1", **WHO, respond_by=LIMIT, idle_ms=0, skipped=(), considered=())


def state_set(state: OperatorState, reason: str = "") -> OperatorStateSet:
    return OperatorStateSet(operator_id=MORI, state=state, reason=reason, since=NOON)


RINGING = (PUT, state_set(OperatorState.READY), QUEUED, MADE)
TALKING = (*RINGING, OfferAccepted(offer_id="ofr_1_1", **WHO, waited_ms=3_000))
WRAPPING_UP = (*TALKING, WrapUpStarted(**WHO, release_by=LIMIT, since=NOON))


def desks_after(*events: Event) -> Desks:
    desks = Desks()
    tell(desks, *events)
    return desks


def tell(desks: Desks, *events: Event) -> None:
    for event in events:
        desks.fold(recorded("pool_demo", event))


async def seen(watcher: Watcher, count: int) -> list[Desk]:
    changes = watcher.changes()
    return [await anext(changes) for _ in range(count)]


async def shown(*events: Event) -> Desk:
    with desks_after(*events).watch("pool_demo", MORI) as watcher:
        return (await seen(watcher, 1))[0]


async def test_the_present_state_is_shown_at_once() -> None:
    assert await shown(PUT) == Desk(MORI, OperatorState.OFF)


async def test_an_operator_whom_nobody_put_is_off() -> None:
    assert await shown() == Desk(MORI, OperatorState.OFF)


async def test_an_absence_shows_its_reason() -> None:
    away = state_set(OperatorState.AWAY, "lunch")
    assert await shown(PUT, away) == Desk(MORI, OperatorState.AWAY, NOON, reason="lunch")


async def test_a_ringing_desk_shows_the_contact_and_until_when() -> None:
    assert await shown(*RINGING) == Desk(
        MORI, OperatorState.RINGING, NOON, "con_1", LIMIT, kind=CONTACT
    )


async def test_a_talking_desk_shows_since_when() -> None:
    since = NOON + timedelta(seconds=3)
    assert await shown(*TALKING) == Desk(MORI, OperatorState.TALKING, since, "con_1", kind=CONTACT)


async def test_a_desk_in_wrap_up_shows_by_when_to_finish() -> None:
    assert await shown(*WRAPPING_UP) == Desk(MORI, OperatorState.WRAP_UP, NOON, "con_1", LIMIT)


async def test_every_change_is_shown_in_order() -> None:
    desks = desks_after(PUT)
    with desks.watch("pool_demo", MORI) as watcher:
        tell(desks, *WRAPPING_UP[1:])
        released = OperatorReleased(**WHO, reason=ReleaseReason.COMPLETED, since=LIMIT)
        tell(desks, released)
        states = [change.state.name for change in await seen(watcher, 6)]
    assert states == ["OFF", "READY", "RINGING", "TALKING", "WRAP_UP", "READY"]


async def test_a_missed_offer_shows_as_an_absence() -> None:
    missed = await shown(*RINGING, OfferLapsed(offer_id="ofr_1_1", **WHO))
    assert missed == Desk(MORI, OperatorState.AWAY, LIMIT, reason="missed")


async def test_what_changes_nothing_on_a_desk_is_not_shown_there() -> None:
    desks = desks_after(PUT)
    with desks.watch("pool_demo", MORI) as watcher:
        tell(desks, QUEUED, PUT, state_set(OperatorState.READY))
        states = [change.state.name for change in await seen(watcher, 2)]
    assert states == ["OFF", "READY"]


async def test_nobody_sees_another_pools_desk() -> None:
    desks = desks_after(PUT)
    with desks.watch("pool_other", MORI) as watcher:
        tell(desks, state_set(OperatorState.READY))
        desks.fold(recorded("pool_other", PUT))
        desks.fold(recorded("pool_other", state_set(OperatorState.AWAY, "lunch")))
        states = [change.state.name for change in await seen(watcher, 2)]
    assert states == ["OFF", "AWAY"]


async def test_a_watcher_who_is_too_slow_is_ended() -> None:
    desks = desks_after(PUT)
    with desks.watch("pool_demo", MORI) as watcher:
        for number in range(CHANGES_MOST + 1):
            tell(desks, state_set(OperatorState.AWAY, f"reason {number}"))
        with pytest.raises(Overloaded):
            await seen(watcher, 1)


async def test_too_many_watchers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "WATCHERS_MOST", 1)
    desks = desks_after(PUT)
    with desks.watch("pool_demo", MORI):
        with pytest.raises(Overloaded), desks.watch("pool_demo", MORI):
            raise AssertionError("unreachable")
    with desks.watch("pool_demo", MORI) as watcher:
        assert await seen(watcher, 1) == [Desk(MORI, OperatorState.OFF)]
