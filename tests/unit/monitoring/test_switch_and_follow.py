"""Going from call to call: by hand, or with the operator who is followed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.harness.specification import NOON, given

from sasayaki.media.v1.call_events import SupervisionMode
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
)
from sasayaki_monitoring.policy.policy import Supervised
from sasayaki_monitoring.supervision.commands import (
    Around,
    Call,
    ChangeMode,
    End,
    FollowCall,
    Leave,
    SendText,
    SetFollowing,
    Start,
    SwitchTarget,
)
from sasayaki_monitoring.supervision.supervision import AWAITED_MOST, SUPERVISION

SATO, MORI, KATO = "usr_sato", "usr_mori", "usr_kato"
LISTEN, WHISPER = SupervisionMode.LISTEN, SupervisionMode.WHISPER
TAKEOVER = SupervisionMode.TAKEOVER
FIRST = Call("con_1", MORI, "cli_acme")
NEXT = Call("con_2", MORI, "cli_acme")
OTHERS = Call("con_3", KATO, "cli_other")
STARTED = SupervisionStarted(
    contact_id="con_1",
    supervisor_id=SATO,
    operator_id=MORI,
    mode=WHISPER,
    purpose=Purpose.QUALITY,
)
FOLLOWING = FollowingSet(following=True, client_ids=("cli_acme",))
NO_MORE = FollowingSet(following=False, client_ids=())
AWAITED = OperatorAwaited(until=NOON + AWAITED_MOST)
CALL_ENDED = End(SupervisionEndReason.CALL_ENDED, "con_1")


def to(call: Call, mode: SupervisionMode = LISTEN) -> TargetSwitched:
    return TargetSwitched(
        contact_id=call.contact_id,
        operator_id=call.operator_id,
        mode=mode,
        client_id=call.client_id,
    )


def ended(reason: SupervisionEndReason) -> SupervisionEnded:
    return SupervisionEnded(reason=reason)


class TestSwitching:
    def test_the_supervisor_goes_on_in_the_mode_that_is_asked_for(self) -> None:
        switch = SwitchTarget(SATO, OTHERS, WHISPER)
        given(SUPERVISION, STARTED).when(switch).then(to(OTHERS, WHISPER))

    def test_to_the_present_call_is_no_switch(self) -> None:
        given(SUPERVISION, STARTED).when(SwitchTarget(SATO, FIRST, LISTEN)).then()

    def test_no_call_is_taken_over_by_a_switch(self) -> None:
        switched = given(SUPERVISION, STARTED).when(SwitchTarget(SATO, OTHERS, TAKEOVER))
        switched.then_refused("MODE_NOT_AVAILABLE")

    def test_nobody_goes_away_from_a_call_that_they_have_taken_over(self) -> None:
        taken = SupervisionModeChanged(mode=TAKEOVER)
        switched = given(SUPERVISION, STARTED, taken).when(SwitchTarget(SATO, OTHERS, LISTEN))
        switched.then_refused("TAKEN_OVER")

    def test_nobody_switches_for_somebody_else(self) -> None:
        switched = given(SUPERVISION, STARTED).when(SwitchTarget("usr_ito", OTHERS, LISTEN))
        switched.then_refused("NOT_YOURS")

    def test_a_full_call_takes_nobody_in(self) -> None:
        switch = SwitchTarget(SATO, OTHERS, LISTEN, Around(others_on_call=4))
        given(SUPERVISION, STARTED).when(switch).then_refused("TOO_MANY_SUPERVISORS")

    def test_the_daily_limit_of_the_other_operator_holds(self) -> None:
        switch = SwitchTarget(SATO, OTHERS, LISTEN, Around(today=8))
        given(SUPERVISION, STARTED).when(switch).then_refused("DAILY_LIMIT")

    def test_the_policy_of_the_other_client_company_holds(self) -> None:
        ruled_out = Around(policy=Supervised(not_allowed=frozenset((Purpose.QUALITY,))))
        switch = SwitchTarget(SATO, OTHERS, LISTEN, ruled_out)
        given(SUPERVISION, STARTED).when(switch).then_refused("PURPOSE_NOT_ALLOWED")
        asks = Around(policy=Supervised(consent_for=frozenset(Purpose)))
        switch = SwitchTarget(SATO, OTHERS, LISTEN, asks)
        given(SUPERVISION, STARTED).when(switch).then_refused("CONSENT_REQUIRED")

    def test_a_yes_holds_for_the_operator_who_gave_it_and_nobody_else(self) -> None:
        asked = ConsentRequested(
            contact_id="con_1",
            supervisor_id=SATO,
            operator_id=MORI,
            mode=LISTEN,
            purpose=Purpose.TRAINING,
            answer_by=NOON,
        )
        yes = ConsentAnswered(answer=ConsentAnswer.ACCEPTED)
        training = STARTED.model_copy(update={"purpose": Purpose.TRAINING})
        heard = given(SUPERVISION, asked, yes, training)
        heard.when(SwitchTarget(SATO, NEXT, LISTEN)).then(to(NEXT))
        heard.when(SwitchTarget(SATO, OTHERS, LISTEN)).then_refused("CONSENT_REQUIRED")

    def test_to_another_operator_is_the_end_of_following(self) -> None:
        following = given(SUPERVISION, STARTED, FOLLOWING)
        following.when(SwitchTarget(SATO, OTHERS, LISTEN)).then(NO_MORE, to(OTHERS))
        following.when(SwitchTarget(SATO, NEXT, LISTEN)).then(to(NEXT))

    def test_afterwards_the_new_call_counts(self) -> None:
        there = given(SUPERVISION, STARTED, to(OTHERS))
        there.when(CALL_ENDED).then()
        its_end = End(SupervisionEndReason.CALL_ENDED, "con_3")
        there.when(its_end).then(ended(SupervisionEndReason.CALL_ENDED))


class TestFollowing:
    def test_it_may_begin_with_the_supervision(self) -> None:
        start = Start(
            FIRST, SATO, WHISPER, Purpose.QUALITY, following=True, client_ids=("cli_acme",)
        )
        begun = STARTED.model_copy(update={"following": True})
        given(SUPERVISION).when(start).then(begun, FOLLOWING)

    def test_it_is_set_and_taken_back(self) -> None:
        on = SetFollowing(SATO, True, ("cli_acme",))
        given(SUPERVISION, STARTED).when(on).then(FOLLOWING)
        given(SUPERVISION, STARTED, FOLLOWING).when(on).then()
        given(SUPERVISION, STARTED, FOLLOWING).when(SetFollowing(SATO, False)).then(NO_MORE)

    def test_the_end_of_the_call_has_the_next_one_awaited(self) -> None:
        given(SUPERVISION, STARTED, FOLLOWING).when(CALL_ENDED).then(AWAITED)
        given(SUPERVISION, STARTED, FOLLOWING, AWAITED).when(CALL_ENDED).then()

    @pytest.mark.parametrize("awaited", [(), (AWAITED,)])
    def test_the_next_call_is_heard_in_listen(self, awaited: tuple[OperatorAwaited, ...]) -> None:
        following = given(SUPERVISION, STARTED, FOLLOWING, *awaited)
        following.when(FollowCall(NEXT)).then(to(NEXT))
        there = given(SUPERVISION, STARTED, FOLLOWING, *awaited, to(NEXT))
        there.when(FollowCall(NEXT)).then()
        there.when(CALL_ENDED).then()

    def test_only_the_operator_who_is_followed_is_followed(self) -> None:
        other = FollowCall(replace(NEXT, operator_id=KATO))
        given(SUPERVISION, STARTED, FOLLOWING).when(other).then_refused("NOT_FOLLOWING")
        given(SUPERVISION, STARTED).when(FollowCall(NEXT)).then_refused("NOT_FOLLOWING")

    def test_only_calls_of_the_supervisors_client_companies_are_followed(self) -> None:
        other = FollowCall(replace(NEXT, client_id="cli_other"))
        given(SUPERVISION, STARTED, FOLLOWING).when(other).then_refused("NOT_PERMITTED")

    def test_who_handles_a_call_stays_with_it(self) -> None:
        taken = SupervisionModeChanged(mode=TAKEOVER)
        given(SUPERVISION, STARTED, FOLLOWING, taken).when(FollowCall(NEXT)).then()

    def test_a_call_over_the_daily_limit_is_not_heard(self) -> None:
        over = FollowCall(NEXT, Around(today=8))
        limit = ended(SupervisionEndReason.DAILY_LIMIT)
        given(SUPERVISION, STARTED, FOLLOWING, AWAITED).when(over).then(limit)

    def test_the_next_call_is_not_awaited_for_ever(self) -> None:
        awaited = given(SUPERVISION, STARTED, FOLLOWING, AWAITED)
        awaited.when_time_passes().then(ended(SupervisionEndReason.NO_FURTHER_CALL))
        there = given(SUPERVISION, STARTED, FOLLOWING, AWAITED, to(NEXT))
        there.then_nothing_is_due()

    def test_who_awaits_and_follows_no_more_awaits_nothing(self) -> None:
        awaited = given(SUPERVISION, STARTED, FOLLOWING, AWAITED)
        gone = ended(SupervisionEndReason.ENDED)
        awaited.when(SetFollowing(SATO, False)).then(NO_MORE, gone)
        awaited.when(Leave(SATO)).then(gone)

    def test_a_lost_phone_ends_the_waiting(self) -> None:
        lost = SupervisionEndReason.PHONE_LOST
        awaited = given(SUPERVISION, STARTED, FOLLOWING, AWAITED)
        awaited.when(End(lost, "con_1")).then(ended(lost))

    def test_between_two_calls_nothing_is_said(self) -> None:
        awaited = given(SUPERVISION, STARTED, FOLLOWING, AWAITED)
        awaited.when(ChangeMode(SATO, WHISPER)).then_refused("NOT_ON_A_CALL")
        awaited.when(SendText(SATO, "txt_1", "c2VhbGVk")).then_refused("NOT_ON_A_CALL")
        awaited.when(SwitchTarget(SATO, OTHERS, LISTEN)).then(NO_MORE, to(OTHERS))

    def test_awaiting_lasts_half_an_hour(self) -> None:
        assert timedelta(minutes=30) == AWAITED_MOST
