"""The floor whole: each row follows its records, and what is gone is told once."""

import asyncio
from datetime import UTC, timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from tests.harness.records import recorded
from tests.harness.specification import NOON

from sasayaki.event import Event
from sasayaki.media.v1.call_events import (
    CallArrived,
    CallEnded,
    CallEndReason,
    SupervisionMode,
    TalkStarted,
)
from sasayaki.monitoring.v1 import alert_events_pb2 as alert_wire
from sasayaki.monitoring.v1 import floor_pb2 as wire
from sasayaki.monitoring.v1.alert_events import (
    AlertCancelled,
    AlertClaimed,
    AlertEscalated,
    AlertKind,
    AlertLevel,
    AlertRaised,
    AlertReason,
    AlertReasonGiven,
)
from sasayaki.monitoring.v1.supervision_events import (
    ConsentRequested,
    FollowingSet,
    OperatorAwaited,
    Purpose,
    SupervisionEnded,
    SupervisionEndReason,
    SupervisionModeChanged,
    SupervisionStarted,
    TargetSwitched,
)
from sasayaki.routing.v1.pool_events import (
    ContactAbandoned,
    ContactQueued,
    OfferAccepted,
    OfferDeclined,
    OfferFailure,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    OperatorPut,
    OperatorReleased,
    OperatorState,
    OperatorStateSet,
    PriorityRaised,
    QueuePut,
    ReleaseReason,
    RingReached,
    WrapUpStarted,
)
from sasayaki_chassis.identity import Identity
from sasayaki_monitoring.floor.supervisions import ACTIVE, ASKING, AWAITING
from sasayaki_monitoring.floor.view import FloorView
from sasayaki_monitoring.floor.watchers import Watchers

MORI = "usr_mori"
SATO = Identity("usr_sato", "out_demo", "supervisor", frozenset(("cli_acme",)), "tem_1")
TALK = TalkStarted(leg_id="leg_1", operator_id=MORI, node_id="n", happening_seq=4)
CALL_ENDED = CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, node_id="n", happening_seq=9)
PUT = OperatorPut(
    operator_id=MORI, team_id="tem_1", skills=(), client_ids=("cli_acme",), skill_levels=()
)
READY = OperatorStateSet(operator_id=MORI, state=OperatorState.READY, since=NOON)
OFFER = {"offer_id": "off_1", "contact_id": "con_1", "operator_id": MORI}
MADE = OfferMade(
    respond_by=NOON + timedelta(seconds=20), idle_ms=5, skipped=(), considered=(), **OFFER
)
ACCEPTED = OfferAccepted(waited_ms=900, **OFFER)
LATER = NOON + timedelta(minutes=1)
QUEUED = ContactQueued(
    contact_id="con_1",
    client_id="cli_acme",
    queue_id="que_1",
    required_skills=(),
    priority=3,
    queued_at=NOON,
)
SUPERVISED = SupervisionStarted(
    contact_id="con_1",
    supervisor_id="usr_sato",
    operator_id=MORI,
    mode=SupervisionMode.LISTEN,
    purpose=Purpose.HELP,
)
RAISED = AlertRaised(
    kind=AlertKind.HELP,
    contact_id="con_1",
    operator_id=MORI,
    team_id="tem_1",
    level=AlertLevel.TEAM,
    all_at=LATER,
    managers_at=LATER,
    raised_at=NOON,
)


class Watched:
    """A floor and what one supervisor has been shown of it."""

    def __init__(self) -> None:
        self.view = FloorView(Watchers())
        self._watching = self.view.watch(SATO)
        self._watcher = self._watching.__enter__()

    def tell(self, subject: str, *events: Event, client_id: str | None = "cli_acme") -> None:
        for event in events:
            self.view.fold(recorded(subject, event, client_id=client_id))

    def shown(self) -> list[wire.FloorRow]:
        changes = self._watcher._changes
        return [changes.get_nowait() for _ in range(changes.qsize())]

    def present(self) -> list[wire.FloorRow]:
        """What somebody who begins to watch now is shown first."""
        with self.view.watch(SATO) as watcher:
            return watcher._present


