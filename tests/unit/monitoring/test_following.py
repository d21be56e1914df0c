"""Reactors of supervisions that go from call to call: media is told, nothing is lost on the way."""

from datetime import datetime, timedelta

from google.protobuf.message import Message
from tests.harness.records import recorded
from tests.harness.specification import NOON

from sasayaki.event import Event, Recorded
from sasayaki.media.v1 import call_events_pb2
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1.call_events import (
    CallEnded,
    CallEndReason,
    LegEndReason,
    OperatorLegEnded,
    SupervisionMode,
    TalkStarted,
)
from sasayaki.media.v1.phone_events import PhoneConnected, PhoneGone
from sasayaki.monitoring.v1 import monitoring_service_pb2 as monitoring
from sasayaki.monitoring.v1 import supervision_events_pb2 as wire
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
from sasayaki_monitoring.supervision.ending import EndWithCall
from sasayaki_monitoring.supervision.following import FollowOperator
from sasayaki_monitoring.supervision.steering import SteerMedia

LISTEN, WHISPER = SupervisionMode.LISTEN, SupervisionMode.WHISPER
NODE = {"node_id": "n", "happening_seq": 1}
CALL_ENDED = CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, **NODE)
ASKED = ConsentRequested(
    contact_id="con_1",
    supervisor_id="usr_sato",
    operator_id="usr_mori",
    mode=LISTEN,
    purpose=Purpose.TRAINING,
    answer_by=NOON,
)
AWAITED = OperatorAwaited(until=NOON)
FOLLOWING = FollowingSet(following=True, client_ids=("cli_acme",))
NO_MORE = FollowingSet(following=False, client_ids=())
LEFT = SupervisionEnded(reason=SupervisionEndReason.ENDED)
LOST = wire.SUPERVISION_END_REASON_PHONE_LOST
OVER = wire.SUPERVISION_END_REASON_CALL_ENDED


def started(**fields: object) -> SupervisionStarted:
    begun = SupervisionStarted(
        contact_id="con_1",
        supervisor_id="usr_sato",
        operator_id="usr_mori",
        mode=WHISPER,
        purpose=Purpose.QUALITY,
    )
    return begun.model_copy(update=fields)


def to(contact_id: str, operator_id: str = "usr_mori") -> TargetSwitched:
    return TargetSwitched(contact_id=contact_id, operator_id=operator_id, mode=LISTEN)


def talks(operator_id: str = "usr_mori", leg_id: str = "leg_1") -> TalkStarted:
    return TalkStarted(leg_id=leg_id, operator_id=operator_id, **NODE)


def supervise(contact_id: str, mode: SupervisionMode, *, keep: bool = False) -> Message:
    return media.SuperviseRequest(
        contact_id=contact_id,
        supervision_id="spv_1",
        supervisor_id="usr_sato",
        mode=call_events_pb2.SupervisionMode.Value(mode.value),
        keep_phone=keep,
    )


def unsupervise(contact_id: str) -> Message:
    return media.UnsuperviseRequest(contact_id=contact_id, supervision_id="spv_1")


def end(reason: wire.SupervisionEndReason.ValueType, contact_id: str = "con_1") -> Message:
    return monitoring.EndSupervisionRequest(
        supervision_id="spv_1", reason=reason, contact_id=contact_id
    )


def follow(contact_id: str) -> Message:
    return monitoring.FollowCallRequest(supervision_id="spv_1", contact_id=contact_id)


def at(record: Recorded[Event], instant: datetime) -> Recorded[Event]:
    return record.model_copy(update={"time": instant})


