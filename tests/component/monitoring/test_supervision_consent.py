"""Consent over gRPC and Kafka: media hears of a training session after a yes, and never else."""

import asyncio
from typing import Any
from uuid import uuid4

import grpc
import pytest
from tests.component.monitoring.desk import (
    Desk,
    answer,
    at_desk,
    set_policy,
)
from tests.component.monitoring.gallery import (
    ITO,
    LISTEN,
    SATO,
    WHISPER,
    Gallery,
    bearer,
    refused,
    supervise,
)

from sasayaki.media.v1 import media_service_pb2 as media_pb
from sasayaki.monitoring.v1 import monitoring_service_pb2 as pb
from sasayaki.monitoring.v1 import supervision_events_pb2 as wire

DENIED = grpc.StatusCode.PERMISSION_DENIED
INVALID = grpc.StatusCode.INVALID_ARGUMENT
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
TRAINING, QUALITY = wire.PURPOSE_TRAINING, wire.PURPOSE_QUALITY
YES, NO = wire.CONSENT_ANSWER_ACCEPTED, wire.CONSENT_ANSWER_DECLINED
LATER = wire.CONSENT_ANSWER_LATER


def supervised(gallery: Gallery) -> list[str]:
    return [each.supervision_id for each in gallery.media.all(media_pb.SuperviseRequest)]


async def test_training_waits_for_the_operators_yes(gallery: Gallery) -> None:
    async with gallery.running(), at_desk(gallery, "usr_con_1") as desk:
        await gallery.talks("con_1")
        spv = await gallery.start("con_1", purpose=TRAINING, mode=WHISPER, note="挨拶の練習")
        question = await desk.question(spv)
        assert (question.supervisor_id, question.note) == (SATO, "挨拶の練習")
        assert supervised(gallery) == []
        async with refused(PRECONDITION, "CONSENT_AWAITED"):
            await gallery.change(spv, LISTEN)
        async with refused(DENIED, "NOT_YOURS"):
            await answer(gallery, spv, YES, "usr_other")
        await answer(gallery, spv, YES, "usr_con_1")
        await gallery.media.heard(supervise("con_1", spv, WHISPER))
        await desk.gone(consent=spv)
        listener = await desk.listener(spv)
        assert listener.purpose == TRAINING


@pytest.mark.parametrize("said", [NO, LATER])
async def test_no_and_later_end_it_and_media_hears_nothing(
    gallery: Gallery, said: wire.ConsentAnswer.ValueType
) -> None:
    async with gallery.running(), at_desk(gallery, "usr_con_1") as desk:
        await gallery.talks("con_1")
        spv = await gallery.start("con_1", purpose=TRAINING)
        await desk.question(spv)
        await answer(gallery, spv, said, "usr_con_1", wire.CONSENT_REASON_NOT_WELL)
        await desk.gone(consent=spv)
        async with refused(PRECONDITION, "CONSENT_LAPSED"):
            await answer(gallery, spv, YES, "usr_con_1")
        other = await gallery.start("con_1")
        await gallery.media.heard(supervise("con_1", other, LISTEN))
        assert supervised(gallery) == [other]


async def test_silence_is_no_consent_and_a_late_yes_begins_nothing(gallery: Gallery) -> None:
    async with gallery.running(), at_desk(gallery, "usr_con_1") as desk:
        await set_policy(gallery, answer_within_ms=5_000)
        await gallery.talks("con_1")
        spv = await gallery.start("con_1", purpose=TRAINING)
        await desk.question(spv)
        await desk.gone(consent=spv)
        async with refused(PRECONDITION, "CONSENT_LAPSED"):
            await answer(gallery, spv, YES, "usr_con_1")
        assert supervised(gallery) == []


async def test_a_question_survives_monitorings_death_and_ends_with_its_call(
    gallery: Gallery,
) -> None:
    async with gallery.running() as monitoring:
        await gallery.talks("con_1")
        await gallery.talks("con_2")
        first = await gallery.start("con_1", purpose=TRAINING)
        second = await gallery.start("con_2", ITO, purpose=TRAINING)
        monitoring.kill()
        await gallery.ends("con_2")
        await monitoring.start()
        async with at_desk(gallery, "usr_con_1") as desk:
            await desk.question(first)
            async with refused(PRECONDITION, "SUPERVISOR_BUSY"):
                await gallery.start("con_1")
            await answer(gallery, first, YES, "usr_con_1")
            await gallery.media.heard(supervise("con_1", first, LISTEN))
        async with at_desk(gallery, "usr_con_2") as other:
            if other.present:
                await other.gone(consent=second)
            async with refused(PRECONDITION, "CONSENT_LAPSED"):
                await answer(gallery, second, YES, "usr_con_2")
        assert supervised(gallery) == [first]


