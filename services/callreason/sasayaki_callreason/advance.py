"""What other services say has happened in a call, as commands to its enquiry."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeAlias

from sasayaki.callreason.v1 import callreason_service_pb2 as pb
from sasayaki_callreason.enquiries import commands
from sasayaki_chassis.fields import InvalidField, an_id, require

FlowAndDigits: TypeAlias = Callable[[], commands.Running | None]


def command_of(
    request: pb.AdvanceEnquiryRequest,
    *,
    wrap_up: timedelta,
    running: FlowAndDigits,
    answered_at: Callable[[], str],
) -> commands.Command | None:
    """The command; None where no flow has begun that could go on.

    `running` looks up the enquiry's version and opens its digits, `answered_at` the step at which a
    call back goes on; only what needs them asks.
    """
    match request.WhichOneof("what"):
        case "talk_started":
            require(request.talk_started, operator_id=an_id("usr"))
            return commands.StartTalk(request.talk_started.operator_id)
        case "call_ended":
            return commands.EndCall(lost=request.call_ended.lost, wrap_up=wrap_up)
        case "taken_over":
            require(request.taken_over, operator_id=an_id("usr"))
            return commands.HandOver(operator_id=request.taken_over.operator_id, wrap_up=wrap_up)
        case "outside_answered":
            return commands.OutsideAnswered()
        case None:
            raise InvalidField("what", "must be given")
        case _:
            flow = running()
            return None if flow is None else _in_flow(request, flow, answered_at)


def _in_flow(
    request: pb.AdvanceEnquiryRequest, running: commands.Running, answered_at: Callable[[], str]
) -> commands.Command | None:
    match request.WhichOneof("what"):
        case "prompt_heard":
            return commands.PromptHeard(request.prompt_heard.play_id, running)
        case "digits_pressed":
            pressed = request.digits_pressed
            return commands.DigitsPressed(
                pressed.play_id,
                pressed.digits,
                running,
                sealed=pressed.digits_sealed,
                count=pressed.digits_count,
            )
        case "wait_told":
            told = request.wait_told
            known = told.HasField("wait_ms_estimate")
            return commands.TellWait(
                position=told.position,
                wait_ms_estimate=told.wait_ms_estimate if known else None,
                running=running,
            )
        case "passed_on":
            passed = request.passed_on
            require(passed, operator_id=an_id("usr"), to_operator_id=an_id("usr", optional=True))
            return commands.PassOn(
                operator_id=passed.operator_id,
                to_operator_id=passed.to_operator_id,
                waits=passed.waits,
                running=running,
            )
        case "customer_answered":
            step_id = answered_at()
            return commands.CustomerAnswered(step_id, running) if step_id else None
        case "outside_leg_ended":
            return commands.OutsideEnded(running)
        case _:
            raise InvalidField("what", "is nothing that an enquiry knows")
