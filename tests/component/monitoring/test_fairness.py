"""GetFairness over gRPC and Kafka: what is counted, and of whom one is told."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import grpc
from tests.component.monitoring.gallery import NODE, SATO, Gallery, bearer, refused

from sasayaki.media.v1.call_events import SupervisionMode, SupervisorHeard, TalkStarted
from sasayaki.monitoring.v1 import fairness_pb2 as pb
from sasayaki.monitoring.v1 import supervision_events_pb2 as wire

DENIED = grpc.StatusCode.PERMISSION_DENIED
INVALID = grpc.StatusCode.INVALID_ARGUMENT
WAIT_S = 10


async def fairness(gallery: Gallery, team_id: str = "", **claims: Any) -> pb.GetFairnessResponse:
    request = pb.GetFairnessRequest(team_id=team_id)
    return await gallery.monitoring.GetFairness(request, metadata=bearer(**claims))


async def counted(gallery: Gallery, **sessions: tuple[int, int]) -> pb.GetFairnessResponse:
    """What is told as soon as just these operators' talks and (imposed, help) sessions are."""
    async with asyncio.timeout(WAIT_S):
        while True:
            found = await fairness(gallery)
            known = [each for team in found.teams for each in team.operators if each.talk_s]
            if {each.operator_id: (each.sessions, each.helped) for each in known} == sessions:
                return found
            await asyncio.sleep(0.02)


async def hears(gallery: Gallery, contact_id: str, **start: Any) -> None:
    """The supervisor's phone is on the call."""
    supervision_id = await gallery.start(contact_id, **start)
    heard = SupervisorHeard(
        leg_id=f"leg_{supervision_id}",
        supervisor_id=SATO,
        supervision_id=supervision_id,
        mode=SupervisionMode.LISTEN,
        applied_at=datetime.now(UTC),
        **NODE,
    )
    await gallery.calls.tell(contact_id, heard)
    await gallery.end(supervision_id)


async def talking(gallery: Gallery) -> pb.NextToMonitor:
    """The first line of any list whose operator talks."""
    async with asyncio.timeout(WAIT_S):
        while True:
            found = await fairness(gallery)
            for line in (line for team in found.teams for line in team.next if line.contact_id):
                return line
            await asyncio.sleep(0.02)


async def test_imposed_sessions_are_told_with_talk_and_help_by_themselves(
    gallery: Gallery,
) -> None:
    async with gallery.running():
        for contact_id in ("con_1", "con_2"):
            await gallery.talks(contact_id)
        await hears(gallery, "con_1", purpose=wire.PURPOSE_HELP)
        await hears(gallery, "con_1", purpose=wire.PURPOSE_QUALITY)
        await gallery.ends("con_1")
        await gallery.ends("con_2")
        found = await counted(gallery, usr_con_1=(1, 1), usr_con_2=(0, 0))
        (team,) = found.teams
        first, second = team.operators
        assert (first.operator_id, second.operator_id) == ("usr_con_1", "usr_con_2")
        assert first.HasField("days_since_covered")
        assert not second.HasField("days_since_covered")
        (own,) = found.supervisors
        assert (own.supervisor_id, own.sessions, own.most_on) == (SATO, 1, "usr_con_1")
        assert found.window_days == 28


async def test_the_list_names_the_call_that_one_click_listens_to(gallery: Gallery) -> None:
    async with gallery.running():
        await gallery.talks("con_1")
        await gallery.ends("con_1")
        again = TalkStarted(leg_id="leg_con_2", operator_id="usr_con_1", **NODE)
        await gallery.calls.tell("con_2", again)
        line = await talking(gallery)
        assert line.contact_id == "con_2"
        await gallery.start(line.contact_id, purpose=wire.PURPOSE_SAMPLING)


async def test_nobody_is_told_of_what_is_not_theirs(gallery: Gallery) -> None:
    async with gallery.running():
        await gallery.talks("con_1")
        await hears(gallery, "con_1", purpose=wire.PURPOSE_QUALITY)
        await gallery.ends("con_1")
        await counted(gallery, usr_con_1=(1, 0))
        assert not (await fairness(gallery, tenant="out_other")).teams
        assert not (await fairness(gallery, clients=["cli_other"])).teams
        assert not (await fairness(gallery, team_id="tea_none")).teams
        assert (await fairness(gallery, role="manager")).teams
        for role in ("operator", "client", "auditor"):
            async with refused(DENIED):
                await fairness(gallery, role=role)


async def test_a_bad_question_names_its_field(gallery: Gallery) -> None:
    async with gallery.running():
        async with refused(INVALID, says="team_id:"):
            await fairness(gallery, team_id="osaka")
        request = pb.GetFairnessRequest(window_days=91)
        async with refused(INVALID, says="window_days:"):
            await gallery.monitoring.GetFairness(request, metadata=bearer())


async def test_what_was_counted_is_counted_again_after_a_restart(gallery: Gallery) -> None:
    async with gallery.running() as monitoring:
        await gallery.talks("con_1")
        await hears(gallery, "con_1", purpose=wire.PURPOSE_COMPLAINT)
        await gallery.ends("con_1")
        before = await counted(gallery, usr_con_1=(1, 0))
        monitoring.kill()
        await monitoring.start()
        after = await counted(gallery, usr_con_1=(1, 0))
        assert after.teams[0].operators[0].talk_s == before.teams[0].operators[0].talk_s
