"""Alerts and the live floor over gRPC and Kafka: who is told when, and exactly one comes."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack

import grpc
import grpc.aio
from tests.component.monitoring.gallery import ITO, LISTEN, SATO, Gallery, bearer, refused
from tests.component.monitoring.wall import (
    OPEN,
    POOL_ID,
    Wall,
    cancel,
    claim,
    give_reason,
    operator,
    press,
    put_operator,
    resolve,
    set_ladder,
    watching,
)
from tests.harness.specification import NOON

from sasayaki.monitoring.v1 import alert_events_pb2 as wire
from sasayaki.monitoring.v1 import floor_pb2
from sasayaki.monitoring.v1 import monitoring_service_pb2 as pb
from sasayaki.routing.v1.pool_events import ContactQueued, OperatorState, OperatorStateSet

DENIED = grpc.StatusCode.PERMISSION_DENIED
INVALID = grpc.StatusCode.INVALID_ARGUMENT
NOT_FOUND = grpc.StatusCode.NOT_FOUND
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
ALERTS = 40
SUPERVISORS = 10
QUICK = {"ALERT_ALL_AFTER_S": "1.0", "ALERT_MANAGERS_AFTER_S": "2.0"}


async def talking(gallery: Gallery, *contacts: str) -> None:
    """Operators of team tem_1, `usr_<contact>` each, talk."""
    for contact_id in contacts:
        await put_operator(gallery, f"usr_{contact_id}")
        await gallery.talks(contact_id)


async def test_an_alert_is_claimed_by_one_resolved_and_its_reason_told_afterwards(
    gallery: Gallery,
) -> None:
    async with gallery.running(), watching(gallery) as wall:
        await talking(gallery, "con_1")
        await wall.sees_talk("con_1")
        alert = await press(gallery, "usr_con_1")
        await wall.sees_alert(
            alert, state=OPEN, level=wire.ALERT_LEVEL_TEAM, contact_id="con_1", team_id="tem_1"
        )
        assert await claim(gallery, alert) == "con_1"
        assert await claim(gallery, alert) == "con_1"
        async with refused(PRECONDITION, "ALREADY_CLAIMED", says=SATO):
            await claim(gallery, alert, ITO)
        await wall.sees_alert(alert, state=floor_pb2.FLOOR_ALERT_STATE_CLAIMED, supervisor_id=SATO)
        await resolve(gallery, alert)
        await wall.sees_alert(alert, state=floor_pb2.FLOOR_ALERT_STATE_RESOLVED)
        await give_reason(gallery, alert, "usr_con_1")


async def test_a_second_press_is_the_same_alert_until_it_is_over(gallery: Gallery) -> None:
    async with gallery.running(), watching(gallery) as wall:
        await talking(gallery, "con_1")
        await wall.sees_talk("con_1")
        presses = (press(gallery, "usr_con_1") for _ in range(10))
        ids = set(await asyncio.gather(*presses))
        assert len(ids) == 1
        (first,) = ids
        await cancel(gallery, first, "usr_con_1")
        second = await press(gallery, "usr_con_1", request_id="again")
        assert second != first
        await cancel(gallery, second, "usr_con_1")
        assert await press(gallery, "usr_con_1", request_id="again") == second
        await wall.sees_alert(second, state=floor_pb2.FLOOR_ALERT_STATE_CANCELLED)
        assert len({alert.alert_id for alert in wall.alerts()}) == 2


async def test_an_alert_goes_to_the_team_then_to_all_then_to_managers(gallery: Gallery) -> None:
    async with (
        gallery.running(**QUICK),
        watching(gallery, SATO, team="tem_1") as team,
        watching(gallery, ITO, team="tem_2") as others,
        watching(gallery, "usr_chief", role="manager", team="tem_1") as manager,
    ):
        await talking(gallery, "con_1")
        await team.sees_talk("con_1")
        alert = await press(gallery, "usr_con_1")
        await manager.sees_alert(alert, level=wire.ALERT_LEVEL_MANAGERS)
        await others.sees_alert(alert, level=wire.ALERT_LEVEL_MANAGERS)
        await team.sees_alert(alert, level=wire.ALERT_LEVEL_MANAGERS)
        levels = [[row.level for row in wall.alerts(alert)] for wall in (team, others, manager)]
        assert levels == [[1, 2, 3], [2, 3], [3]]


async def test_without_a_watching_supervisor_of_the_team_all_are_told_at_once(
    gallery: Gallery,
) -> None:
    async with gallery.running(), watching(gallery, ITO, team="tem_2") as others:
        await talking(gallery, "con_1", "con_2")
        await others.sees_talk("con_2")
        first = await press(gallery, "usr_con_1")
        await others.sees_alert(first, level=wire.ALERT_LEVEL_ALL)
    async with gallery.running(), watching(gallery, "usr_chief", role="manager") as manager:
        assert not manager.alerts()
        second = await press(gallery, "usr_con_2")
        await manager.sees_alert(second, level=wire.ALERT_LEVEL_MANAGERS)


async def test_each_client_company_has_a_ladder_of_its_own(gallery: Gallery) -> None:
    clients = ["cli_acme", "cli_other"]
    async with (
        gallery.running() as monitoring,
        watching(gallery, clients=clients) as before,
    ):
        await set_ladder(gallery, "cli_acme", 1_000, 1_500)
        await set_ladder(gallery, "cli_other", 1_000, 1_000, tenant="out_other")
        async with refused(PRECONDITION, "LADDER_BROKEN"):
            await set_ladder(gallery, "cli_other", 2_000, 1_000)
        async with refused(INVALID, says="all_after_ms:"):
            await set_ladder(gallery, "cli_other", 0, 1_000)
        async with refused(DENIED):
            await set_ladder(gallery, "cli_acme", 1_000, 1_000, role="supervisor")
        await talking(gallery, "con_1")
        await put_operator(gallery, "usr_con_2")
        await gallery.talks("con_2", client_id="cli_other")
        await before.sees_talk("con_2")
        monitoring.kill()
        await monitoring.start()
        async with watching(gallery, clients=clients) as wall:
            other = await press(gallery, "usr_con_2")
            own = await press(gallery, "usr_con_1")
            await wall.sees_alert(own, level=wire.ALERT_LEVEL_MANAGERS)
            assert [row.level for row in wall.alerts(other)] == [wire.ALERT_LEVEL_TEAM]


async def test_an_alert_ends_with_its_call_and_is_told_to_everybody_who_saw_it(
    gallery: Gallery,
) -> None:
    async with gallery.running(), watching(gallery) as wall:
        await talking(gallery, "con_1", "con_2")
        await wall.sees_talk("con_2")
        unclaimed, claimed = await press(gallery, "usr_con_1"), await press(gallery, "usr_con_2")
        await claim(gallery, claimed)
        await gallery.ends("con_1")
        await gallery.ends("con_2")
        for alert in (unclaimed, claimed):
            await wall.sees_alert(alert, state=floor_pb2.FLOOR_ALERT_STATE_ENDED)
        async with refused(PRECONDITION, "ALERT_OVER"):
            await claim(gallery, unclaimed)
        await resolve(gallery, claimed)
        async with refused(PRECONDITION, "NO_CALL"):
            await press(gallery, "usr_con_1")


async def test_the_floor_shows_who_talks_is_heard_waits_and_works(gallery: Gallery) -> None:
    async with gallery.running():
        async with watching(gallery) as first:
            await talking(gallery, "con_1")
            await first.sees_talk("con_1")
            supervision = await gallery.start("con_1")
            away = OperatorStateSet(
                operator_id="usr_con_1", state=OperatorState.AWAY, reason="lunch", since=NOON
            )
            queued = ContactQueued(
                contact_id="con_2",
                client_id="cli_acme",
                queue_id="que_claims",
                required_skills=(),
                priority=3,
                queued_at=NOON,
            )
            await gallery.pool.tell(POOL_ID, away, queued)
            alert = await press(gallery, "usr_con_1")
            await first.sees_alert(alert)
            await first.sees(lambda row: row.supervision.supervision_id == supervision)
            await first.sees(lambda row: row.waiting.contact_id == "con_2")
            await first.sees(lambda row: row.operator.state == floor_pb2.FLOOR_OPERATOR_STATE_AWAY)
        async with watching(gallery, ITO) as second:
            # The queue's figures are reckoned once a second: they may be there or not yet.
            kinds = {str(row.WhichOneof("row")) for row in second.present} - {"queue"}
            assert kinds == {"alert", "operator", "supervision", "talk", "waiting"}
            heard = next(r.supervision for r in second.present if r.HasField("supervision"))
            assert (heard.supervisor_id, heard.operator_id) == (SATO, "usr_con_1")
            assert heard.mode == LISTEN
            await gallery.ends("con_1")
            await second.sees(lambda row: row.gone.talk == "con_1")
            await second.sees(lambda row: row.gone.supervision == supervision)


async def test_nobody_sees_or_moves_what_is_not_theirs(gallery: Gallery) -> None:
    async with (
        gallery.running(),
        watching(gallery) as own,
        watching(gallery, ITO, tenant="out_other") as other_tenant,
        watching(gallery, ITO, clients=["cli_other"]) as other_client,
    ):
        await talking(gallery, "con_1")
        await own.sees_talk("con_1")
        alert = await press(gallery, "usr_con_1")
        await own.sees_alert(alert)
        async with refused(NOT_FOUND, "UNKNOWN_ALERT"):
            await claim(gallery, alert, ITO, tenant="out_other")
        async with refused(DENIED, "NOT_PERMITTED"):
            await claim(gallery, alert, ITO, clients=["cli_other"])
        async with refused(DENIED, "NOT_YOURS"):
            await cancel(gallery, alert, "usr_kato")
        async with refused(PRECONDITION, "NOT_CLAIMED"):
            await resolve(gallery, alert)
        async with refused(DENIED):
            await claim(gallery, alert, "usr_con_1", role="operator")
        async with refused(DENIED), watching(gallery, "usr_con_1", role="operator"):
            pass
        async with refused(PRECONDITION, "NO_CALL"):
            await press(gallery, "usr_con_1", tenant="out_other")
        assert not other_tenant.rows
        assert not other_client.rows


async def test_a_bad_request_names_its_field(gallery: Gallery) -> None:
    async with gallery.running():
        ask = gallery.monitoring
        async with refused(INVALID, says="request_id:"):
            await ask.RaiseAlert(pb.RaiseAlertRequest(), metadata=operator("usr_1"))
        async with refused(INVALID, says="alert_id:"):
            await ask.ClaimAlert(
                pb.ClaimAlertRequest(request_id="a", alert_id="con_1"), metadata=bearer()
            )
        async with refused(INVALID, says="outcome:"):
            await ask.ResolveAlert(
                pb.ResolveAlertRequest(request_id="a", alert_id="alt_1"), metadata=bearer()
            )
        async with refused(INVALID, says="reason:"):
            await ask.GiveAlertReason(
                pb.GiveAlertReasonRequest(request_id="a", alert_id="alt_1"),
                metadata=operator("usr_1"),
            )


async def test_of_20_supervisors_who_claim_at_once_one_gets_it(gallery: Gallery) -> None:
    async with gallery.running(), watching(gallery) as wall:
        await talking(gallery, "con_1")
        await wall.sees_talk("con_1")
        alert = await press(gallery, "usr_con_1")
        claims = (claim(gallery, alert, f"usr_{number}") for number in range(20))
        answers = await asyncio.gather(*claims, return_exceptions=True)
        lost = [answer for answer in answers if isinstance(answer, grpc.aio.AioRpcError)]
        assert len(lost) == 19
        await wall.sees_alert(alert, state=floor_pb2.FLOOR_ALERT_STATE_CLAIMED)
        winner = wall.alerts(alert)[-1].supervisor_id
        assert all(winner in (answer.details() or "") for answer in lost)


async def test_every_watching_supervisor_of_the_team_is_told_at_once(
    gallery: Gallery, record_property: Callable[[str, object], None]
) -> None:
    contacts = [f"con_{number}" for number in range(ALERTS)]
    async with gallery.running(), AsyncExitStack() as stack:
        walls: list[Wall] = [
            await stack.enter_async_context(watching(gallery, f"usr_{number}"))
            for number in range(SUPERVISORS)
        ]
        await talking(gallery, *contacts)
        for contact_id in contacts:
            await walls[0].sees_talk(contact_id)
        took_ms = []
        for contact_id in contacts:
            pressed_at = time.perf_counter()
            alert = await press(gallery, f"usr_{contact_id}")
            for wall in walls:
                await wall.sees_alert(alert)
                took_ms.append((wall.seen_at(alert) - pressed_at) * 1000)
    took_ms.sort()
    p50, p95 = took_ms[len(took_ms) // 2], took_ms[round(len(took_ms) * 0.95) - 1]
    record_property("alert_to_stream_ms", {"p50": p50, "p95": p95, "n": len(took_ms)})
    assert p95 <= 1_000, took_ms


async def test_an_open_alert_survives_the_death_of_monitoring_and_climbs_on(
    gallery: Gallery,
) -> None:
    ladder = {"ALERT_ALL_AFTER_S": "1.0", "ALERT_MANAGERS_AFTER_S": "600"}
    async with gallery.running(**ladder) as monitoring:
        await talking(gallery, "con_1", "con_2")
        async with watching(gallery) as before:
            await before.sees_talk("con_2")
            alert, claimed = await press(gallery, "usr_con_1"), await press(gallery, "usr_con_2")
            await claim(gallery, claimed)
            await before.sees_alert(claimed, state=floor_pb2.FLOOR_ALERT_STATE_CLAIMED)
            monitoring.kill()
        await monitoring.start()
        async with watching(gallery, ITO, team="tem_2") as others:
            await others.sees_alert(alert, state=OPEN, level=wire.ALERT_LEVEL_ALL)
            assert await press(gallery, "usr_con_1") == alert
            async with refused(PRECONDITION, "ALREADY_CLAIMED", says=SATO):
                await claim(gallery, claimed, ITO)
            await claim(gallery, alert, ITO)
            await gallery.ends("con_1")
            await others.sees_alert(alert, state=floor_pb2.FLOOR_ALERT_STATE_ENDED)
            await resolve(gallery, alert, ITO)
