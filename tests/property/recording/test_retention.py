"""Recordings are kept as long as was said and no longer, in simulated time and killed at will."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from tests.harness.alone import Refusal
from tests.harness.recording_alone import ADMIN, MEDIA, RecordingAlone
from tests.harness.simulation import simulate

from sasayaki.callreason.v1.client_events import ClientPut, Reason
from sasayaki.callreason.v1.enquiry_events import ReasonConfirmed, ReasonStated
from sasayaki.recording.v1 import recording_service_pb2 as pb
from sasayaki.recording.v1.policy_events import RetentionRun
from sasayaki.recording.v1.policy_events_pb2 import ReasonRetention
from sasayaki.recording.v1.recording_events import (
    DeletionReason,
    LegalHoldReleased,
    LegalHoldSet,
    RecordingDeleted,
)
from sasayaki.recording.v1.recording_events_pb2 import DeletionReason as DeletionReasonPb
from sasayaki_recording.retention import keeper

TOKYO = ZoneInfo("Asia/Tokyo")
BEGIN = datetime(2026, 11, 2, 9, tzinfo=TOKYO)
DAY_S = 86_400.0
STATED = ReasonStated(step_id="menu", reason_id="rsn_billing", key="1")
MOVE = ReasonConfirmed(reason_id="rsn_move", operator_id="usr_op01")
"""A reason below that of contracts."""
CLIENT = ClientPut(
    client_id="cli_acme",
    name="Acme",
    numbers=(),
    reasons=(Reason(reason_id="rsn_move", label_ja="", label_en="", parent_id="rsn_contract"),),
    wrap_up_form=(),
    wrap_up_ms_max=0,
    queue_ids=(),
)
CONTRACT = ReasonConfirmed(reason_id="rsn_contract", operator_id="usr_op01")


@pytest.fixture(autouse=True)
def every_ten_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of every second: months are simulated."""
    monkeypatch.setattr(keeper, "LOOK_S", 600.0)


def days(count_: float) -> Awaitable[None]:
    return asyncio.sleep(count_ * DAY_S)


async def set_retention(alone: RecordingAlone, client_id: str, usual: int, **other: int) -> None:
    by_reason = [ReasonRetention(reason_id=each, days=other[each]) for each in other]
    request = pb.SetRetentionRequest(client_id=client_id, days=usual, by_reason=by_reason)
    await alone.call("SetRetention", request, ADMIN)


async def hold(alone: RecordingAlone, contact_id: str) -> str:
    request = pb.SetLegalHoldRequest(contact_id=contact_id, reason="court")
    return str((await alone.call("SetLegalHold", request, ADMIN)).hold_id)


async def release(alone: RecordingAlone, contact_id: str, hold_id: str) -> None:
    request = pb.ReleaseLegalHoldRequest(contact_id=contact_id, hold_id=hold_id)
    await alone.call("ReleaseLegalHold", request, ADMIN)


def runs(alone: RecordingAlone, client_id: str = "cli_acme") -> dict[str, RetentionRun]:
    """What each day's look found: a day stands there once."""
    found: dict[str, RetentionRun] = {}
    for record in alone.history("recording.policy"):
        if isinstance(record.data, RetentionRun) and record.subject == client_id:
            assert record.data.day not in found, f"{record.data.day} was looked at twice"
            found[record.data.day] = record.data
    return found


def played(
    folder: Path, scene: Callable[[RecordingAlone], Awaitable[None]], *, begin: datetime = BEGIN
) -> None:
    """A scene with the service serving, in simulated time."""

    async def play() -> None:
        alone = RecordingAlone(begin, folder, "cli_acme", "cli_hana")
        await alone.start()
        await scene(alone)
        await alone.kill()

    simulate(play())


def test_a_recording_goes_at_three_in_the_morning_when_its_days_are_over(tmp_path: Path) -> None:
    async def scene(alone: RecordingAlone) -> None:
        await set_retention(alone, "cli_acme", 30)
        await alone.record("con_1")
        await days(30.5)
        assert alone.files() == {"con_1"}
        await days(1)
        assert alone.files() == set()
        deletion = alone.deleted()["con_1"]
        local = deletion.time.astimezone(TOKYO)
        assert (local.date(), local.hour, local.minute < 11) == (date(2026, 12, 3), 3, True)
        assert deletion.data.reason is DeletionReason.RETENTION
        assert deletion.data.bytes > 0
        (row,) = await alone.listed()
        assert (row.deleted, row.contact_id) == (True, "con_1")

    played(tmp_path, scene)


