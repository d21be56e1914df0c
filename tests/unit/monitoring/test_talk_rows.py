"""A talk's row tells why the customer called and who keeps whom waiting on the line."""

from datetime import timedelta

from tests.harness.records import recorded
from tests.harness.specification import NOON

from sasayaki.callreason.v1.enquiry_events import ReasonStated
from sasayaki.event import Event
from sasayaki.media.v1.call_events import (
    CallEnded,
    CallEndReason,
    HoldEnded,
    HoldStarted,
    LegMuted,
    LegUnmuted,
    TalkBackEnded,
    TalkBackStarted,
    TalkStarted,
    TapClosed,
    TapPaused,
    TapResumed,
)
from sasayaki.monitoring.v1 import floor_pb2 as wire
from sasayaki_monitoring.floor.talks import TalkRows

LATER = NOON + timedelta(seconds=30)
TALK = TalkStarted(leg_id="leg_1", operator_id="usr_mori", node_id="n", happening_seq=4)
STATED = ReasonStated(step_id="menu", reason_id="rsn_billing", key="1")
HELD = HoldStarted(leg_id="leg_1", operator_id="usr_mori", node_id="n", happening_seq=5)
BACK = HoldEnded(leg_id="leg_1", operator_id="usr_mori", node_id="n", happening_seq=6)
THEIRS = HoldStarted(leg_id="", operator_id="", node_id="n", happening_seq=7)
ENDED = CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, node_id="n", happening_seq=9)
CLOSED = TapClosed(recorded_ms=1, pages=3, node_id="n", happening_seq=10)


def shown(*events: Event) -> wire.FloorTalk | None:
    """The row after these."""
    talks, row = TalkRows(), None
    for event in events:
        record = recorded("con_1", event, client_id="cli_acme")
        if isinstance(event, HoldStarted) and not event.leg_id:
            record = record.model_copy(update={"time": LATER})
        row = talks.fold(record)
    return row.shown.talk if row is not None else None


def told(talk: wire.FloorTalk | None) -> wire.FloorTalk:
    assert talk is not None
    return talk


def test_the_reason_is_shown_whichever_topic_is_read_first() -> None:
    assert told(shown(STATED, TALK)).reason_id == "rsn_billing"
    assert told(shown(TALK, STATED)) == told(shown(STATED, TALK))


def test_a_hold_is_shown_until_it_ends() -> None:
    assert told(shown(TALK, HELD)).held_since.ToDatetime() == NOON.replace(tzinfo=None)
    assert not told(shown(TALK, HELD, BACK)).HasField("held_since")


def test_of_two_who_hold_the_longer_counts_until_both_are_back() -> None:
    assert told(shown(TALK, HELD, THEIRS)).held_since.ToDatetime() == NOON.replace(tzinfo=None)
    assert told(shown(TALK, HELD, THEIRS, BACK)).held_since.ToDatetime() == LATER.replace(
        tzinfo=None
    )


NODE = {"node_id": "n", "happening_seq": 8}
MUTED = LegMuted(leg_id="leg_1", user_id="usr_mori", **NODE)
UNMUTED = LegUnmuted(leg_id="leg_1", user_id="usr_mori", **NODE)
BACK_TALK = TalkBackStarted(leg_id="leg_1", operator_id="usr_mori", **NODE)
BACK_TALK_OVER = TalkBackEnded(leg_id="leg_1", operator_id="usr_mori", **NODE)
PAUSED = TapPaused(reason="card", at_ms=4_000, **NODE)
RESUMED = TapResumed(at_ms=9_000, **NODE)


def test_whom_nobody_or_only_supervisors_hear_is_shown_until_it_is_over() -> None:
    assert told(shown(TALK, MUTED)).muted
    assert not told(shown(TALK, MUTED, UNMUTED)).muted
    assert told(shown(TALK, BACK_TALK)).talk_back
    assert not told(shown(TALK, BACK_TALK, BACK_TALK_OVER)).talk_back
    other = MUTED.model_copy(update={"leg_id": "leg_9"})
    assert not told(shown(TALK, other)).muted


def test_a_pause_of_the_recording_is_shown_until_it_goes_on() -> None:
    assert told(shown(TALK, PAUSED)).recording_paused_since.ToDatetime() == NOON.replace(
        tzinfo=None
    )
    assert not told(shown(TALK, PAUSED, RESUMED)).HasField("recording_paused_since")


def test_nothing_is_shown_or_remembered_once_the_call_is_over() -> None:
    talks = TalkRows()
    for event in (STATED, TALK, HELD, MUTED, PAUSED, ENDED, CLOSED):
        row = talks.fold(recorded("con_1", event, client_id="cli_acme"))
    assert row is None
    assert talks._about == {}
