"""An operator's desk: whoever hears them, or wants to, is on it, and nobody else sees it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from tests.harness.records import recorded
from tests.harness.specification import NOON

from sasayaki.event import Event
from sasayaki.media.v1 import call_events_pb2 as media_wire
from sasayaki.media.v1.call_events import CallEnded, CallEndReason, SupervisionMode, TalkStarted
from sasayaki.monitoring.v1 import desk_pb2 as wire
from sasayaki.monitoring.v1 import floor_pb2
from sasayaki.monitoring.v1.alert_events import (
    AlertCancelled,
    AlertClaimed,
    AlertKind,
    AlertLevel,
    AlertRaised,
)
from sasayaki.monitoring.v1.supervision_events import (
    ConsentAnswer,
    ConsentAnswered,
    ConsentRequested,
    FollowingSet,
    OperatorAwaited,
    Purpose,
    SupervisionEnded,
    SupervisionEndReason,
    SupervisionModeChanged,
    SupervisionStarted,
    TargetSwitched,
    TextWhispered,
)
from sasayaki_chassis.owner import Overloaded
from sasayaki_monitoring.desk.view import DeskView
from sasayaki_monitoring.desk.watchers import CHANGES_MOST, WATCHERS_EACH_MOST, Watchers

MORI, KATO = ("out_demo", "usr_mori"), ("out_demo", "usr_kato")
LISTEN, WHISPER = SupervisionMode.LISTEN, SupervisionMode.WHISPER
NODE = {"node_id": "n", "happening_seq": 1}
CALL_ENDED = CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, **NODE)
ENDED = SupervisionEnded(reason=SupervisionEndReason.ENDED)
ASKED = ConsentRequested(
    contact_id="con_1",
    supervisor_id="usr_sato",
    operator_id="usr_mori",
    mode=LISTEN,
    purpose=Purpose.TRAINING,
    answer_by=NOON,
    note_sealed="greeting",
)
STARTED = SupervisionStarted(
    contact_id="con_1",
    supervisor_id="usr_sato",
    operator_id="usr_mori",
    mode=LISTEN,
    purpose=Purpose.QUALITY,
    following=True,
)
TEXT = TextWhispered(text_id="txt_1", text_sealed="ask the date")
RAISED = AlertRaised(
    kind=AlertKind.HELP,
    contact_id="con_1",
    operator_id="usr_mori",
    team_id=None,
    level=AlertLevel.ALL,
    all_at=NOON,
    managers_at=NOON,
    raised_at=NOON,
)


def opens(client_id: str, sealed: str) -> str | None:
    return f"{client_id}: {sealed}"


class Desk:
    """An operator's stream, read as it comes."""

    def __init__(self, view: DeskView, operator: tuple[str, str]) -> None:
        self._watching = view.watch(operator)
        self._changes = self._watching.__enter__().changes()

    async def next(self) -> list[wire.DeskRow]:
        async with asyncio.timeout(1):
            return await anext(self._changes)

    async def row(self) -> Any:
        (row,) = await self.next()
        return getattr(row, str(row.WhichOneof("row")))


@pytest.fixture
def view() -> DeskView:
    return DeskView(Watchers(opens))


@pytest.fixture
def tell(view: DeskView) -> Callable[..., None]:
    def fold(subject: str, *events: Event) -> None:
        for event in events:
            view.fold(recorded(subject, event))

    return fold


async def test_what_is_there_comes_first_and_changes_follow(
    view: DeskView, tell: Callable[..., None]
) -> None:
    tell("spv_1", STARTED)
    desk = Desk(view, MORI)
    (present,) = await desk.next()
    listener = present.listener
    assert (listener.supervisor_id, listener.contact_id) == ("usr_sato", "con_1")
    assert listener.following
    tell("spv_1", SupervisionModeChanged(mode=WHISPER))
    assert (await desk.row()).mode == media_wire.SUPERVISION_MODE_WHISPER
    tell("spv_1", FollowingSet(following=False, client_ids=()))
    assert not (await desk.row()).following
    tell("spv_1", ENDED)
    assert (await desk.row()).listener == "spv_1"


async def test_nobody_sees_another_operators_desk(
    view: DeskView, tell: Callable[..., None]
) -> None:
    tell("spv_1", STARTED)
    tell("spv_2", ASKED)
    tell("alt_1", RAISED)
    assert await Desk(view, KATO).next() == []
    assert await Desk(view, ("out_other", "usr_mori")).next() == []


async def test_a_question_is_shown_with_its_note_and_goes_with_its_answer(
    view: DeskView, tell: Callable[..., None]
) -> None:
    desk = Desk(view, MORI)
    assert await desk.next() == []
    tell("spv_1", ASKED)
    question = await desk.row()
    assert question.note == "cli_acme: greeting"
    assert question.answer_by.ToDatetime(NOON.tzinfo) == NOON
    tell("spv_1", ConsentAnswered(answer=ConsentAnswer.DECLINED), ENDED)
    assert (await desk.row()).consent == "spv_1"
    assert await Desk(view, MORI).next() == []