def test_without_a_policy_recordings_are_kept_for_ever(tmp_path: Path) -> None:
    async def scene(alone: RecordingAlone) -> None:
        await set_retention(alone, "cli_hana", 1)
        await alone.record("con_1")
        await days(60)
        assert alone.files() == {"con_1"}
        assert alone.history("recording.policy")[-1].subject == "cli_hana"

    played(tmp_path, scene)


def test_every_day_is_noted_once_even_when_nothing_is_due(tmp_path: Path) -> None:
    async def scene(alone: RecordingAlone) -> None:
        await set_retention(alone, "cli_acme", 30)
        await days(9.9)
        await alone.kill()
        await alone.start()
        await days(0.1)
        expected = [(date(2026, 11, 3) + timedelta(days=n)).isoformat() for n in range(10)]
        assert list(runs(alone)) == expected
        assert all((run.due, run.deleted, run.held) == (0, 0, 0) for run in runs(alone).values())

    played(tmp_path, scene)


def test_days_that_were_missed_are_made_up_each_by_its_own_instant(tmp_path: Path) -> None:
    async def scene(alone: RecordingAlone) -> None:
        await set_retention(alone, "cli_acme", 2)
        await alone.record("con_1")
        await days(1)
        await alone.record("con_2")
        await alone.kill()
        await days(9)
        await alone.start()
        await days(0.1)
        due = {day: run.deleted for day, run in runs(alone).items() if run.due}
        assert due == {"2026-11-05": 1, "2026-11-06": 1}
        assert len(runs(alone)) == 10
        assert alone.files() == set()

    played(tmp_path, scene)


def test_a_slip_in_the_policy_deletes_nothing_before_the_next_look(tmp_path: Path) -> None:
    async def scene(alone: RecordingAlone) -> None:
        await set_retention(alone, "cli_acme", 60)
        await alone.record("con_1")
        await days(10.1)
        await set_retention(alone, "cli_acme", 6)
        await days(0.1)
        await alone.kill()
        await alone.start()
        await days(0.1)
        await set_retention(alone, "cli_acme", 60)
        await days(1)
        assert alone.files() == {"con_1"}

    played(tmp_path, scene)


def test_the_reason_that_is_known_at_the_look_decides(tmp_path: Path) -> None:
    async def scene(alone: RecordingAlone) -> None:
        await set_retention(alone, "cli_acme", 10, rsn_contract=40, rsn_billing=5)
        for contact_id in ("con_billing", "con_contract", "con_move", "con_other"):
            await alone.record(contact_id)
        alone.tell("callreason.enquiry", "con_billing", STATED)
        alone.tell("callreason.enquiry", "con_contract", STATED)
        alone.tell("callreason.client", "cli_acme", CLIENT)
        await days(4.9)
        alone.tell("callreason.enquiry", "con_contract", CONTRACT)
        alone.tell("callreason.enquiry", "con_move", MOVE)
        await days(1.1)
        assert alone.files() == {"con_contract", "con_move", "con_other"}
        await days(5)
        assert alone.files() == {"con_contract", "con_move"}
        await days(30)
        assert alone.files() == set()

    played(tmp_path, scene)


def test_what_a_list_says_of_the_day_is_what_happens(tmp_path: Path) -> None:
    async def scene(alone: RecordingAlone) -> None:
        await set_retention(alone, "cli_acme", 10)
        await alone.record("con_1")
        await days(1)
        (row,) = await alone.listed()
        delete_at = row.delete_at.ToDatetime(TOKYO)
        assert delete_at == BEGIN + timedelta(days=10, milliseconds=20)
        await days(11)
        assert delete_at < alone.deleted()["con_1"].time < delete_at + timedelta(days=1)

    played(tmp_path, scene)


