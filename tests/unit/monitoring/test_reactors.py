"""Monitoring's reactors: the mix follows the decision, the supervision follows the call."""

import pytest
from google.protobuf.message import Message
from tests.harness.records import recorded
from tests.harness.specification import NOON

from sasayaki.media.v1 import call_events_pb2
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1.call_events import (
    CallEnded,
    CallEndReason,
    LegEndReason,
    SupervisionMode,
    SupervisorLegEnded,
)
from sasayaki.monitoring.v1 import monitoring_service_pb2 as monitoring
from sasayaki.monitoring.v1 import supervision_events_pb2
from sasayaki.monitoring.v1.supervision_events import (
    OperatorAwaited,
    Purpose,
    SupervisionEnded,
    SupervisionEndReason,
    SupervisionModeChanged,
    SupervisionStarted,
)
from sasayaki_monitoring.supervision.ending import ENDED_MOST, EndWithCall
from sasayaki_monitoring.supervision.steering import SteerMedia

LISTEN = call_events_pb2.SUPERVISION_MODE_LISTEN
WHISPER = call_events_pb2.SUPERVISION_MODE_WHISPER
RELEASE = media.ReleasePhoneRequest(user_id="usr_sato")
LEFT = SupervisionEnded(reason=SupervisionEndReason.ENDED)
CALL_ENDED = CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, node_id="n", happening_seq=9)


def started(contact_id: str = "con_1") -> SupervisionStarted:
    return SupervisionStarted(
        contact_id=contact_id,
        supervisor_id="usr_sato",
        operator_id="usr_mori",
        mode=SupervisionMode.LISTEN,
        purpose=Purpose.HELP,
    )


def leg_ended(reason: LegEndReason) -> SupervisorLegEnded:
    return SupervisorLegEnded(
        leg_id="leg_2",
        supervisor_id="usr_sato",
        supervision_id="spv_1",
        reason=reason,
        node_id="n",
        happening_seq=8,
    )


def supervise(mode: call_events_pb2.SupervisionMode.ValueType) -> media.SuperviseRequest:
    return media.SuperviseRequest(
        contact_id="con_1", supervision_id="spv_1", supervisor_id="usr_sato", mode=mode
    )


def end(reason: str, supervision_id: str = "spv_1", contact_id: str = "con_1") -> Message:
    value = supervision_events_pb2.SupervisionEndReason.Value(f"SUPERVISION_END_REASON_{reason}")
    return monitoring.EndSupervisionRequest(
        supervision_id=supervision_id, reason=value, contact_id=contact_id
    )


class TestSteerMedia:
    def test_a_supervision_puts_the_supervisor_on_the_call_in_its_mode(self) -> None:
        requests = list(SteerMedia().react(recorded("spv_1", started())))
        assert requests == [supervise(LISTEN)]

    def test_another_mode_is_asked_for_on_the_same_call(self) -> None:
        steer = SteerMedia()
        list(steer.react(recorded("spv_1", started())))
        whispering = SupervisionModeChanged(mode=SupervisionMode.WHISPER)
        assert list(steer.react(recorded("spv_1", whispering))) == [supervise(WHISPER)]

    @pytest.mark.parametrize("awaiting", [False, True])
    def test_a_phone_that_was_kept_for_the_next_call_alone_is_hung_up_at_the_end(
        self, awaiting: bool
    ) -> None:
        steer = SteerMedia()
        list(steer.react(recorded("spv_1", started().model_copy(update={"following": True}))))
        if awaiting:
            list(steer.react(recorded("spv_1", OperatorAwaited(until=NOON))))
        assert list(steer.react(recorded("spv_1", LEFT)))[-1] == RELEASE

    def test_a_phone_that_was_to_be_kept_stays_connected_at_the_end(self) -> None:
        steer = SteerMedia()
        keeping = {"following": True, "keep_phone": True}
        list(steer.react(recorded("spv_1", started().model_copy(update=keeping))))
        assert RELEASE not in list(steer.react(recorded("spv_1", LEFT)))

    def test_the_end_takes_the_supervisor_off_the_call(self) -> None:
        steer = SteerMedia()
        list(steer.react(recorded("spv_1", started())))
        off = media.UnsuperviseRequest(contact_id="con_1", supervision_id="spv_1")
        assert list(steer.react(recorded("spv_1", LEFT))) == [off]


class TestEndWithCall:
    def test_the_end_of_the_call_ends_its_supervisions_and_no_others(self) -> None:
        reactor = EndWithCall()
        assert list(reactor.react(recorded("spv_1", started()))) == []
        assert list(reactor.react(recorded("spv_2", started("con_2")))) == []
        assert list(reactor.react(recorded("con_1", CALL_ENDED))) == [end("CALL_ENDED")]

    def test_a_supervision_that_is_over_is_not_ended_again(self) -> None:
        reactor = EndWithCall()
        list(reactor.react(recorded("spv_1", started())))
        list(reactor.react(recorded("spv_1", LEFT)))
        assert list(reactor.react(recorded("con_1", CALL_ENDED))) == []

    def test_a_supervision_that_is_heard_of_after_the_end_of_its_call_ends_at_once(self) -> None:
        reactor = EndWithCall()
        list(reactor.react(recorded("con_1", CALL_ENDED)))
        assert list(reactor.react(recorded("spv_1", started()))) == [end("CALL_ENDED")]
        assert list(reactor.react(recorded("spv_1", LEFT))) == []

    @pytest.mark.parametrize("reason", ["HUNG_UP", "REFUSED", "UNREACHABLE", "NO_ANSWER", "FAILED"])
    def test_a_phone_that_is_gone_ends_the_supervision(self, reason: str) -> None:
        gone = leg_ended(LegEndReason[reason])
        assert list(EndWithCall().react(recorded("con_1", gone))) == [end("PHONE_LOST")]

    @pytest.mark.parametrize("reason", ["RELEASED", "CALL_ENDED", "MOVED"])
    def test_a_leg_that_was_ended_by_order_or_with_the_call_is_no_lost_phone(
        self, reason: str
    ) -> None:
        gone = leg_ended(LegEndReason[reason])
        assert list(EndWithCall().react(recorded("con_1", gone))) == []

    def test_the_memory_of_ended_calls_is_bounded(self) -> None:
        reactor = EndWithCall()
        for number in range(ENDED_MOST + 1):
            list(reactor.react(recorded(f"con_{number}", CALL_ENDED)))
        assert list(reactor.react(recorded("spv_1", started("con_0")))) == []
        assert list(reactor.react(recorded("spv_2", started("con_1")))) == [
            end("CALL_ENDED", "spv_2")
        ]
