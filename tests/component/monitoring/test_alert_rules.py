"""Alert rules on a real broker: thresholds of a client company, from its topics to the walls."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import grpc
from tests.component.monitoring.gallery import NODE, SATO, Gallery, bearer, refused
from tests.component.monitoring.wall import (
    OPEN,
    POOL_ID,
    Wall,
    claim,
    put_operator,
    set_rule,
    watching,
)
from tests.harness.waiting import until

from sasayaki.event import Event
from sasayaki.media.v1.call_events import (
    HoldEnded,
    HoldStarted,
    OverlapHeard,
    SilenceBegan,
    SilenceEnded,
)
from sasayaki.monitoring.v1 import alert_events_pb2 as wire
from sasayaki.monitoring.v1 import floor_pb2
from sasayaki.monitoring.v1 import monitoring_service_pb2 as pb
from sasayaki.routing.v1.pool_events import ContactLeft, ContactQueued, OfferAccepted, OfferMade

ENDED = floor_pb2.FLOOR_ALERT_STATE_ENDED
INVALID = grpc.StatusCode.INVALID_ARGUMENT
KIND = wire.AlertKind
HOLD = {"leg_id": "leg_con_1", "operator_id": "usr_con_1", **NODE}


def now() -> datetime:
    return datetime.now(UTC)


async def sees_kind(
    wall: Wall, kind: wire.AlertKind.ValueType, state: floor_pb2.FloorAlertState.ValueType = OPEN
) -> floor_pb2.FloorAlert:
    """The latest row of that kind, once it has this state."""

    def latest() -> floor_pb2.FloorAlert | None:
        return next((a for a in reversed(wall.alerts()) if a.kind == kind), None)

    await until(lambda: (found := latest()) is not None and found.state == state)
    found = latest()
    assert found is not None
    return found


async def talking(gallery: Gallery, wall: Wall) -> None:
    await put_operator(gallery, "usr_con_1")
    await gallery.talks("con_1")
    await wall.sees_talk("con_1")


async def resolve_false(gallery: Gallery, alert_id: str) -> None:
    request = pb.ResolveAlertRequest(
        request_id=str(uuid4()), alert_id=alert_id, outcome=wire.ALERT_OUTCOME_FALSE_ALARM
    )
    await gallery.monitoring.ResolveAlert(request, metadata=bearer(SATO))


async def test_a_calls_rules_are_told_with_what_was_measured_and_end_with_their_cause(
    gallery: Gallery,
) -> None:
    overlap = OverlapHeard(overlap_ms=1_200, **NODE)
    cases: list[tuple[wire.AlertKind.ValueType, int, list[Event], list[Event]]] = [
        (KIND.ALERT_KIND_LONG_HOLD, 300, [HoldStarted(**HOLD)], [HoldEnded(**HOLD)]),
        (
            KIND.ALERT_KIND_SILENCE,
            3_300,
            [SilenceBegan(since=now() - timedelta(seconds=3), **NODE)],
            [SilenceEnded(silent_ms=4_000, **NODE)],
        ),
        (KIND.ALERT_KIND_OVERTALK, 3, [overlap] * 3, []),
    ]
    async with gallery.running(), watching(gallery) as wall:
        for kind, threshold, _, _ in cases:
            await set_rule(gallery, kind, threshold, threshold)
        await set_rule(gallery, KIND.ALERT_KIND_LONG_CALL, 500, 1)
        await talking(gallery, wall)
        for kind, threshold, begins, ends in cases:
            await gallery.calls.tell("con_1", *begins)
            alert = await sees_kind(wall, kind)
            assert (alert.contact_id, alert.operator_id) == ("con_1", "usr_con_1")
            assert alert.team_id == "tem_1"
            assert alert.measured >= alert.threshold == threshold
            if ends:
                await gallery.calls.tell("con_1", *ends)
                await sees_kind(wall, kind, ENDED)
        await sees_kind(wall, KIND.ALERT_KIND_LONG_CALL)
        await gallery.ends("con_1")
        await sees_kind(wall, KIND.ALERT_KIND_LONG_CALL, ENDED)
        await sees_kind(wall, KIND.ALERT_KIND_OVERTALK, ENDED)
        raised = {alert.alert_id for alert in wall.alerts()}
        assert len(raised) == 4


async def test_a_queues_and_an_operators_rules_go_to_the_supervisors_of_the_client_company(
    gallery: Gallery,
) -> None:
    queued = ContactQueued(
        contact_id="con_1",
        client_id="cli_acme",
        queue_id="que_1",
        required_skills=(),
        priority=0,
        queued_at=now(),
    )
    offer = {"offer_id": "off_1", "contact_id": "con_1", "operator_id": "usr_op"}
    made = OfferMade(respond_by=now(), idle_ms=1, skipped=(), considered=(), **offer)
    async with (
        gallery.running(),
        watching(gallery) as wall,
        watching(gallery, "usr_b", team="tem_2", clients=["cli_other"]) as strangers,
    ):
        await set_rule(gallery, KIND.ALERT_KIND_QUEUE, 300, 300)
        await set_rule(gallery, KIND.ALERT_KIND_STUCK, 300, 300)
        await put_operator(gallery, "usr_op")
        await gallery.pool.tell(POOL_ID, queued, made)
        waits = await sees_kind(wall, KIND.ALERT_KIND_QUEUE)
        assert (waits.queue_id, waits.contact_id, waits.operator_id) == ("que_1", "", "")
        stuck = await sees_kind(wall, KIND.ALERT_KIND_STUCK)
        assert (stuck.operator_id, stuck.team_id, stuck.contact_id) == ("usr_op", "tem_1", "")
        assert await claim(gallery, waits.alert_id) == ""
        await gallery.pool.tell(POOL_ID, OfferAccepted(waited_ms=9_000, **offer))
        await sees_kind(wall, KIND.ALERT_KIND_STUCK, ENDED)
        await wall.sees(
            lambda row: row.queue.answered_in_time == 1 and row.queue.service_level == 1.0
        )
        assert wall.alerts(waits.alert_id)[-1].state == floor_pb2.FLOOR_ALERT_STATE_CLAIMED
        assert not strangers.alerts()


async def test_a_false_alarm_is_not_told_again_and_death_raises_nothing_twice(
    gallery: Gallery,
) -> None:
    async with gallery.running() as monitoring:
        async with watching(gallery) as wall:
            await set_rule(gallery, KIND.ALERT_KIND_LONG_HOLD, 200, 200)
            await set_rule(gallery, KIND.ALERT_KIND_LONG_CALL, 200, 1)
            await talking(gallery, wall)
            await gallery.calls.tell("con_1", HoldStarted(**HOLD))
            hold = await sees_kind(wall, KIND.ALERT_KIND_LONG_HOLD)
            long = await sees_kind(wall, KIND.ALERT_KIND_LONG_CALL)
            await claim(gallery, hold.alert_id)
            await resolve_false(gallery, hold.alert_id)
            await gallery.calls.tell("con_1", HoldEnded(**HOLD), HoldStarted(**HOLD))
            monitoring.kill()
        await monitoring.start()
        async with watching(gallery) as wall:
            # A rule that has had its turn since: the second call's alert shows that looks go on.
            await gallery.talks("con_2")
            await wall.sees(lambda row: row.alert.contact_id == "con_2")
            first = {alert.alert_id for alert in wall.alerts() if alert.contact_id == "con_1"}
            assert first == {long.alert_id}


async def test_more_than_so_many_an_hour_are_not_told(gallery: Gallery) -> None:
    left = ContactLeft(contact_id="con_1", left_at=now())

    def queued(contact_id: str) -> ContactQueued:
        return ContactQueued(
            contact_id=contact_id,
            client_id="cli_acme",
            queue_id="que_1",
            required_skills=(),
            priority=0,
            queued_at=now(),
        )

    async with gallery.running(), watching(gallery) as wall:
        await set_rule(gallery, KIND.ALERT_KIND_QUEUE, 100, 100, hourly_most=1)
        await gallery.pool.tell(POOL_ID, queued("con_1"))
        await sees_kind(wall, KIND.ALERT_KIND_QUEUE)
        await gallery.pool.tell(POOL_ID, left)
        await sees_kind(wall, KIND.ALERT_KIND_QUEUE, ENDED)
        await gallery.pool.tell(POOL_ID, queued("con_2"))
        await wall.sees(lambda row: row.waiting.contact_id == "con_2")
        await gallery.talks("con_3")
        await set_rule(gallery, KIND.ALERT_KIND_LONG_CALL, 100, 1)
        await sees_kind(wall, KIND.ALERT_KIND_LONG_CALL)
        assert len({a.alert_id for a in wall.alerts() if a.queue_id}) == 1


async def test_a_rule_that_cannot_be_is_refused_by_field(gallery: Gallery) -> None:
    silence, level = KIND.ALERT_KIND_SILENCE, KIND.ALERT_KIND_SERVICE_LEVEL
    async with gallery.running():
        async with refused(INVALID, says="kind:"):
            await set_rule(gallery, KIND.ALERT_KIND_HELP, 1_000, 1_000)
        async with refused(INVALID, says="threshold:"):
            await set_rule(gallery, level, 1_001, 1_001)
        async with refused(INVALID, says="cleared_at:"):
            await set_rule(gallery, silence, 1_000, 1_001)
        async with refused(INVALID, says="cleared_at:"):
            await set_rule(gallery, level, 800, 799)
        async with refused(INVALID, says="client_id:"):
            await set_rule(gallery, silence, 1_000, 1_000, client_id="acme")
        async with refused(INVALID, says="hourly_most:"):
            await set_rule(gallery, silence, 1_000, 1_000, hourly_most=61)
        async with refused(grpc.StatusCode.PERMISSION_DENIED):
            await set_rule(gallery, silence, 1_000, 1_000, role="supervisor")
        await set_rule(gallery, silence, 0, 0, enabled=False)
