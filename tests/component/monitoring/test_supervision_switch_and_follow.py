"""Going from call to call over gRPC and Kafka: what media is asked, and when it is over."""

from uuid import uuid4

import grpc
from google.protobuf.message import Message
from tests.component.monitoring.desk import at_desk, set_policy
from tests.component.monitoring.gallery import (
    ITO,
    LISTEN,
    NODE,
    SATO,
    TAKEOVER,
    WHISPER,
    Gallery,
    bearer,
    current,
    refused,
    unsupervise,
)

from sasayaki.media.v1 import call_events_pb2, media_service_pb2
from sasayaki.media.v1.call_events import LegEndReason, TalkStarted
from sasayaki.media.v1.phone_events import PhoneConnected, PhoneGone
from sasayaki.monitoring.v1 import monitoring_service_pb2 as pb
from sasayaki.monitoring.v1 import supervision_events_pb2 as wire

DENIED = grpc.StatusCode.PERMISSION_DENIED
NOT_FOUND = grpc.StatusCode.NOT_FOUND
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
QUALITY = wire.PURPOSE_QUALITY
MORI = "usr_con_1"
"""The operator of the first call, who takes the next ones too."""


def supervise(
    contact_id: str,
    supervision_id: str,
    mode: call_events_pb2.SupervisionMode.ValueType = LISTEN,
    *,
    keep: bool = False,
) -> Message:
    return media_service_pb2.SuperviseRequest(
        contact_id=contact_id,
        supervision_id=supervision_id,
        supervisor_id=SATO,
        mode=mode,
        keep_phone=keep,
    )


def release() -> Message:
    return media_service_pb2.ReleasePhoneRequest(user_id=SATO)


async def switch(
    gallery: Gallery,
    supervision_id: str,
    contact_id: str,
    mode: call_events_pb2.SupervisionMode.ValueType = LISTEN,
    user_id: str = SATO,
) -> None:
    request = pb.SwitchTargetRequest(
        request_id=str(uuid4()), supervision_id=supervision_id, contact_id=contact_id, mode=mode
    )
    await current(lambda: gallery.monitoring.SwitchTarget(request, metadata=bearer(user_id)))


async def follow(gallery: Gallery, supervision_id: str, *, following: bool) -> None:
    request = pb.SetFollowingRequest(
        request_id=str(uuid4()), supervision_id=supervision_id, following=following
    )
    await gallery.monitoring.SetFollowing(request, metadata=bearer())


async def mori_talks(gallery: Gallery, contact_id: str, client_id: str = "cli_acme") -> None:
    talk = TalkStarted(leg_id=f"leg_{contact_id}", operator_id=MORI, **NODE)
    await gallery.calls.tell(contact_id, talk, client_id=client_id)


async def phone(gallery: Gallery, *, gone: bool = False) -> None:
    """The supervisor's phone is connected, or is connected no more."""
    connected = PhoneConnected(user_id=SATO, node_phone_id="p1", **NODE)
    lost = PhoneGone(reason=LegEndReason.HUNG_UP, **NODE)
    await gallery.phones.tell("phn_1", lost if gone else connected)


async def test_one_click_takes_the_supervisor_to_another_call(gallery: Gallery) -> None:
    async with gallery.running():
        await gallery.talks("con_1")
        await gallery.talks("con_2")
        spv = await gallery.start("con_1", mode=WHISPER, purpose=QUALITY, keep_phone=True)
        await gallery.media.heard(supervise("con_1", spv, WHISPER, keep=True))
        async with at_desk(gallery, MORI) as left, at_desk(gallery, "usr_con_2") as entered:
            await left.listener(spv)
            await switch(gallery, spv, "con_2")
            await gallery.media.heard(supervise("con_2", spv, keep=True))
            await left.gone(listener=spv)
            assert (await entered.listener(spv)).contact_id == "con_2"
        assert unsupervise("con_1", spv) not in gallery.media.all(
            media_service_pb2.UnsuperviseRequest
        )
        await gallery.ends("con_1")
        await gallery.change(spv, WHISPER)
        await gallery.media.heard(supervise("con_2", spv, WHISPER, keep=True))
        await gallery.ends("con_2")
        await gallery.media.heard(unsupervise("con_2", spv))