def test_a_hold_keeps_a_recording_past_its_time_and_until_the_last_is_released(
    tmp_path: Path,
) -> None:
    async def scene(alone: RecordingAlone) -> None:
        await set_retention(alone, "cli_acme", 10)
        await alone.record("con_1")
        first, second = await hold(alone, "con_1"), await hold(alone, "con_1")
        await days(40)
        assert alone.files() == {"con_1"}
        assert [run.held for run in runs(alone).values()] == [0] * 10 + [1] * 30
        await release(alone, "con_1", first)
        await days(2)
        (row,) = await alone.listed()
        assert row.held
        await release(alone, "con_1", second)
        assert alone.files() == {"con_1"}
        await days(1)
        assert alone.files() == set()
        with pytest.raises(Refusal) as refusal:
            await hold(alone, "con_1")
        assert refusal.value.reason == "RECORDING_DELETED"

    played(tmp_path, scene)


def test_killed_between_the_event_and_the_file_it_removes_the_file_at_the_next_start(
    tmp_path: Path,
) -> None:
    async def scene(alone: RecordingAlone) -> None:
        await set_retention(alone, "cli_acme", 1)
        for number in range(3):
            await alone.record(f"con_{number}")
        alone.dies_at = RecordingDeleted
        await alone.at_deaths_door.wait()
        assert len(alone.deleted()) == 1
        assert len(alone.files()) == 3
        await alone.kill()
        await alone.start()
        await asyncio.sleep(1)
        assert alone.files() == set()
        assert len(alone.deleted()) == 3
        assert [run.deleted for run in runs(alone).values() if run.due] == [3]

    played(tmp_path, scene)


def test_killed_between_the_days_finding_and_the_deletions_it_deletes_at_the_next_start(
    tmp_path: Path,
) -> None:
    async def scene(alone: RecordingAlone) -> None:
        await set_retention(alone, "cli_acme", 1)
        await days(0.8)
        await alone.record("con_1")
        await days(1.5)
        assert not any(run.due for run in runs(alone).values())
        alone.dies_at = RetentionRun
        await alone.at_deaths_door.wait()
        await alone.kill()
        assert [run.due for run in runs(alone).values() if run.due] == [1]
        assert alone.deleted() == {}
        assert alone.files() == {"con_1"}
        await alone.start()
        await asyncio.sleep(1)
        assert alone.files() == set()

    played(tmp_path, scene)


def test_pages_that_are_sent_again_after_the_deletion_are_not_stored(tmp_path: Path) -> None:
    async def scene(alone: RecordingAlone) -> None:
        await set_retention(alone, "cli_acme", 1)
        await alone.record("con_1")
        await days(3)
        await alone.record("con_1")
        await alone.kill()
        await alone.start()
        await alone.record("con_1")
        assert alone.files() == set()

    played(tmp_path, scene)


def test_a_service_may_ask_for_the_deletion_of_what_is_due_and_of_nothing_else(
    tmp_path: Path,
) -> None:
    async def scene(alone: RecordingAlone) -> None:
        await set_retention(alone, "cli_acme", 1)
        await alone.record("con_1")
        await asyncio.sleep(1)

        async def delete(reason: DeletionReasonPb.ValueType) -> str:
            request = pb.DeleteRecordingRequest(contact_id="con_1", reason=reason)
            try:
                await alone.call("DeleteRecording", request, MEDIA)
            except Refusal as refusal:
                return refusal.reason
            return ""

        expired = DeletionReasonPb.DELETION_REASON_RETENTION
        assert await delete(expired) == "NOT_DUE"
        assert await delete(DeletionReasonPb.DELETION_REASON_NO_ALERT) == "NOT_DUE"
        await days(1)
        held = await hold(alone, "con_1")
        assert await delete(expired) == "HELD"
        await release(alone, "con_1", held)
        assert await delete(expired) == ""
        assert await delete(expired) == ""
        assert alone.files() == set()
        assert len(alone.deleted()) == 1

    played(tmp_path, scene)


