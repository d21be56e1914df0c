"""The floor's watchers: each sees what is theirs, in order, and alerts as their level says."""

import pytest

from sasayaki.monitoring.v1 import floor_pb2 as wire
from sasayaki.monitoring.v1.alert_events import AlertLevel
from sasayaki_chassis.identity import Identity
from sasayaki_chassis.owner import Overloaded
from sasayaki_monitoring.floor import watchers as module
from sasayaki_monitoring.floor.rows import Audience, Part, Row
from sasayaki_monitoring.floor.watchers import CHANGES_MOST, Watcher, Watchers


def who(user_id: str = "usr_sato", role: str = "supervisor", **other: str) -> Identity:
    return Identity(
        user_id=user_id,
        tenant_id=other.get("tenant", "out_demo"),
        role=role,
        clients=frozenset((other.get("client", "cli_acme"),)),
        team=other.get("team", "tem_1"),
    )


def row(contact_id: str = "con_1", audience: Audience | None = None) -> Row:
    shown = wire.FloorRow(talk=wire.FloorTalk(contact_id=contact_id))
    return Row("out_demo", frozenset(("cli_acme",)), shown, audience)


async def first(watcher: Watcher, number: int) -> list[str]:
    """The contacts of the first rows beyond the present floor."""
    found: list[str] = []
    async for rows in watcher.changes():
        found += [each.talk.contact_id for each in rows]
        if len(found) >= number:
            return found
    raise AssertionError("the changes ended")


async def test_a_watcher_sees_the_present_floor_and_then_every_change_in_order() -> None:
    watchers = Watchers()
    with watchers.watching(who(), [row("con_1")]) as watcher:
        for contact_id in ("con_2", "con_3"):
            watchers.show(row(contact_id))
        assert await first(watcher, 3) == ["con_1", "con_2", "con_3"]
    assert not len(watchers)


@pytest.mark.parametrize("stranger", [who(tenant="out_other"), who(client="cli_other")])
def test_nobody_sees_another_tenants_or_client_companys_rows(stranger: Identity) -> None:
    assert row().is_for(who())
    assert not row().is_for(stranger)


@pytest.mark.parametrize(
    ("level", "told"),
    [
        (AlertLevel.TEAM, {"usr_own"}),
        (AlertLevel.ALL, {"usr_own", "usr_other"}),
        (AlertLevel.MANAGERS, {"usr_own", "usr_other", "usr_chief"}),
    ],
)
def test_each_level_includes_those_before_it(level: AlertLevel, told: set[str]) -> None:
    everybody = [who("usr_own"), who("usr_other", team="tem_2"), who("usr_chief", "manager")]
    alert = row(audience=Audience(level, "tem_1"))
    assert {each.user_id for each in everybody if alert.is_for(each)} == told


def test_whoever_claimed_an_alert_goes_on_seeing_it() -> None:
    alert = row(audience=Audience(AlertLevel.TEAM, "tem_1", "usr_chief"))
    assert alert.is_for(who("usr_chief", "manager"))


@pytest.mark.parametrize(
    ("watching", "level"),
    [
        ([who(team="tem_2"), who(team="tem_1")], AlertLevel.TEAM),
        ([who(team="tem_2"), who("usr_chief", "manager")], AlertLevel.ALL),
        ([who("usr_chief", "manager")], AlertLevel.MANAGERS),
        ([who(client="cli_other"), who(tenant="out_other")], AlertLevel.MANAGERS),
        ([], AlertLevel.MANAGERS),
    ],
)
def test_an_alert_starts_with_the_fewest_of_whom_somebody_watches(
    watching: list[Identity], level: AlertLevel
) -> None:
    watchers = Watchers()
    contexts = [watchers.watching(each, []) for each in watching]
    for context in contexts:
        context.__enter__()
    assert watchers.first_level("out_demo", "cli_acme", "tem_1") is level