@pytest.fixture
def floor() -> Watched:
    return Watched()


def test_a_talk_is_shown_from_its_start_to_its_calls_end(floor: Watched) -> None:
    arrived = CallArrived(
        dialled_number="+1", caller_hash="", caller_sealed="", node_id="n", happening_seq=1
    )
    floor.tell("con_1", arrived, TALK, CALL_ENDED)
    began, gone = floor.shown()
    since = Timestamp()
    since.FromDatetime(NOON)
    assert began.talk == wire.FloorTalk(
        contact_id="con_1", client_id="cli_acme", operator_id=MORI, since=since
    )
    assert gone.gone.talk == "con_1"
    assert not floor.present()


def test_a_call_that_never_was_a_talk_is_not_shown(floor: Watched) -> None:
    floor.tell("con_1", CALL_ENDED)
    assert not floor.shown()


def test_the_operators_team_and_call_are_known(floor: Watched) -> None:
    floor.tell("con_1", TALK)
    floor.tell("pool_demo", PUT, client_id=None)
    assert floor.view.team_of("out_demo", MORI) == "tem_1"
    assert floor.view.team_of("out_other", MORI) == ""
    talk = floor.view.talk_of("out_demo", MORI)
    assert talk is not None
    assert talk.contact_id == "con_1"
    assert floor.view.talk_of("out_other", MORI) is None


async def test_whoever_presses_a_moment_before_their_talk_is_known_is_waited_for(
    floor: Watched,
) -> None:
    waiting = asyncio.create_task(floor.view.talk_soon("out_demo", MORI, wait_s=30))
    await asyncio.sleep(0)
    floor.tell("con_0", TALK.model_copy(update={"operator_id": "usr_kato"}))
    await asyncio.sleep(0)
    floor.tell("con_1", TALK)
    talk = await waiting
    assert talk is not None
    assert talk.contact_id == "con_1"


async def test_an_operator_who_talks_with_nobody_is_not_waited_for_long(floor: Watched) -> None:
    assert await floor.view.talk_soon("out_demo", MORI, wait_s=0.001) is None


def test_an_operator_is_shown_through_a_call(floor: Watched) -> None:
    floor.tell("pool_demo", PUT, READY, client_id=None)
    floor.tell(
        "pool_demo",
        MADE,
        ACCEPTED,
        WrapUpStarted(contact_id="con_1", operator_id=MORI, release_by=LATER, since=NOON),
        OperatorReleased(
            contact_id="con_1", operator_id=MORI, reason=ReleaseReason.COMPLETED, since=NOON
        ),
    )
    rows = [row.operator for row in floor.shown()]
    assert [row.state for row in rows] == [1, 2, 4, 5, 6, 2]
    assert [row.contact_id for row in rows] == ["", "", "con_1", "con_1", "con_1", ""]
    (row,) = floor.present()
    assert (row.operator.operator_id, row.operator.team_id) == (MORI, "tem_1")


def test_an_operators_skills_are_shown_with_their_levels(floor: Watched) -> None:
    put = PUT.model_copy(update={"skills": ("billing", "gold"), "skill_levels": (5, 2)})
    floor.tell("pool_demo", put, client_id=None)
    floor.tell("pool_demo", put.model_copy(update={"skill_levels": ()}), client_id=None)
    rows = [row.operator for row in floor.shown()]
    assert [list(row.skills) for row in rows] == [["billing", "gold"]] * 2
    assert [list(row.skill_levels) for row in rows] == [[5, 2], [3, 3]]


