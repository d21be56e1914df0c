"""The floor in parts: alerts to persons, the rest to be shared, a client company's own queues."""

import grpc
from tests.component.monitoring.gallery import ITO, SATO, Gallery, bearer, refused
from tests.component.monitoring.wall import POOL_ID, Wall, press, put_operator, watching
from tests.harness.specification import NOON
from tests.harness.waiting import until

from sasayaki.media.v1 import phone_reach_pb2 as reach
from sasayaki.monitoring.v1 import alert_events_pb2 as wire
from sasayaki.monitoring.v1 import monitoring_service_pb2 as pb
from sasayaki.routing.v1.pool_events import ContactQueued

QUEUED = ContactQueued(
    contact_id="con_9",
    client_id="cli_acme",
    queue_id="que_1",
    required_skills=(),
    priority=0,
    queued_at=NOON,
)


def kinds(wall: Wall) -> set[str]:
    return {row.WhichOneof("row") or "" for _, row in wall.rows}


async def test_alerts_come_alone_to_a_person_and_never_with_what_is_shared(
    gallery: Gallery,
) -> None:
    async with (
        gallery.running(),
        watching(gallery, SATO, pb.FLOOR_PART_ALERTS) as alerts,
        watching(gallery, ITO, pb.FLOOR_PART_SHARED, team="tem_2") as shared,
    ):
        await put_operator(gallery, "usr_con_1")
        await gallery.talks("con_1")
        await shared.sees_talk("con_1")
        alert = await press(gallery, "usr_con_1")
        # The team's supervisor watches by the alerts alone.
        await alerts.sees_alert(alert, level=wire.ALERT_LEVEL_TEAM)
        await gallery.pool.tell(POOL_ID, QUEUED)
        await shared.sees(lambda row: row.waiting.contact_id == "con_9")
        assert kinds(alerts) == {"alert"}
        assert "alert" not in kinds(shared)


async def test_operators_are_shown_with_what_rings_when_they_are_dialled(gallery: Gallery) -> None:
    async with gallery.running(), watching(gallery, SATO) as wall:
        await put_operator(gallery, "usr_con_1")
        await gallery.media.reached("usr_con_1", reach.PHONE_REACH_BROWSER)
        await wall.sees(lambda row: row.operator.phone == reach.PHONE_REACH_BROWSER)
        await gallery.media.reached("usr_con_1", reach.PHONE_REACH_LOST)
        await wall.sees(lambda row: row.operator.phone == reach.PHONE_REACH_LOST)
        await gallery.media.reached("usr_con_1", reach.PHONE_REACH_NONE)
        await wall.sees(lambda row: row.operator.phone == reach.PHONE_REACH_NONE)


async def test_nobody_watches_by_what_is_shared(gallery: Gallery) -> None:
    async with gallery.running(), watching(gallery, SATO, pb.FLOOR_PART_SHARED) as shared:
        await put_operator(gallery, "usr_con_1")
        await gallery.talks("con_1")
        await shared.sees_talk("con_1")
        alert = await press(gallery, "usr_con_1")
        async with watching(gallery, SATO, pb.FLOOR_PART_ALERTS) as alerts:
            await alerts.sees_alert(alert, level=wire.ALERT_LEVEL_MANAGERS)


async def test_a_client_company_is_shown_how_its_own_queues_stand_and_nothing_else(
    gallery: Gallery,
) -> None:
    client = {"role": "client", "clients": ["cli_acme"], "team": ""}
    async with (
        gallery.running(),
        watching(gallery, "usr_client", **client) as theirs,
        watching(gallery, "usr_other", role="client", clients=["cli_other"]) as others,
        watching(gallery) as wall,
    ):
        await put_operator(gallery, "usr_con_1")
        await gallery.talks("con_1")
        await wall.sees_talk("con_1")
        alert = await press(gallery, "usr_con_1")
        await wall.sees_alert(alert)
        await gallery.pool.tell(POOL_ID, QUEUED)
        await until(lambda: kinds(theirs) == {"waiting", "queue"})
        assert not kinds(others)
        asked = pb.WatchFloorRequest(part=pb.FLOOR_PART_ALERTS)
        who = bearer("usr_client", **client)
        async with refused(grpc.StatusCode.PERMISSION_DENIED, "NOT_PERMITTED"):
            async for _ in gallery.monitoring.WatchFloor(asked, metadata=who):
                pass
        async with refused(grpc.StatusCode.INVALID_ARGUMENT):
            unknown = pb.WatchFloorRequest(part=9)  # type: ignore[arg-type]  # on purpose
            async for _ in gallery.monitoring.WatchFloor(unknown, metadata=bearer(SATO)):
                pass