def test_an_operator_without_a_team_calls_all() -> None:
    watchers = Watchers()
    with watchers.watching(who(team=""), []):
        assert watchers.first_level("out_demo", "cli_acme", "") is AlertLevel.ALL


async def test_a_watcher_who_does_not_keep_up_is_ended_and_the_others_are_not() -> None:
    watchers = Watchers()
    before = module.SLOW._value.get()
    with watchers.watching(who(), []) as slow:
        for number in range(CHANGES_MOST + 1):
            watchers.show(row(f"con_{number}"))
        with watchers.watching(who(), []) as quick:
            watchers.show(row("con_last"))
            assert await first(quick, 1) == ["con_last"]
        with pytest.raises(Overloaded):
            await first(slow, CHANGES_MOST + 1)
    assert module.SLOW._value.get() == before + 1


def test_no_more_watch_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WATCHERS_MOST", 1)
    watchers = Watchers()
    with (
        watchers.watching(who(), []),
        pytest.raises(Overloaded),
        watchers.watching(who("usr_ito"), []),
    ):
        pass


def alert(level: AlertLevel = AlertLevel.MANAGERS) -> Row:
    shown = wire.FloorRow(alert=wire.FloorAlert(alert_id="alt_1"))
    return Row("out_demo", frozenset(("cli_acme",)), shown, Audience(level, "tem_1"))


FLOOR = {
    kind: Row("out_demo", frozenset(("cli_acme",)), shown)
    for kind, shown in {
        "talk": wire.FloorRow(talk=wire.FloorTalk()),
        "supervision": wire.FloorRow(supervision=wire.FloorSupervision()),
        "operator": wire.FloorRow(operator=wire.FloorOperator()),
        "waiting": wire.FloorRow(waiting=wire.FloorWaiting()),
        "queue": wire.FloorRow(queue=wire.FloorQueue()),
        "follow_up": wire.FloorRow(follow_up=wire.FloorFollowUp()),
        "gone talk": wire.FloorRow(gone=wire.FloorGone(talk="con_1")),
        "gone waiting": wire.FloorRow(gone=wire.FloorGone(waiting="con_1")),
    }.items()
}


async def seen(person: Identity, part: Part) -> set[str]:
    """What is there at the start, of a floor with one row of each kind; later ones the same."""
    rows = {**FLOOR, "alert": alert()}
    watchers = Watchers()
    with watchers.watching(person, rows.values(), part) as watcher:
        async for present in watcher.changes():
            found = {kind for kind, row in rows.items() if row.shown in present}
            break
    with watchers.watching(person, [], part) as later:
        for row in rows.values():
            watchers.show(row)
        assert later._changes.qsize() == len(found)
    return found


async def test_alerts_are_a_part_of_their_own_and_the_rest_is_the_other() -> None:
    assert await seen(who(), Part.EVERY) == {*FLOOR, "alert"}
    assert await seen(who(), Part.ALERTS) == {"alert"}
    assert await seen(who(), Part.SHARED) == set(FLOOR)


async def test_a_client_company_sees_its_queues_and_nothing_of_the_people() -> None:
    queues = {"waiting", "queue", "gone waiting"}
    for part in (Part.EVERY, Part.SHARED):
        assert await seen(who(role="client", team=""), part) == queues
    assert await seen(who(role="client", client="cli_other"), Part.EVERY) == set()


@pytest.mark.parametrize(
    ("person", "part", "level"),
    [
        (who(), Part.ALERTS, AlertLevel.TEAM),
        (who(), Part.SHARED, AlertLevel.MANAGERS),
        (who(role="client"), Part.EVERY, AlertLevel.MANAGERS),
    ],
)
def test_only_a_person_who_is_shown_alerts_is_one_who_watches(
    person: Identity, part: Part, level: AlertLevel
) -> None:
    watchers = Watchers()
    with watchers.watching(person, [], part):
        assert watchers.first_level("out_demo", "cli_acme", "tem_1") is level