@pytest.mark.parametrize(
    ("ended", "state", "reason"),
    [
        (OfferLapsed(**OFFER), OperatorState.AWAY, "missed"),
        (
            OfferDeclined(failure=OfferFailure.REFUSED, since=NOON, **OFFER),
            OperatorState.AWAY,
            "missed",
        ),
        (OfferWithdrawn(**OFFER), OperatorState.READY, ""),
    ],
)
def test_an_offer_that_comes_to_nothing_moves_its_operator(
    floor: Watched, ended: Event, state: OperatorState, reason: str
) -> None:
    floor.tell("pool_demo", PUT, READY, MADE, ended)
    last = floor.shown()[-1].operator
    assert list(OperatorState).index(state) == last.state
    assert last.reason == reason


def test_a_withdrawal_of_another_offer_moves_nobody(floor: Watched) -> None:
    floor.tell("pool_demo", PUT, READY, MADE, ACCEPTED)
    floor.shown()
    floor.tell("pool_demo", OfferWithdrawn(**OFFER))
    assert not floor.shown()


@pytest.mark.parametrize(
    "gone", [ACCEPTED, ContactAbandoned(contact_id="con_1", queue_id="que_1", waited_ms=5)]
)
def test_a_customer_waits_until_they_are_answered_or_leave(floor: Watched, gone: Event) -> None:
    floor.tell("pool_demo", QUEUED, MADE)
    assert floor.shown()[0].waiting.contact_id == "con_1"
    floor.tell("pool_demo", gone)
    assert floor.shown()[0].gone.waiting == "con_1"


def test_a_wait_that_widens_and_rises_is_shown(floor: Watched) -> None:
    reached = RingReached(contact_id="con_1", queue_id="que_1", ring=2, overflow=True)
    raised = PriorityRaised(contact_id="con_1", priority=7)
    floor.tell("pool_demo", QUEUED, reached, raised)
    last = floor.shown()[-1].waiting
    assert (last.ring, last.overflow, last.priority) == (2, True, 7)
    gone = reached.model_copy(update={"contact_id": "con_9"})
    floor.tell("pool_demo", gone)
    assert not floor.shown()


def test_who_hears_whom_in_which_mode_is_shown(floor: Watched) -> None:
    ended = SupervisionEnded(reason=SupervisionEndReason.ENDED)
    whisper = SupervisionModeChanged(mode=SupervisionMode.WHISPER)
    floor.tell("spv_1", SUPERVISED, whisper, ended)
    began, changed, gone = floor.shown()
    assert (began.supervision.mode, changed.supervision.mode) == (1, 2)
    assert changed.supervision.supervisor_id == "usr_sato"
    assert changed.supervision.since == began.supervision.since
    assert gone.gone.supervision == "spv_1"
    assert not floor.present()


def test_who_asks_and_who_waits_for_a_next_call_is_shown(floor: Watched) -> None:
    asked = ConsentRequested(
        contact_id="con_1",
        supervisor_id="usr_sato",
        operator_id=MORI,
        mode=SupervisionMode.LISTEN,
        purpose=Purpose.TRAINING,
        answer_by=LATER,
    )
    switched = TargetSwitched(
        contact_id="con_2", operator_id=MORI, mode=SupervisionMode.LISTEN, client_id="cli_acme"
    )
    following = FollowingSet(following=True, client_ids=("cli_acme",))
    floor.tell("spv_1", asked, SUPERVISED, following, OperatorAwaited(until=LATER), switched)
    rows = [row.supervision for row in floor.shown()]
    assert [row.state for row in rows] == [ASKING, ACTIVE, ACTIVE, AWAITING, ACTIVE]
    assert [row.contact_id for row in rows] == ["con_1", "con_1", "con_1", "", "con_2"]
    assert [row.following for row in rows] == [False, False, True, True, True]
    floor.tell("spv_2", asked, SupervisionEnded(reason=SupervisionEndReason.DECLINED))
    assert floor.shown()[-1].gone.supervision == "spv_2"


