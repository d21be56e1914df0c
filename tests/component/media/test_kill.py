"""media is killed wherever it hurts: nothing is lost, nothing is doubled."""

from pathlib import Path

from tests.component.media.desk import Desk
from tests.harness.waiting import until
from tests.unit.media.sounds import wav

from sasayaki.media.node.v1 import node_pb2 as node
from sasayaki.media.v1 import call_events_pb2 as events
from sasayaki.media.v1 import media_service_pb2 as pb
from sasayaki.recording.v1.recording_events_pb2 import TRACK_OPERATOR
from sasayaki_media.sound import spool


async def arrived(desk: Desk) -> str:
    desk.node.invite()
    await until(lambda: bool(desk.node.asked("admit")))
    contact_id: str = desk.node.asked("admit")[0].contact_id
    return contact_id


async def answered(desk: Desk, contact_id: str) -> None:
    answer = pb.AnswerRequest(
        request_id="answer-1",
        contact_id=contact_id,
        record=events.RECORDING_POLICY_AFTER_GUIDANCE,
    )
    await desk.stub.Answer(answer, metadata=desk.service)
    desk.node.happen(contact_id, answered=node.Answered())
    await desk.told(contact_id, "CallAnswered")


async def restarted(desk: Desk) -> None:
    connections = desk.node.connections
    await desk.media.start()
    await until(lambda: desk.node.connections > connections)


async def test_what_was_ordered_and_not_confirmed_is_ordered_again(desk: Desk) -> None:
    contact_id = await arrived(desk)
    await answered(desk, contact_id)
    put = pb.PutPromptRequest(request_id="put-1", wav=wav())
    prompt = await desk.stub.PutPrompt(put, metadata=desk.service)
    play = pb.PlayPromptRequest(
        request_id="play-1", contact_id=contact_id, play_id="p", prompt_sha256=[prompt.sha256]
    )
    await desk.stub.PlayPrompt(play, metadata=desk.service)
    supervise = pb.SuperviseRequest(
        request_id="supervise-1",
        contact_id=contact_id,
        supervision_id="spv_1",
        supervisor_id="usr_sato",
        mode=events.SUPERVISION_MODE_WHISPER,
    )
    leg_id = (await desk.stub.Supervise(supervise, metadata=desk.service)).leg_id
    order_ids = [f"{contact_id}/play/1", f"{contact_id}/supervise/{leg_id}/1"]
    await until(lambda: all(desk.node.times(order_id) == 1 for order_id in order_ids))
    desk.media.kill()
    await restarted(desk)
    await until(lambda: all(desk.node.times(order_id) == 2 for order_id in order_ids))
    assert desk.node.times(f"{contact_id}/answer") == 1


async def test_what_happened_while_it_was_dead_is_told_once(desk: Desk) -> None:
    contact_id = await arrived(desk)
    await answered(desk, contact_id)
    desk.media.kill()
    over = node.CallEnded(reason=node.CALL_END_CUSTOMER_HUNG_UP)
    last = desk.node.happen(contact_id, call_ended=over)
    desk.node.contact_ids.clear()
    await restarted(desk)
    await until(lambda: desk.node.acknowledged == last)
    assert (await desk.kinds(contact_id)).count("CallEnded") == 1


async def test_what_was_told_and_not_acknowledged_is_not_told_again(desk: Desk) -> None:
    contact_id = await arrived(desk)
    await answered(desk, contact_id)
    before = await desk.kinds(contact_id)
    desk.media.kill()
    desk.node.acknowledged = 0  # as if no acknowledgement had come through
    await restarted(desk)
    await until(lambda: desk.node.acknowledged == 2)
    assert await desk.kinds(contact_id) == before
    assert {record["subject"] for record in await desk.history()} == {contact_id}