async def test_help_and_complaints_never_wait(gallery: Gallery) -> None:
    async with gallery.running():
        await set_policy(gallery, consent_for=[QUALITY])
        await gallery.talks("con_1")
        for number, purpose in enumerate((wire.PURPOSE_HELP, wire.PURPOSE_COMPLAINT)):
            spv = await gallery.start("con_1", f"usr_{number}", purpose=purpose)
            await gallery.media.heard(supervise("con_1", spv, LISTEN, f"usr_{number}"))
        asked = pb.StartSupervisionRequest(
            request_id="a", contact_id="con_1", mode=LISTEN, purpose=QUALITY
        )
        answered = await gallery.monitoring.StartSupervision(asked, metadata=bearer())
        assert answered.consent_asked
        repeated = await gallery.monitoring.StartSupervision(asked, metadata=bearer())
        assert repeated == answered


async def test_each_client_company_has_a_policy_of_its_own(gallery: Gallery) -> None:
    async with gallery.running():
        await set_policy(gallery, not_allowed=[wire.PURPOSE_SAMPLING])
        await gallery.talks("con_1")
        await gallery.talks("con_2", client_id="cli_other")
        async with refused(PRECONDITION, "PURPOSE_NOT_ALLOWED"):
            await gallery.start("con_1", purpose=wire.PURPOSE_SAMPLING)
        await gallery.start("con_2", purpose=wire.PURPOSE_SAMPLING, clients=["cli_other"])
        wrong: list[tuple[str, dict[str, Any]]] = [
            ("answer_within_ms:", {"answer_within_ms": 100}),
            ("daily_limit:", {"daily_limit": 101}),
            ("consent_for:", {"consent_for": [99]}),
        ]
        for field, values in wrong:
            async with refused(INVALID, says=field):
                await set_policy(gallery, **values)
        async with refused(PRECONDITION, "POLICY_BROKEN"):
            await set_policy(gallery, consent_for=[wire.PURPOSE_HELP])
        async with refused(DENIED):
            await set_policy(gallery, role="supervisor")


async def test_the_daily_limit_holds_when_many_begin_at_once(gallery: Gallery) -> None:
    async with gallery.running():
        await set_policy(gallery, daily_limit=2)
        await gallery.talks("con_1")
        starts = (gallery.start("con_1", f"usr_{n}", purpose=QUALITY) for n in range(4))
        answers = await asyncio.gather(*starts, return_exceptions=True)
        assert sum(isinstance(each, str) for each in answers) == 2
        async with refused(PRECONDITION, "DAILY_LIMIT", says="recorded calls"):
            await gallery.start("con_1", ITO, purpose=QUALITY)
        await gallery.start("con_1", ITO, purpose=wire.PURPOSE_COMPLAINT)


async def test_an_operator_sees_every_listener_and_what_they_write(gallery: Gallery) -> None:
    async with gallery.running() as monitoring, at_desk(gallery, "usr_con_1") as desk:
        await gallery.talks("con_1")
        spv = await gallery.start("con_1")
        assert (await desk.listener(spv)).mode == LISTEN
        await gallery.change(spv, WHISPER)
        await desk.sees(lambda row: row.listener.mode == WHISPER)
        text = pb.SendTextRequest(
            request_id=str(uuid4()), supervision_id=spv, text="日付を聞いてください"
        )
        sent = await gallery.monitoring.SendText(text, metadata=bearer())
        again = await gallery.monitoring.SendText(text, metadata=bearer())
        assert sent == again
        await desk.sees(lambda row: row.text.text == "日付を聞いてください")
        async with refused(DENIED, "NOT_YOURS"):
            await gallery.monitoring.SendText(text, metadata=bearer(ITO))
        async with refused(DENIED):
            await gallery.monitoring.WatchOperator(
                pb.WatchOperatorRequest(), metadata=bearer()
            ).read()
        monitoring.kill()
        await monitoring.start()
        async with at_desk(gallery, "usr_con_1") as later:
            kinds = sorted(str(row.WhichOneof("row")) for row in later.present)
            assert kinds == ["listener", "text"]
        async with at_desk(gallery, "usr_con_2") as other:
            assert other.present == []
            await gallery.ends("con_1")
        async with at_desk(gallery, "usr_con_1") as empty:
            await emptied(empty)


async def emptied(desk: Desk) -> None:
    """Everything that concerned the call is gone, or goes."""
    for row in desk.present:
        if row.HasField("listener"):
            await desk.gone(listener=row.listener.supervision_id)
        if row.HasField("text"):
            await desk.gone(text=row.text.text_id)


async def test_a_supervisor_does_not_write_without_end(gallery: Gallery) -> None:
    async with gallery.running():
        await gallery.talks("con_1")
        spv = await gallery.start("con_1")
        requests = [
            pb.SendTextRequest(request_id=str(number), supervision_id=spv, text="…")
            for number in range(31)
        ]
        for request in requests[:30]:
            await gallery.monitoring.SendText(request, metadata=bearer())
        async with refused(grpc.StatusCode.RESOURCE_EXHAUSTED):
            await gallery.monitoring.SendText(requests[30], metadata=bearer())
        async with refused(INVALID, says="text:"):
            empty = pb.SendTextRequest(request_id="e", supervision_id=spv)
            await gallery.monitoring.SendText(empty, metadata=bearer())