def test_a_supervision_that_goes_to_another_client_company_goes_from_those_who_may_not_see_it(
    floor: Watched,
) -> None:
    switched = TargetSwitched(
        contact_id="con_2", operator_id=MORI, mode=SupervisionMode.LISTEN, client_id="cli_other"
    )
    floor.tell("spv_1", SUPERVISED)
    floor.tell("spv_1", switched, client_id="cli_other")
    assert floor.shown()[-1].gone.supervision == "spv_1"
    assert not floor.present()


def test_an_alert_is_shown_until_it_is_over_and_then_told_how(floor: Watched) -> None:
    floor.tell("alt_1", RAISED, AlertEscalated(level=AlertLevel.ALL))
    floor.tell("alt_1", AlertClaimed(supervisor_id="usr_sato", waited_ms=5))
    floor.tell("alt_1", AlertReasonGiven(reason=AlertReason.TECHNICAL))
    (row,) = floor.present()
    assert row.alert.supervisor_id == "usr_sato"
    assert row.alert.reason == alert_wire.ALERT_REASON_TECHNICAL
    floor.tell("alt_1", AlertCancelled())
    states = [row.alert.state for row in floor.shown()]
    assert states == [1, 1, 2, 2, 3]
    assert not floor.present()


def test_what_is_told_of_an_alert_that_is_over_is_not_shown(floor: Watched) -> None:
    floor.tell("alt_1", RAISED, AlertCancelled())
    floor.shown()
    floor.tell("alt_1", AlertReasonGiven(reason=AlertReason.OTHER))
    assert not floor.shown()


def test_a_queue_is_told_when_it_changes_and_when_its_half_hour_moves_on(floor: Watched) -> None:
    other = QUEUED.model_copy(update={"contact_id": "con_2"})
    floor.tell("pool_demo", QUEUED, other, ACCEPTED)
    floor.shown()
    floor.view.tell_queues(NOON)
    (row,) = floor.shown()
    queue = row.queue
    assert (queue.queue_id, queue.client_id) == ("que_1", "cli_acme")
    assert (queue.waiting, queue.answered, queue.answered_in_time, queue.abandoned) == (1, 1, 1, 0)
    assert (queue.service_level, queue.in_time_ms) == (1.0, 20_000)
    assert queue.longest_since.ToDatetime(UTC) == NOON
    floor.view.tell_queues(LATER)
    assert not floor.shown()
    floor.view.tell_queues(NOON + timedelta(minutes=30))
    (row,) = floor.shown()
    assert row.queue.answered == 0
    assert not row.queue.HasField("service_level")


def test_a_queues_own_time_counts_for_its_service_level(floor: Watched) -> None:
    put = QueuePut(
        queue_id="que_1",
        rings=(),
        tell_every_ms=0,
        service_ms=899,
        raise_after_ms=0,
        callback_attempts_most=3,
        callback_pause_ms=0,
    )
    floor.tell("pool_demo", QUEUED)
    floor.view.tell_queues(NOON)
    floor.shown()
    floor.tell("pool_demo", put, client_id=None)
    floor.view.tell_queues(NOON)
    assert [row.queue.in_time_ms for row in floor.shown()] == [899]
    floor.tell("pool_demo", put.model_copy(update={"queue_id": "que_2"}), ACCEPTED)
    floor.shown()
    floor.view.tell_queues(NOON)
    (row,) = floor.shown()
    assert (row.queue.answered, row.queue.answered_in_time) == (1, 0)


def test_a_rules_alert_shows_what_was_measured(floor: Watched) -> None:
    update = {"kind": AlertKind.QUEUE, "queue_id": "que_1", "measured": 61_000}
    floor.tell("alt_1", RAISED.model_copy(update={**update, "threshold": 60_000}))
    (row,) = floor.present()
    assert (row.alert.kind, row.alert.queue_id) == (alert_wire.ALERT_KIND_QUEUE, "que_1")
    assert (row.alert.measured, row.alert.threshold) == (61_000, 60_000)
