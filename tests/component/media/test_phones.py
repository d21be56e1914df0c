"""A supervisor's phone that stays connected, and a call that is taken over: told, ordered, kept."""

from typing import Any

import grpc
import pytest
from tests.component.media.desk import Desk, bearer
from tests.component.media.test_call_with_node import answered, refused
from tests.component.media.test_kill import restarted
from tests.harness.waiting import until

from sasayaki.media.node.v1 import node_pb2 as node
from sasayaki.media.v1 import call_events_pb2 as events
from sasayaki.media.v1 import media_service_pb2 as pb

PHONE: dict[str, Any] = {"node_phone_id": "phone_7", "user_id": "usr_sato"}
RELEASE = pb.ReleasePhoneRequest(request_id="release-1", user_id="usr_sato")


async def supervised(desk: Desk, contact_id: str, mode: str = "LISTEN", **also: Any) -> str:
    supervise = pb.SuperviseRequest(
        request_id=f"supervise-{mode}-{also}",
        contact_id=contact_id,
        supervision_id="spv_1",
        supervisor_id="usr_sato",
        mode=events.SupervisionMode.Value(f"SUPERVISION_MODE_{mode}"),
        **also,
    )
    return (await desk.stub.Supervise(supervise, metadata=desk.service)).leg_id


async def talking(desk: Desk) -> tuple[str, str]:
    """A call on which customer and operator talk; its contact id and the operator's leg."""
    contact_id = await answered(desk)
    dial = pb.DialRequest(request_id="dial-1", contact_id=contact_id, operator_id="usr_mori")
    leg_id = (await desk.stub.Dial(dial, metadata=desk.service)).leg_id
    desk.node.happen(contact_id, leg_answered=node.LegAnswered(leg_id=leg_id))
    desk.node.happen(contact_id, joined=node.Joined(leg_id=leg_id))
    await desk.told(contact_id, "TalkStarted")
    return contact_id, leg_id


async def connected(desk: Desk) -> tuple[str, str]:
    """A call with a supervisor whose phone is to stay connected; contact id and leg."""
    contact_id = await answered(desk)
    leg_id = await supervised(desk, contact_id, keep_phone=True)
    place = {"contact_id": contact_id, "leg_id": leg_id}
    desk.node.happen(phone_connected=node.PhoneConnected(**PHONE, contact_id=contact_id))
    desk.node.happen(phone_attached=node.PhoneAttached(**PHONE, **place))
    await desk.phone_told("PhoneAttached")
    return contact_id, leg_id


async def test_a_phone_is_told_from_the_picking_up_to_the_hanging_up(desk: Desk) -> None:
    contact_id, leg_id = await connected(desk)
    (order,) = desk.node.asked("supervise")
    assert order.keep_phone
    place = {"contact_id": contact_id, "leg_id": leg_id}
    desk.node.happen(phone_detached=node.PhoneDetached(**PHONE, **place))
    gone = node.PhoneGone(**PHONE, reason=node.LEG_END_HUNG_UP)
    last = desk.node.happen(phone_gone=gone)
    await until(lambda: desk.node.acknowledged == last)
    records = await desk.phones()
    kinds = [record["type"].rsplit(".", 1)[1] for record in records]
    assert kinds == ["PhoneConnected", "PhoneAttached", "PhoneDetached", "PhoneGone"]
    (phone_id,) = {record["subject"] for record in records}
    assert phone_id.startswith("phn_")
    assert {record["tenantid"] for record in records} == {"out_test"}
    assert {record.get("clientid") for record in records} == {None}
    assert records[1]["data"]["contact_id"] == contact_id


async def test_a_released_phone_is_hung_up_even_if_media_is_killed_meanwhile(desk: Desk) -> None:
    await connected(desk)
    await desk.stub.ReleasePhone(RELEASE, metadata=desk.service)
    await until(lambda: len(desk.node.asked("release_phone")) == 1)
    (release,) = desk.node.asked("release_phone")
    assert release.user_id == "usr_sato"
    (order_id,) = [each for each in desk.node.orders if each.startswith("release/phn_")]
    desk.media.kill()
    await restarted(desk)
    await until(lambda: desk.node.times(order_id) == 2)
    gone = node.PhoneGone(**PHONE, reason=node.LEG_END_RELEASED)
    last = desk.node.happen(phone_gone=gone)
    await until(lambda: desk.node.acknowledged == last)
    desk.node.hang_up_on_python()
    await desk.stub.ReleasePhone(RELEASE, metadata=desk.service)
    assert desk.node.times(order_id) == 2
    kinds = [record["type"].rsplit(".", 1)[1] for record in await desk.phones()]
    assert kinds == ["PhoneConnected", "PhoneAttached", "PhoneReleaseOrdered", "PhoneGone"]


async def test_a_phone_goes_with_its_node(desk: Desk) -> None:
    await connected(desk)
    desk.node.restart("node_2")
    gone = await desk.phone_told("PhoneGone")
    assert (gone["reason"], gone["node_id"]) == ("LEG_END_REASON_FAILED", "node_1")


async def test_releasing_a_phone_that_is_not_connected_changes_nothing(desk: Desk) -> None:
    await desk.stub.ReleasePhone(RELEASE, metadata=desk.service)
    assert await desk.phones() == []
    assert desk.node.asked("release_phone") == []