class TestSteerMedia:
    def asked(self, *events: Event) -> list[list[Message]]:
        steer = SteerMedia()
        return [list(steer.react(recorded("spv_1", event))) for event in events]

    def test_a_question_asks_nothing_of_media_and_neither_does_a_no(self) -> None:
        no = ConsentAnswered(answer=ConsentAnswer.DECLINED)
        assert self.asked(ASKED, FOLLOWING, no, LEFT) == [[], [], [], []]

    def test_an_end_of_what_was_never_heard_of_asks_nothing(self) -> None:
        assert self.asked(LEFT) == [[]]

    def test_the_next_call_is_asked_for_with_the_same_supervision(self) -> None:
        *_, switched, left = self.asked(started(keep_phone=True), to("con_2"), LEFT)
        assert switched == [supervise("con_2", LISTEN, keep=True)]
        assert left == [unsupervise("con_1"), unsupervise("con_2")]

    def test_following_keeps_the_phone_and_media_is_told_when_that_changes(self) -> None:
        begun, same = self.asked(started(following=True), FOLLOWING)
        assert begun == [supervise("con_1", WHISPER, keep=True)]
        assert same == []
        _, on, off = self.asked(started(), FOLLOWING, NO_MORE)
        assert on == [supervise("con_1", WHISPER, keep=True)]
        assert off == [supervise("con_1", WHISPER)]

    def test_while_a_call_is_awaited_the_end_hangs_the_phone_up_unless_it_is_kept(self) -> None:
        release: Message = media.ReleasePhoneRequest(user_id="usr_sato")
        *_, awaited, left = self.asked(started(following=True), AWAITED, LEFT)
        assert (awaited, left) == ([unsupervise("con_1")], [release])
        *_, left = self.asked(started(following=True, keep_phone=True), AWAITED, LEFT)
        assert left == []

    def test_a_call_that_was_left_is_never_heard_on_when_the_next_is_over_already(self) -> None:
        *_, awaited, left = self.asked(started(), FOLLOWING, to("con_2"), AWAITED, LEFT)
        assert awaited == [unsupervise("con_1"), unsupervise("con_2")]
        assert left == [media.ReleasePhoneRequest(user_id="usr_sato")]

    def test_a_call_that_goes_on_with_another_operator_is_left_and_may_be_gone_back_to(
        self,
    ) -> None:
        going_back = (NO_MORE, to("con_1", "usr_abe"))
        *_, back = self.asked(started(following=True), AWAITED, *going_back)
        assert back == [supervise("con_1", LISTEN)]

    def test_the_requests_for_one_supervisor_stand_in_one_lane(self) -> None:
        steer = SteerMedia()
        first, second = recorded("spv_1", started()), recorded("spv_2", started())
        for record in (first, second):
            list(steer.react(record))
        assert steer.lane(first) == steer.lane(second) == steer.lane(recorded("spv_1", LEFT))
        other = started().model_copy(update={"supervisor_id": "usr_ito"})
        list(steer.react(recorded("spv_3", other)))
        assert steer.lane(recorded("spv_3", other)) != steer.lane(first)

    def test_a_later_start_ends_the_earlier_supervision_whose_end_is_read_afterwards(self) -> None:
        steer = SteerMedia()
        list(steer.react(recorded("spv_1", started())))
        later = at(recorded("spv_2", started(contact_id="con_2")), NOON + timedelta(seconds=1))
        left, asked = steer.react(later)
        assert left == unsupervise("con_1")
        assert isinstance(asked, media.SuperviseRequest)
        assert asked.contact_id == "con_2"
        assert list(steer.react(recorded("spv_1", LEFT))) == []

    def test_an_earlier_start_that_is_read_after_a_later_one_asks_nothing(self) -> None:
        steer = SteerMedia()
        later = at(recorded("spv_2", started(contact_id="con_2")), NOON + timedelta(seconds=1))
        list(steer.react(later))
        assert list(steer.react(recorded("spv_1", started()))) == []
        assert list(steer.react(recorded("spv_1", LEFT))) == []
        whisper = SupervisionModeChanged(mode=WHISPER)
        assert len(list(steer.react(recorded("spv_2", whisper)))) == 1