async def test_what_may_not_be_heard_is_not_switched_to(gallery: Gallery) -> None:
    async with gallery.running():
        await set_policy(gallery, "cli_acme", consent_for=[QUALITY])
        for contact_id, client_id in (("con_1", "cli_other"), ("con_2", "cli_other")):
            await gallery.talks(contact_id, client_id=client_id)
        await gallery.talks("con_3")
        both = ["cli_acme", "cli_other"]
        spv = await gallery.start("con_1", purpose=QUALITY, clients=both)
        async with refused(NOT_FOUND, "UNKNOWN_CALL"):
            await switch(gallery, spv, "con_9")
        async with refused(DENIED, "NOT_PERMITTED"):
            await switch(gallery, spv, "con_2")
        async with refused(PRECONDITION, "CONSENT_REQUIRED"):
            await switch(gallery, spv, "con_3")
        async with refused(DENIED, "NOT_YOURS"):
            await switch(gallery, spv, "con_3", user_id=ITO)
        async with refused(PRECONDITION, "MODE_NOT_AVAILABLE"):
            await switch(gallery, spv, "con_3", TAKEOVER)


async def test_who_follows_an_operator_hears_the_next_call_too(gallery: Gallery) -> None:
    async with gallery.running(), at_desk(gallery, MORI) as desk:
        await mori_talks(gallery, "con_1")
        spv = await gallery.start("con_1", mode=WHISPER, purpose=QUALITY, following=True)
        await gallery.media.heard(supervise("con_1", spv, WHISPER, keep=True))
        await gallery.ends("con_1")
        await desk.sees(lambda row: row.HasField("listener") and not row.listener.contact_id)
        await mori_talks(gallery, "con_2")
        await gallery.media.heard(supervise("con_2", spv, keep=True))
        await gallery.ends("con_2")
        await mori_talks(gallery, "con_3", "cli_other")
        await mori_talks(gallery, "con_4")
        await gallery.media.heard(supervise("con_4", spv, keep=True))
        contacts = [
            each.contact_id for each in gallery.media.all(media_service_pb2.SuperviseRequest)
        ]
        assert contacts == ["con_1", "con_2", "con_4"]
        await gallery.end(spv)
        await gallery.media.heard(unsupervise("con_4", spv))


async def test_the_end_of_the_waiting_hangs_up_a_phone_that_was_not_to_be_kept(
    gallery: Gallery,
) -> None:
    async with gallery.running(), at_desk(gallery, MORI) as desk:
        await mori_talks(gallery, "con_1")
        spv = await gallery.start("con_1", purpose=QUALITY)
        await follow(gallery, spv, following=True)
        await gallery.media.heard(supervise("con_1", spv, keep=True))
        await gallery.ends("con_1")
        await desk.sees(lambda row: row.HasField("listener") and not row.listener.contact_id)
        await follow(gallery, spv, following=False)
        await gallery.media.heard(release())
        await desk.gone(listener=spv)


async def test_a_phone_that_goes_while_the_next_call_is_awaited_ends_it(gallery: Gallery) -> None:
    async with gallery.running() as monitoring, at_desk(gallery, MORI) as desk:
        await mori_talks(gallery, "con_1")
        await gallery.start("con_1", purpose=QUALITY, following=True)
        await phone(gallery)
        await gallery.ends("con_1")
        await desk.sees(lambda row: row.HasField("listener") and not row.listener.contact_id)
        monitoring.kill()
        await phone(gallery, gone=True)
        await monitoring.start()
        await gallery.media.heard(release())
        await mori_talks(gallery, "con_2")
        second = await gallery.start("con_2", purpose=QUALITY)
        await gallery.media.heard(supervise("con_2", second))


async def test_a_followed_call_over_the_daily_limit_ends_the_following(gallery: Gallery) -> None:
    async with gallery.running(), at_desk(gallery, MORI) as desk:
        await set_policy(gallery, daily_limit=2)
        await mori_talks(gallery, "con_1")
        spv = await gallery.start("con_1", purpose=QUALITY, following=True)
        for contact_id, next_id in (("con_1", "con_2"), ("con_2", "con_3")):
            await gallery.media.heard(supervise(contact_id, spv, keep=True))
            await gallery.ends(contact_id)
            await mori_talks(gallery, next_id)
        await desk.gone(listener=spv)
        asked = gallery.media.all(media_service_pb2.SuperviseRequest)
        assert [each.contact_id for each in asked] == ["con_1", "con_2"]