async def test_a_question_without_an_answer_goes_too(
    view: DeskView, tell: Callable[..., None]
) -> None:
    tell("spv_1", ASKED)
    desk = Desk(view, MORI)
    await desk.next()
    tell("spv_1", SupervisionEnded(reason=SupervisionEndReason.NOT_ANSWERED))
    assert (await desk.row()).consent == "spv_1"


async def test_who_waits_for_the_next_call_is_on_the_desk(
    view: DeskView, tell: Callable[..., None]
) -> None:
    tell("spv_1", STARTED, SupervisionModeChanged(mode=WHISPER), OperatorAwaited(until=NOON))
    ((waiting),) = await Desk(view, MORI).next()
    assert waiting.listener.contact_id == ""
    assert waiting.listener.mode == media_wire.SUPERVISION_MODE_LISTEN


async def test_a_listener_who_goes_to_another_operator_goes_from_one_desk_to_the_other(
    view: DeskView, tell: Callable[..., None]
) -> None:
    tell("spv_1", STARTED)
    left, entered = Desk(view, MORI), Desk(view, KATO)
    await left.next()
    await entered.next()
    tell("spv_1", TargetSwitched(contact_id="con_2", operator_id="usr_kato", mode=LISTEN))
    assert (await left.row()).listener == "spv_1"
    assert (await entered.row()).contact_id == "con_2"


async def test_a_text_is_there_until_its_call_ends(
    view: DeskView, tell: Callable[..., None]
) -> None:
    tell("spv_1", STARTED)
    desk = Desk(view, MORI)
    await desk.next()
    tell("spv_1", TEXT)
    assert (await desk.row()).text == "cli_acme: ask the date"
    tell("con_0", CALL_ENDED)
    tell("con_1", CALL_ENDED)
    assert (await desk.row()).text == "txt_1"


async def test_a_text_is_gone_with_the_next_talk_and_never_comes_after_the_end_of_its_call(
    view: DeskView, tell: Callable[..., None]
) -> None:
    tell("spv_1", STARTED, TEXT)
    desk = Desk(view, MORI)
    await desk.next()
    tell("con_2", TalkStarted(leg_id="leg_2", operator_id="usr_mori", **NODE))
    assert (await desk.row()).text == "txt_1"
    tell("con_1", CALL_ENDED)
    tell("spv_1", TextWhispered(text_id="txt_2", text_sealed="too late"))
    (present,) = await Desk(view, MORI).next()
    assert present.HasField("listener")


async def test_words_that_are_forgotten_are_empty(tell: Callable[..., None]) -> None:
    view = DeskView(Watchers(lambda client_id, sealed: None))
    view.fold(recorded("spv_1", ASKED))
    (question,) = await Desk(view, MORI).next()
    assert question.consent.note == ""


async def test_the_operator_sees_who_comes_and_how_fast(
    view: DeskView, tell: Callable[..., None]
) -> None:
    desk = Desk(view, MORI)
    await desk.next()
    tell("alt_1", RAISED)
    assert (await desk.row()).state == floor_pb2.FLOOR_ALERT_STATE_OPEN
    tell("alt_1", AlertClaimed(supervisor_id="usr_tanaka", waited_ms=4_000))
    received = await desk.row()
    assert (received.supervisor_id, received.waited_ms) == ("usr_tanaka", 4_000)
    tell("alt_1", AlertCancelled())
    assert (await desk.row()).state == floor_pb2.FLOOR_ALERT_STATE_CANCELLED
    assert await Desk(view, MORI).next() == []


async def test_what_a_rule_raised_is_the_supervisors_business(
    view: DeskView, tell: Callable[..., None]
) -> None:
    tell("alt_1", RAISED.model_copy(update={"kind": AlertKind.LONG_CALL}))
    assert await Desk(view, MORI).next() == []


async def test_other_parts_put_rows_and_take_them_away(view: DeskView) -> None:
    desk = Desk(view, MORI)
    await desk.next()
    view.put(*MORI, wire.DeskRow(feedback=wire.DeskFeedback(feedback_id="fbk_1")))
    assert (await desk.row()).feedback_id == "fbk_1"
    view.take(*MORI, wire.DeskGone(feedback="fbk_1"))
    assert (await desk.row()).feedback == "fbk_1"
    view.take(*MORI, wire.DeskGone(feedback="fbk_1"))
    assert await Desk(view, MORI).next() == []


async def test_a_slow_watcher_is_ended_and_nobody_opens_screens_without_end(
    view: DeskView, tell: Callable[..., None]
) -> None:
    desk = Desk(view, MORI)
    await desk.next()
    tell("spv_1", STARTED)
    for number in range(CHANGES_MOST):
        tell("spv_1", SupervisionModeChanged(mode=WHISPER if number % 2 else LISTEN))
    with pytest.raises(Overloaded):
        await desk.next()
    screens = [Desk(view, KATO) for _ in range(WATCHERS_EACH_MOST)]
    assert len(screens) == WATCHERS_EACH_MOST
    with pytest.raises(Overloaded):
        Desk(view, KATO)


async def test_an_end_of_what_never_began_changes_nothing(
    view: DeskView, tell: Callable[..., None]
) -> None:
    tell("spv_1", ENDED, TEXT, OperatorAwaited(until=NOON))
    assert await Desk(view, MORI).next() == []
