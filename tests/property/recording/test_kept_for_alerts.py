"""Where only calls with an alert are kept: the others go at their end, and never too early."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from tests.harness.recording_alone import ADMIN, TENANT, RecordingAlone
from tests.harness.simulation import simulate
from tests.harness.specification import NOON

from sasayaki.event import Event
from sasayaki.media.v1.call_events import (
    AnswerOrdered,
    CallEnded,
    CallEndReason,
    RecordingPolicy,
    TapOpened,
)
from sasayaki.monitoring.v1.alert_events import AlertKind, AlertLevel, AlertRaised
from sasayaki.recording.v1 import recording_service_pb2 as pb
from sasayaki.recording.v1.recording_events import (
    DeletionReason,
    RecordingEvent,
    RecordingWanted,
)
from sasayaki_chassis.ids import derived_id
from sasayaki_recording import app
from sasayaki_recording.recording import RECORDING, Command, Finished, State

PEOPLE = (ADMIN, replace(ADMIN, user_id="usr_other"))
ANSWERED = AnswerOrdered(record=RecordingPolicy.ON_ALERT)
ALWAYS = AnswerOrdered(record=RecordingPolicy.AFTER_GUIDANCE)
TAPPED = TapOpened(node_id="nod_1", happening_seq=1)


def ended(reason: CallEndReason = CallEndReason.CUSTOMER_HUNG_UP) -> CallEnded:
    return CallEnded(reason=reason, node_id="nod_1", happening_seq=2)


def alert(contact_id: str) -> AlertRaised:
    return AlertRaised(
        kind=AlertKind.HELP,
        contact_id=contact_id,
        operator_id="usr_op01",
        level=AlertLevel.TEAM,
        all_at=NOON,
        managers_at=NOON,
        raised_at=NOON,
    )


def played(folder: Path, scene: Callable[[RecordingAlone], Awaitable[None]]) -> None:
    async def play() -> None:
        alone = RecordingAlone(NOON, folder, "cli_acme")
        await alone.start()
        await scene(alone)
        await alone.kill()

    simulate(play())


def call(alone: RecordingAlone, contact_id: str, *events: Event) -> None:
    alone.tell("media.call", contact_id, *events)


def wanted(alone: RecordingAlone) -> set[str]:
    records = alone.history("recording.recording")
    return {record.subject for record in records if isinstance(record.data, RecordingWanted)}


def test_without_an_alert_the_recording_goes_seconds_after_the_end(tmp_path: Path) -> None:
    async def scene(alone: RecordingAlone) -> None:
        call(alone, "con_1", ANSWERED, TAPPED)
        await alone.record("con_1")
        await asyncio.sleep(60)
        assert alone.files() == {"con_1"}, "the call is not over"
        call(alone, "con_1", ended())
        await asyncio.sleep(5)
        assert alone.files() == set()
        assert alone.deleted()["con_1"].data.reason is DeletionReason.NO_ALERT
        assert wanted(alone) == set()

    played(tmp_path, scene)


def test_with_an_alert_it_stays_and_says_why(tmp_path: Path) -> None:
    async def scene(alone: RecordingAlone) -> None:
        call(alone, "con_1", ANSWERED, TAPPED)
        alone.tell("monitoring.alert", "alr_1", alert("con_1"))
        await alone.record("con_1")
        call(alone, "con_1", ended())
        await asyncio.sleep(5)
        assert alone.files() == {"con_1"}
        assert wanted(alone) == {"con_1"}
        await alone.kill()
        await alone.start()
        await asyncio.sleep(5)
        assert alone.files() == {"con_1"}

    played(tmp_path, scene)


def test_by_another_rule_nothing_goes_at_the_end(tmp_path: Path) -> None:
    async def scene(alone: RecordingAlone) -> None:
        call(alone, "con_1", ALWAYS, TAPPED)
        await alone.record("con_1")
        call(alone, "con_1", ended())
        await asyncio.sleep(60)
        assert alone.files() == {"con_1"}

    played(tmp_path, scene)


def test_while_a_view_lags_nothing_goes(tmp_path: Path) -> None:
    async def scene(alone: RecordingAlone) -> None:
        call(alone, "con_1", ANSWERED, TAPPED)
        await alone.record("con_1")
        call(alone, "con_1", ended())
        alone.lag_s = 30.0
        await asyncio.sleep(20)
        assert alone.files() == {"con_1"}
        alone.tell("monitoring.alert", "alr_1", alert("con_1"))
        await asyncio.sleep(0.1)
        alone.lag_s = 0.0
        await asyncio.sleep(5)
        assert alone.files() == {"con_1"}
        assert wanted(alone) == {"con_1"}

    played(tmp_path, scene)


def test_an_alert_in_the_last_second_is_not_too_late(tmp_path: Path) -> None:
    async def scene(alone: RecordingAlone) -> None:
        call(alone, "con_1", ANSWERED, TAPPED)
        await alone.record("con_1")
        call(alone, "con_1", ended())
        await asyncio.sleep(1.9)
        alone.tell("monitoring.alert", "alr_1", alert("con_1"))
        await asyncio.sleep(10)
        assert alone.files() == {"con_1"}

    played(tmp_path, scene)


def test_pages_that_come_after_the_end_are_waited_for(tmp_path: Path) -> None:
    async def scene(alone: RecordingAlone) -> None:
        call(alone, "con_1", ANSWERED, TAPPED, ended())
        await asyncio.sleep(60)
        await alone.record("con_1")
        await asyncio.sleep(3)
        assert alone.files() == set()
        assert set(alone.deleted()) == {"con_1"}

    played(tmp_path, scene)


def test_a_hold_keeps_it_until_it_is_released(tmp_path: Path) -> None:
    async def scene(alone: RecordingAlone) -> None:
        call(alone, "con_1", ANSWERED, TAPPED)
        await alone.record("con_1")
        request = pb.SetLegalHoldRequest(contact_id="con_1", reason="court")
        hold_id = (await alone.call("SetLegalHold", request, ADMIN)).hold_id
        call(alone, "con_1", ended())
        await asyncio.sleep(60)
        assert alone.files() == {"con_1"}
        release = pb.ReleaseLegalHoldRequest(contact_id="con_1", hold_id=hold_id)
        await alone.call("ReleaseLegalHold", release, ADMIN)
        await asyncio.sleep(3)
        assert alone.files() == set()

    played(tmp_path, scene)


def test_a_hold_and_its_release_by_the_same_request_id_are_two_things(tmp_path: Path) -> None:
    async def scene(alone: RecordingAlone) -> None:
        call(alone, "con_1", ANSWERED, TAPPED)
        await alone.record("con_1")
        request = pb.SetLegalHoldRequest(request_id="1", contact_id="con_1", reason="court")
        hold_id = (await alone.call("SetLegalHold", request, ADMIN)).hold_id
        release = pb.ReleaseLegalHoldRequest(request_id="1", contact_id="con_1", hold_id=hold_id)
        await alone.call("ReleaseLegalHold", release, ADMIN)
        call(alone, "con_1", ended())
        await asyncio.sleep(60)
        assert alone.files() == set()

    played(tmp_path, scene)


def test_two_people_who_count_their_requests_alike_set_two_holds(tmp_path: Path) -> None:
    async def scene(alone: RecordingAlone) -> None:
        await alone.record("con_1")
        request = pb.SetLegalHoldRequest(request_id="1", contact_id="con_1", reason="court")
        hold_ids = {(await alone.call("SetLegalHold", request, who)).hold_id for who in PEOPLE}
        assert len(hold_ids) == len(PEOPLE)

    played(tmp_path, scene)


def test_a_bug_about_one_recording_keeps_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoiled = derived_id("rec", TENANT, "UploadPages", "con_1")

    def decide(state: State, command: Command, now: datetime) -> Sequence[RecordingEvent]:
        if isinstance(state, Finished) and state.kept.recording_id == spoiled:
            raise ZeroDivisionError("a bug")
        return RECORDING.decide(state, command, now)

    async def scene(alone: RecordingAlone) -> None:
        for contact_id in ("con_1", "con_2"):
            call(alone, contact_id, ANSWERED, TAPPED)
            await alone.record(contact_id)
        for contact_id in ("con_1", "con_2"):
            call(alone, contact_id, ended())
        await asyncio.sleep(60)
        assert alone.files() == {"con_1"}

    monkeypatch.setattr(app, "RECORDING", replace(RECORDING, decide=decide))
    played(tmp_path, scene)


@pytest.mark.parametrize("seed", range(10))
def test_whatever_dies_only_calls_with_an_alert_are_left(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    alerted: set[str] = set()

    async def one(alone: RecordingAlone, contact_id: str) -> None:
        """A call's records and pages, in an order that the topics may give them."""
        steps: list[Callable[[], Awaitable[None] | None]] = [
            lambda: call(alone, contact_id, ANSWERED, TAPPED),
            lambda: alone.record(contact_id),
            lambda: call(alone, contact_id, ended()),
        ]
        if random.random() < 0.4:
            alerted.add(contact_id)
            raised = lambda: alone.tell("monitoring.alert", f"alr_{contact_id}", alert(contact_id))  # noqa: E731
            steps.insert(random.randrange(3), raised)
        for step in steps:
            if (waited := step()) is not None:
                await waited
            await asyncio.sleep(random.choice((0.0, 0.3)))
            if random.random() < 0.15:
                await alone.kill()
                await alone.start()

    async def scene(alone: RecordingAlone) -> None:
        for number in range(40):
            await one(alone, f"con_{number}")
        await asyncio.sleep(10)
        assert alone.files() == alerted == wanted(alone)
        assert len(alone.deleted()) == 40 - len(alerted)
        assert alone.clock.now() < NOON + timedelta(minutes=5)

    played(tmp_path, scene)
