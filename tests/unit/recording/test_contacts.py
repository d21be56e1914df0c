"""What others say about contacts: who talked, why they called, whether an alert was raised."""

from datetime import timedelta

import pytest
from tests.harness.records import recorded
from tests.harness.specification import NOON

from sasayaki.callreason.v1.enquiry_events import (
    EnquiryClosed,
    EnquiryOutcome,
    ReasonConfirmed,
    ReasonStated,
)
from sasayaki.event import Event
from sasayaki.media.v1.call_events import (
    AnswerOrdered,
    CallArrived,
    CallEnded,
    CallEndReason,
    CustomerResumed,
    HoldOrdered,
    LegEndReason,
    OperatorLegEnded,
    RecordingPolicy,
    SupervisionMode,
    SupervisorHeard,
    TalkBackEnded,
    TalkBackOrdered,
    TalkStarted,
    TapOpened,
)
from sasayaki.monitoring.v1.alert_events import AlertKind, AlertLevel, AlertRaised
from sasayaki_recording.search import contacts as contacts_module
from sasayaki_recording.search.contacts import ALERTS_MOST, Contacts

NODE = {"node_id": "nod_1", "happening_seq": 1}
ON_ALERT = AnswerOrdered(record=RecordingPolicy.ON_ALERT)
ENDED = CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, **NODE)
TAPPED = TapOpened(**NODE)


def contacts(*events: Event) -> Contacts:
    found = Contacts()
    for event in events:
        found.fold(recorded("con_1", event))
    return found


def heard(mode: SupervisionMode) -> SupervisorHeard:
    return SupervisorHeard(
        leg_id="leg_2",
        supervisor_id="usr_sv01",
        supervision_id="spv_1",
        mode=mode,
        applied_at=NOON,
        **NODE,
    )


def closed(reason_id: str) -> EnquiryClosed:
    return EnquiryClosed(
        outcome=EnquiryOutcome.HANDLED, reason_id=reason_id, operator_id="usr_op01", answers=()
    )


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


def test_operators_talk_and_so_do_supervisors_whom_somebody_hears() -> None:
    talks = [TalkStarted(leg_id="leg_1", operator_id=f"usr_op0{n}", **NODE) for n in (1, 2)]
    found = contacts(*talks, heard(SupervisionMode.LISTEN))
    assert list(found.of("con_1").user_ids) == ["usr_op01", "usr_op02"]
    found.fold(recorded("con_1", heard(SupervisionMode.WHISPER)))
    assert "usr_sv01" in found.of("con_1").user_ids


def test_whoever_is_called_outside_is_no_user() -> None:
    assert not contacts(TalkStarted(leg_id="leg_1", operator_id="", **NODE)).of("con_1").user_ids


def test_the_last_reason_is_the_one_that_counts() -> None:
    stated = ReasonStated(step_id="menu", reason_id="rsn_billing", key="1")
    confirmed = ReasonConfirmed(reason_id="rsn_contract", operator_id="usr_op01")
    assert contacts(stated).of("con_1").reason_id == "rsn_billing"
    assert contacts(stated, confirmed).of("con_1").reason_id == "rsn_contract"
    assert contacts(stated, closed("rsn_other")).of("con_1").reason_id == "rsn_other"
    assert contacts(stated, closed("")).of("con_1").reason_id == "rsn_billing"


def test_the_callers_number_is_known_by_its_hash_alone() -> None:
    arrived = CallArrived(
        dialled_number="+81312345678", caller_hash="ab12", caller_sealed="x", **NODE
    )
    assert contacts(arrived).of("con_1").caller_hash == "ab12"


def test_an_alert_about_a_call_is_known_in_whatever_order_the_topics_are_read() -> None:
    assert contacts(alert("con_1"), ON_ALERT, TAPPED, ENDED).of("con_1").alerted
    assert contacts(ON_ALERT, TAPPED, ENDED, alert("con_1")).of("con_1").alerted
    assert not contacts(alert("")).of("con_1").alerted


def test_the_instants_of_a_contacts_alerts_are_known_up_to_a_limit() -> None:
    assert contacts(alert("con_1"), alert("con_1")).of("con_1").alerts_at == (NOON, NOON)
    many = contacts(*[alert("con_1")] * (ALERTS_MOST + 1))
    assert len(many.of("con_1").alerts_at) == ALERTS_MOST


def test_what_is_kept_for_alerts_is_decided_about_once() -> None:
    found = contacts(ON_ALERT, TAPPED, ENDED)
    assert found.unsettled() == ["con_1"]
    found.settled("con_1")
    assert found.unsettled() == []


def test_nothing_is_decided_about_a_call_that_was_never_written() -> None:
    assert contacts(ON_ALERT, ENDED).unsettled() == []


def test_calls_by_other_rules_are_left_alone() -> None:
    always = AnswerOrdered(record=RecordingPolicy.AFTER_GUIDANCE)
    assert contacts(always, TAPPED, ENDED).unsettled() == []


def test_of_a_stranger_nothing_is_known() -> None:
    assert contacts().of("con_9").reason_id == ""


TALKS = TalkStarted(leg_id="leg_1", operator_id="usr_op01", **NODE)
HELD = HoldOrdered(held=True, music_sha256="", operator_id="usr_op01")
BACK = CustomerResumed(held_ms=1, **NODE)
ASIDE = TalkBackOrdered(leg_id="leg_1", on=True)
NOT_ASIDE = TalkBackEnded(leg_id="leg_1", operator_id="usr_op01", **NODE)
LEFT = OperatorLegEnded(leg_id="leg_1", operator_id="usr_op01", reason=LegEndReason.HUNG_UP, **NODE)


def unheard(*told: tuple[int, Event]) -> tuple[tuple[int, int], ...]:
    """Stretches in samples, of a recording that began at noon; events by their second."""
    found = Contacts()
    for second, event in told:
        record = recorded("con_1", event)
        found.fold(record.model_copy(update={"time": NOON + timedelta(seconds=second)}))
    return found.of("con_1").unheard_from(NOON)


def test_where_the_customer_is_on_hold_or_the_operator_talks_back_the_operator_is_unheard() -> None:
    assert unheard((1, TALKS)) == ()
    assert unheard((2, HELD), (5, BACK)) == ((16_000, 24_000),)
    assert unheard((2, ASIDE), (3, NOT_ASIDE), (6, ASIDE), (7, LEFT)) == (
        (16_000, 8_000),
        (48_000, 8_000),
    )


def test_until_the_node_says_that_it_is_over_it_is_not() -> None:
    over = HELD.model_copy(update={"held": False})
    [(first, samples)] = unheard((2, HELD), (4, over))
    assert first == 16_000
    assert samples >= 24 * 3_600 * 8_000


def test_a_hold_that_is_ordered_twice_counts_from_the_first() -> None:
    assert unheard((2, HELD), (3, HELD), (5, BACK)) == ((16_000, 24_000),)


def test_of_more_stretches_than_are_kept_the_last_has_no_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(contacts_module, "STRETCHES_MOST", 1)
    first, last = unheard((1, HELD), (2, BACK), (3, HELD), (4, BACK))
    assert first == (8_000, 8_000)
    assert last[0] == 24_000
    assert last[1] > 8_000