class TestEndWithCall:
    def test_the_call_that_was_left_ends_nothing_and_the_present_one_does(self) -> None:
        reactor = EndWithCall()
        list(reactor.react(recorded("spv_1", started())))
        list(reactor.react(recorded("spv_1", to("con_2"))))
        assert list(reactor.react(recorded("con_1", CALL_ENDED))) == []
        assert list(reactor.react(recorded("con_2", CALL_ENDED))) == [end(OVER, "con_2")]

    def test_a_switch_that_is_heard_of_after_the_end_of_its_call_ends_at_once(self) -> None:
        reactor = EndWithCall()
        list(reactor.react(recorded("con_2", CALL_ENDED)))
        list(reactor.react(recorded("spv_1", started())))
        assert list(reactor.react(recorded("spv_1", to("con_2")))) == [end(OVER, "con_2")]

    def test_a_question_ends_with_its_call(self) -> None:
        reactor = EndWithCall()
        list(reactor.react(recorded("spv_1", ASKED)))
        assert list(reactor.react(recorded("con_1", CALL_ENDED))) == [end(OVER)]

    def test_a_phone_that_goes_while_a_call_is_awaited_ends_the_waiting(self) -> None:
        gone = PhoneGone(reason=LegEndReason.HUNG_UP, **NODE)
        connected = PhoneConnected(user_id="usr_sato", node_phone_id="p", **NODE)
        reactor = EndWithCall()
        list(reactor.react(recorded("phn_1", connected)))
        list(reactor.react(recorded("spv_1", started(following=True))))
        list(reactor.react(recorded("spv_1", AWAITED)))
        assert list(reactor.react(recorded("phn_1", gone))) == [end(LOST)]

    def test_a_phone_that_was_gone_before_the_waiting_was_heard_of_ends_it_too(self) -> None:
        gone = PhoneGone(reason=LegEndReason.FAILED, **NODE)
        connected = PhoneConnected(user_id="usr_sato", node_phone_id="p", **NODE)
        reactor = EndWithCall()
        for subject, event in (("spv_1", started()), ("phn_1", connected), ("phn_1", gone)):
            assert list(reactor.react(recorded(subject, event))) == []
        assert list(reactor.react(recorded("spv_1", AWAITED))) == [end(LOST)]

    def test_a_phone_of_an_earlier_time_ends_nothing(self) -> None:
        gone = PhoneGone(reason=LegEndReason.FAILED, **NODE)
        connected = PhoneConnected(user_id="usr_sato", node_phone_id="p", **NODE)
        earlier = NOON - timedelta(hours=1)
        reactor = EndWithCall()
        list(reactor.react(at(recorded("phn_1", connected), earlier)))
        list(reactor.react(at(recorded("phn_1", gone), earlier)))
        list(reactor.react(recorded("spv_1", started())))
        assert list(reactor.react(recorded("spv_1", AWAITED))) == []

    def test_a_phone_that_goes_during_a_call_is_its_legs_business(self) -> None:
        gone = PhoneGone(reason=LegEndReason.FAILED, **NODE)
        connected = PhoneConnected(user_id="usr_sato", node_phone_id="p", **NODE)
        reactor = EndWithCall()
        list(reactor.react(recorded("spv_1", started())))
        list(reactor.react(recorded("phn_1", connected)))
        assert list(reactor.react(recorded("phn_1", gone))) == []


class TestFollowOperator:
    def follower(self, *events: Event) -> FollowOperator:
        reactor = FollowOperator()
        for event in (started(following=True), *events):
            list(reactor.react(recorded("spv_1", event)))
        return reactor

    def test_the_next_talk_of_the_operator_is_followed(self) -> None:
        reactor = self.follower(AWAITED)
        assert list(reactor.react(recorded("con_2", talks()))) == [follow("con_2")]

    def test_nobody_elses_talk_is_followed_nor_another_tenants(self) -> None:
        reactor = self.follower(AWAITED)
        assert list(reactor.react(recorded("con_2", talks("usr_kato")))) == []
        other = recorded("con_2", talks(), tenant_id="out_other")
        assert list(reactor.react(other)) == []

    def test_who_does_not_follow_is_not_moved(self) -> None:
        for event in (NO_MORE, LEFT):
            reactor = self.follower(event)
            assert list(reactor.react(recorded("con_2", talks()))) == []

    def test_the_present_call_is_not_followed_again(self) -> None:
        assert list(self.follower().react(recorded("con_1", talks()))) == []
        reactor = self.follower(to("con_2"))
        assert list(reactor.react(recorded("con_2", talks()))) == []

    def test_a_talk_that_was_heard_of_before_the_waiting_is_followed(self) -> None:
        reactor = FollowOperator()
        list(reactor.react(recorded("con_2", talks())))
        list(reactor.react(recorded("spv_1", started())))
        assert list(reactor.react(recorded("spv_1", FOLLOWING))) == [follow("con_2")]
        assert list(reactor.react(recorded("spv_1", AWAITED))) == [follow("con_2")]

    def test_a_talk_that_is_over_is_not_followed(self) -> None:
        left = OperatorLegEnded(
            leg_id="leg_1", operator_id="usr_mori", reason=LegEndReason.HUNG_UP, **NODE
        )
        for event in (CALL_ENDED, left):
            reactor = FollowOperator()
            list(reactor.react(recorded("con_2", talks())))
            list(reactor.react(recorded("con_2", event)))
            list(reactor.react(recorded("spv_1", started(following=True))))
            assert list(reactor.react(recorded("spv_1", AWAITED))) == []

    def test_a_yes_is_waited_for(self) -> None:
        reactor = FollowOperator()
        list(reactor.react(recorded("spv_1", ASKED)))
        assert list(reactor.react(recorded("con_2", talks()))) == []
