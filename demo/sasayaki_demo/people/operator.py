"""An operator as the platform sees one: states, talks, transfers, the form."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

from sasayaki.callreason.v1 import callreason_service_pb2 as callreason_pb
from sasayaki.callreason.v1 import enquiry_events_pb2 as enquiry_pb
from sasayaki.media.v1 import media_service_pb2 as media_rpc_pb
from sasayaki.monitoring.v1 import desk_pb2 as desk_pb
from sasayaki.monitoring.v1 import monitoring_service_pb2 as monitoring_pb
from sasayaki.monitoring.v1 import supervision_events_pb2 as supervision_pb
from sasayaki.routing.v1 import pool_events_pb2 as pool_pb
from sasayaki.routing.v1 import routing_service_pb2 as routing_pb
from sasayaki_demo.people.person import RPC_S, Person


class Operator(Person):
    """Logs in, takes what rings, wraps up."""

    async def set_state(self, state: pool_pb.OperatorState.ValueType) -> None:
        """Logs in (READY) or out (OFF)."""
        await self._act(
            self._platform.routing.SetOperatorState,
            routing_pb.SetOperatorStateRequest(state=state),
            state=pool_pb.OperatorState.Name(state),
        )

    async def go_home(self) -> None:
        """Logs out whatever an earlier run left; not an act of this one."""
        await self._platform.routing.SetOperatorState(
            routing_pb.SetOperatorStateRequest(
                request_id=str(uuid4()), state=pool_pb.OPERATOR_STATE_OFF
            ),
            metadata=self._metadata,
            timeout=RPC_S,
        )

    async def complete_wrap_up(
        self, contact_id: str, answers: dict[str, str], reason_id: str = ""
    ) -> None:
        """Sends the client company's form; with a reason when it was not as the customer said."""
        await self._act(
            self._platform.callreason.CompleteWrapUp,
            callreason_pb.CompleteWrapUpRequest(
                contact_id=contact_id,
                reason_id=reason_id,
                answers=[enquiry_pb.FormAnswer(key=k, value=v) for k, v in answers.items()],
            ),
            contact_id=contact_id,
            reason_id=reason_id,
        )

    async def hold(self, contact_id: str, music_sha256: str, *, held: bool) -> None:
        """Puts the own customer on hold, or takes them back."""
        await self._act(
            self._platform.media.Hold,
            media_rpc_pb.HoldRequest(
                contact_id=contact_id,
                held=held,
                music_sha256=music_sha256 if held else "",
            ),
            contact_id=contact_id,
            held=held,
        )

    async def consult(self, contact_id: str, colleague: str) -> None:
        """Asks a colleague while the own customer is on hold."""
        await self._act(
            self._platform.routing.ConsultOperator,
            routing_pb.ConsultOperatorRequest(contact_id=contact_id, operator_id=colleague),
            contact_id=contact_id,
            colleague=colleague,
        )

    async def end_consult(self, contact_id: str) -> None:
        """Lets the colleague go and takes the customer back."""
        await self._act(
            self._platform.routing.EndConsult,
            routing_pb.EndConsultRequest(contact_id=contact_id),
            contact_id=contact_id,
        )

    async def complete_transfer(self, contact_id: str) -> None:
        """Leaves the own customer to the colleague who was asked."""
        await self._act(
            self._platform.routing.CompleteTransfer,
            routing_pb.CompleteTransferRequest(contact_id=contact_id),
            contact_id=contact_id,
        )

    async def transfer(self, contact_id: str, to_operator: str) -> None:
        """Gives the own customer to somebody else without a word."""
        await self._act(
            self._platform.routing.TransferContact,
            routing_pb.TransferContactRequest(contact_id=contact_id, operator_id=to_operator),
            contact_id=contact_id,
            to_operator=to_operator,
        )

    async def call_for_help(self) -> str:
        """Raises an alert about the call that the operator is in; returns its id."""
        answer = await self._act(
            self._platform.monitoring.RaiseAlert,
            monitoring_pb.RaiseAlertRequest(),
        )
        return str(answer.alert_id)

    async def answer_consent(
        self, supervision_id: str, answer: supervision_pb.ConsentAnswer.ValueType
    ) -> None:
        """Says whether a supervisor who asked may hear the call."""
        await self._act(
            self._platform.monitoring.AnswerConsent,
            monitoring_pb.AnswerConsentRequest(supervision_id=supervision_id, answer=answer),
            supervision_id=supervision_id,
            answer=supervision_pb.ConsentAnswer.Name(answer),
        )

    async def desk(self) -> AsyncIterator[routing_pb.WatchDeskResponse]:
        """Yields the own desk at every change, through restarts of the service."""
        async for seen in self._watch(
            lambda: self._platform.routing.WatchDesk(
                routing_pb.WatchDeskRequest(), metadata=self._metadata
            )
        ):
            yield seen

    async def listeners(self) -> AsyncIterator[desk_pb.DeskRow]:
        """Yields what concerns the operator: who hears them, who asks, who wrote."""
        async for seen in self._watch(
            lambda: self._platform.monitoring.WatchOperator(
                monitoring_pb.WatchOperatorRequest(), metadata=self._metadata
            )
        ):
            for row in seen.rows:
                yield row