@dataclass
class Model:
    """What a stranger who reads all records would expect."""

    kept: dict[str, int] = field(default_factory=lambda: {"cli_acme": 20, "cli_hana": 7})
    contract: dict[str, int] = field(default_factory=lambda: {"cli_acme": 45, "cli_hana": 7})
    client: dict[str, str] = field(default_factory=dict)
    began: dict[str, datetime] = field(default_factory=dict)
    contract_since: dict[str, datetime] = field(default_factory=dict)

    def due_at(self, contact_id: str, at: datetime) -> datetime:
        """When its time is up, by what is known at an instant."""
        known = contact_id in self.contract_since and self.contract_since[contact_id] <= at
        usual = self.contract if known else self.kept
        length = timedelta(days=usual[self.client[contact_id]], milliseconds=20)
        return self.began[contact_id] + length


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_what_is_due_goes_once_and_nothing_else_does(
    seed: int, tmp_path: Path
) -> None:
    """Seventy days of calls, changed reasons, holds, kills in any place and days of darkness."""
    random, model = Random(seed), Model()
    holds: list[tuple[str, str]] = []

    async def something(alone: RecordingAlone, number: int) -> None:
        match random.choice(("call", "call", "call", "reason", "hold", "release", "die", "kill")):
            case "call":
                contact_id, client_id = f"con_{number}", random.choice(("cli_acme", "cli_hana"))
                model.client[contact_id] = client_id
                model.began[contact_id] = alone.clock.now()
                await alone.record(contact_id, client_id)
            case "reason" if model.began:
                contact_id = random.choice(list(model.began))
                model.contract_since.setdefault(contact_id, alone.clock.now())
                alone.tell("callreason.enquiry", contact_id, CONTRACT)
            case "hold" if model.began:
                contact_id = random.choice(list(model.began))
                if contact_id not in alone.deleted():
                    holds.append((contact_id, await hold(alone, contact_id)))
            case "release" if holds:
                await release(alone, *holds.pop(random.randrange(len(holds))))
            case "die":
                alone.dies_at = random.choice((RecordingDeleted, RetentionRun))
                await asyncio.wait(
                    {asyncio.ensure_future(alone.at_deaths_door.wait())}, timeout=2 * DAY_S
                )
                await alone.kill()
                await alone.start()
            case "kill":
                await alone.kill()
                await days(random.choice((0.01, 0.2, 3.5)))
                await alone.start()

    async def scene(alone: RecordingAlone) -> None:
        for client_id, usual in model.kept.items():
            contract = model.contract[client_id]
            await set_retention(alone, client_id, usual, rsn_contract=contract)
        number = 0
        while alone.clock.now() < BEGIN + timedelta(days=70):
            await days(random.random())
            await something(alone, number := number + 1)
            without_event = model.began.keys() - alone.files() - alone.deleted().keys()
            assert without_event == set(), "a file went without an event"
        await days(1.1)
        judge(alone, model, {contact_id for contact_id, _ in holds})

    played(tmp_path, scene)


def judge(alone: RecordingAlone, model: Model, held: set[str]) -> None:
    deleted = alone.deleted()
    assert deleted, "nothing was ever due"
    assert alone.files() == model.began.keys() - deleted.keys()
    # A look is over ten minutes after its instant at the latest.
    looked = (alone.clock.now() - timedelta(minutes=11)).astimezone(TOKYO) - timedelta(hours=3)
    last_look = datetime.combine(looked.date(), time(3), TOKYO)
    for contact_id in model.began:
        up = model.due_at(contact_id, last_look)
        if contact_id in deleted:
            assert model.due_at(contact_id, deleted[contact_id].time) <= deleted[contact_id].time
        else:
            assert contact_id in held or up > last_look, f"{contact_id} should be gone"
    holds: Counter[str] = Counter()
    for record in alone.history("recording.recording"):
        match record.data:
            case LegalHoldSet():
                holds[record.subject] += 1
            case LegalHoldReleased():
                holds[record.subject] -= 1
            case RecordingDeleted():
                assert holds[record.subject] == 0, "deleted under a hold"
    for client_id in model.kept:
        found = [date.fromisoformat(day) for day in runs(alone, client_id)]
        assert found == [found[0] + timedelta(days=n) for n in range(len(found))]
        assert found[-1] == last_look.date()
        found_each_day = runs(alone, client_id).values()
        assert all(run.due == run.deleted + run.held for run in found_each_day)
        gone = [each for each in deleted if model.client[each] == client_id]
        assert sum(run.due for run in found_each_day) >= len(gone)
