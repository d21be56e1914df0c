"""A platform that was backed up and restored elsewhere knows and plays what it did before."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.centre import Centre, centre
from tests.harness.running import launch, started, state_folder

from sasayaki.callreason.v1 import callreason_service_pb2 as callreason_pb
from sasayaki_demo.examine import settled
from sasayaki_demo.people import Supervisor

OPERATOR, SUPERVISOR = "usr_op01", "usr_sv01"


async def told(at: Centre, contact_id: str) -> tuple[bytes, callreason_pb.GetEnquiryResponse]:
    """The recording of a contact and what its enquiry came to."""
    wav = await Supervisor(SUPERVISOR, at.platform, at.ledger).recording(contact_id)
    asked = callreason_pb.GetEnquiryRequest(contact_id=contact_id)
    return wav, await at.ask(SUPERVISOR, at.platform.callreason.GetEnquiry, asked)


async def test_a_restored_platform_plays_the_recordings_and_knows_the_contacts(
    tmp_path: Path,
) -> None:
    file = tmp_path / "platform.backup"
    with state_folder() as first:
        with started(first) as running:
            async with centre(running, tmp_path / "before") as at:
                await at.operator(OPERATOR)
                talk = await at.talk("kept", "+819040000071", OPERATOR)
                await at.hang_up("kept")
                await at.wrap_up(OPERATOR)
                await settled(running.endpoints)
                before = await told(at, talk.contact_id)
        launch(first, "backup", str(file))

    with state_folder() as second:
        launch(second, "restore", str(file))
        with started(second) as running:
            async with centre(running, tmp_path / "after") as at:
                assert await told(at, talk.contact_id) == before
                await at.operator(OPERATOR)
                assert (await at.talk("new", "+819040000072", OPERATOR)).contact_id