@pytest.mark.parametrize("role", ["supervisor", "manager"])
async def test_who_is_no_service_releases_their_own_phone_only(desk: Desk, role: str) -> None:
    await desk.stub.ReleasePhone(RELEASE, metadata=bearer(role, sub="usr_sato"))
    error = await refused(desk.stub.ReleasePhone(RELEASE, metadata=bearer(role, sub="usr_ito")))
    assert error.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_another_tenants_phone_is_not_released(desk: Desk) -> None:
    await connected(desk)
    await desk.stub.ReleasePhone(RELEASE, metadata=bearer(tenant="out_other"))
    assert desk.node.asked("release_phone") == []


async def test_what_happens_to_the_phone_of_a_call_that_is_not_known_is_passed_over(
    desk: Desk,
) -> None:
    desk.node.happen(phone_connected=node.PhoneConnected(**PHONE, contact_id="con_stranger"))
    last = desk.node.happen(phone_gone=node.PhoneGone(**PHONE, reason=node.LEG_END_HUNG_UP))
    await until(lambda: desk.node.acknowledged == last)
    assert await desk.phones() == []


async def test_a_phone_that_is_to_stay_is_ordered_to_without_a_change_of_mode(desk: Desk) -> None:
    contact_id = await answered(desk)
    leg_id = await supervised(desk, contact_id)
    listening = node.ModeApplied(leg_id=leg_id, mode=node.MODE_LISTEN, applied_at_us=1)
    desk.node.happen(contact_id, mode_applied=listening)
    await desk.told(contact_id, "SupervisorHeard")
    assert await supervised(desk, contact_id, keep_phone=True) == leg_id
    await until(lambda: len(desk.node.asked("supervise")) == 2)
    first, second = desk.node.asked("supervise")
    assert (first.keep_phone, second.keep_phone) == (False, True)
    assert first.mode == second.mode == node.MODE_LISTEN


async def test_a_takeover_goes_from_the_order_to_the_end_by_the_supervisor(desk: Desk) -> None:
    contact_id, leg_id = await talking(desk)
    supervisor_leg = await supervised(desk, contact_id, "TAKEOVER")
    await until(lambda: bool(desk.node.asked("supervise")))
    assert desk.node.asked("hang_up") == []
    taken = node.ModeApplied(leg_id=supervisor_leg, mode=node.MODE_TAKEOVER, applied_at_us=1)
    desk.node.happen(contact_id, mode_applied=taken)
    await until(lambda: bool(desk.node.asked("hang_up")))
    assert desk.node.asked("hang_up") == [node.HangUp(contact_id=contact_id, leg_id=leg_id)]
    released = node.LegEnded(leg_id=leg_id, reason=node.LEG_END_RELEASED)
    desk.node.happen(contact_id, leg_ended=released)
    ended = await desk.told(contact_id, "OperatorLegEnded")
    assert ended["reason"] == "LEG_END_REASON_TAKEN_OVER"
    hung_up = node.LegEnded(leg_id=supervisor_leg, reason=node.LEG_END_HUNG_UP)
    desk.node.happen(contact_id, leg_ended=hung_up)
    over = node.CallEnded(reason=node.CALL_END_SUPERVISOR_HUNG_UP)
    desk.node.happen(contact_id, call_ended=over)
    told = await desk.told(contact_id, "CallEnded")
    assert told["reason"] == "CALL_END_REASON_SUPERVISOR_HUNG_UP"
    assert (await desk.kinds(contact_id))[-6:] == [
        "SupervisionOrdered",
        "SupervisorHeard",
        "HangUpOrdered",
        "OperatorLegEnded",
        "SupervisorLegEnded",
        "CallEnded",
    ]


async def test_a_takeover_is_carried_through_though_media_is_killed_in_it(desk: Desk) -> None:
    contact_id, leg_id = await talking(desk)
    supervisor_leg = await supervised(desk, contact_id, "TAKEOVER")
    await until(lambda: bool(desk.node.asked("supervise")))
    desk.media.kill()
    taken = node.ModeApplied(leg_id=supervisor_leg, mode=node.MODE_TAKEOVER, applied_at_us=1)
    desk.node.happen(contact_id, mode_applied=taken)
    await restarted(desk)
    order_id = f"{contact_id}/hang-up/{leg_id}"
    await until(lambda: desk.node.times(order_id) == 1)
    desk.media.kill()
    await restarted(desk)
    await until(lambda: desk.node.times(order_id) == 2)
    released = node.LegEnded(leg_id=leg_id, reason=node.LEG_END_RELEASED)
    last = desk.node.happen(contact_id, leg_ended=released)
    await until(lambda: desk.node.acknowledged == last)
    ended = await desk.told(contact_id, "OperatorLegEnded")
    assert ended["reason"] == "LEG_END_REASON_TAKEN_OVER"
    kinds = await desk.kinds(contact_id)
    assert [kinds.count(kind) for kind in ("SupervisorHeard", "HangUpOrdered")] == [1, 1]


async def test_a_supervisor_who_has_the_call_ends_it_by_leaving(desk: Desk) -> None:
    contact_id, _ = await talking(desk)
    supervisor_leg = await supervised(desk, contact_id, "TAKEOVER")
    taken = node.ModeApplied(leg_id=supervisor_leg, mode=node.MODE_TAKEOVER, applied_at_us=1)
    desk.node.happen(contact_id, mode_applied=taken)
    await desk.told(contact_id, "SupervisorHeard")
    leave = pb.UnsuperviseRequest(
        request_id="leave-1", contact_id=contact_id, supervision_id="spv_1"
    )
    await desk.stub.Unsupervise(leave, metadata=desk.service)
    whole = node.HangUp(contact_id=contact_id)
    await until(lambda: whole in desk.node.asked("hang_up"))