async def test_calls_that_arrive_while_it_is_killed_arrive_once(desk: Desk) -> None:
    calls = 30
    for number in range(calls // 2):
        desk.node.invite(f"call_{number}")
    await until(lambda: len(desk.node.asked("admit")) > 0)
    desk.media.kill()
    for number in range(calls // 2, calls):
        desk.node.invite(f"call_{number}")
    await restarted(desk)
    await until(lambda: desk.node.acknowledged == calls)
    await until(lambda: len(desk.node.asked("admit")) == calls)
    admitted = {admit.node_call_id: admit.contact_id for admit in desk.node.asked("admit")}
    history = await desk.history()
    assert {record["data"]["node_call_id"]: record["subject"] for record in history} == admitted
    assert len(history) == calls


def spooled(contact_id: str, number: int, *, last: bool = False) -> bytes:
    page = node.SpoolPage(
        contact_id=contact_id,
        track=node.TRACK_OPERATOR,
        number=number,
        start_ms=number * 1_000,
        pcmu=bytes([number]) * 8_000,
        gaps=[node.Gap(from_sample=0, samples=160)],
        opened_at_us=1_700_000_000_000_000,
        last=last,
    )
    return spool.record(page)


def append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)


async def test_a_page_says_to_recording_where_it_was_paused(desk: Desk) -> None:
    contact_id = await arrived(desk)
    page = node.SpoolPage.FromString(spooled(contact_id, 0)[spool.PREFIX_BYTES :])
    page.pauses.add(from_sample=4_000, samples=4_000)
    append(desk.spool / "0001-00-00000000.spool", spool.record(page))
    await until(lambda: bool(desk.recording.pages))
    (pause,) = desk.recording.pages[0].pauses
    assert (pause.from_sample, pause.samples) == (4_000, 4_000)


async def test_pages_are_shipped_with_whose_they_are(desk: Desk) -> None:
    contact_id = await arrived(desk)
    append(desk.spool / "0001-00-00000000.spool", spooled(contact_id, 0))
    await until(lambda: len(desk.recording.pages) == 1)
    (page,) = desk.recording.pages
    assert (page.contact_id, page.client_id) == (contact_id, "cli_acme")
    assert (page.track, page.number, page.gap_samples) == (TRACK_OPERATOR, 0, 160)
    assert page.opened_at.ToMicroseconds() == 1_700_000_000_000_000


async def test_a_page_that_is_still_being_written_is_waited_for(desk: Desk) -> None:
    contact_id = await arrived(desk)
    path = desk.spool / "0001-00-00000000.spool"
    torn = spooled(contact_id, 1)
    append(path, spooled(contact_id, 0) + torn[:4_000])
    await until(lambda: len(desk.recording.pages) == 1)
    append(path, torn[4_000:])
    await until(lambda: [page.number for page in desk.recording.pages] == [0, 1])


async def test_no_page_is_lost_while_recording_is_away_or_media_is_killed(desk: Desk) -> None:
    contact_id = await arrived(desk)
    desk.recording.away = 3
    for number in range(20):
        append(desk.spool / f"0001-00-{number // 5:08}.spool", spooled(contact_id, number))
    await until(lambda: desk.recording.away == 0)
    desk.media.kill()
    for number in range(20, 30):
        append(desk.spool / "0002-00-00000000.spool", spooled(contact_id, number))
    await restarted(desk)
    await until(lambda: {page.number for page in desk.recording.pages} == set(range(30)))
    # All files but the one that the node writes to have been shipped whole.
    await until(
        lambda: [path.name for path in desk.spool.glob("*.spool")] == ["0002-00-00000000.spool"]
    )


async def test_a_page_that_is_refused_is_set_aside_and_stops_no_other(desk: Desk) -> None:
    contact_id = await arrived(desk)
    desk.recording.refused = {1}
    pages = b"".join(spooled(contact_id, number) for number in range(3))
    append(desk.spool / "0001-00-00000000.spool", pages)
    await until(lambda: [page.number for page in desk.recording.pages] == [0, 2])
    aside = desk.spool / "refused.pages"
    await until(lambda: aside.exists() and aside.read_bytes() == spooled(contact_id, 1))
