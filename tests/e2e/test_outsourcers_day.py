"""The outsourcer's working day: greeting and message, wrap-up form, escalation to the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import grpc.aio
import pytest
from tests.e2e.centre import OFF, READY, WRAP_UP, Centre, Talk, centre
from tests.harness.running import Running

from sasayaki.callreason.v1 import callreason_service_pb2 as pb
from sasayaki.callreason.v1 import case_service_pb2 as case_pb
from sasayaki.callreason.v1 import case_service_pb2_grpc as case_rpc
from sasayaki.callreason.v1 import enquiry_events_pb2 as events_pb
from sasayaki.callreason.v1 import knowledge_service_pb2 as knowledge_pb
from sasayaki.callreason.v1 import knowledge_service_pb2_grpc as knowledge_rpc

OPERATOR, SUPERVISOR, CLIENT = "usr_op01", "usr_sv01", "usr_check01"
NUMBER = "+81312345670"
SEEN_S = 20.0


@dataclass(frozen=True)
class Day:
    """A talk, and the doors to what goes with it."""

    at: Centre
    talk: Talk
    knowledge: knowledge_rpc.KnowledgeServiceAsyncStub
    cases: case_rpc.CaseServiceAsyncStub

    async def refused(self, user: str, method: Any, request: Any) -> str:
        """What somebody is told who is refused."""
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await self.at.ask(user, method, request)
        return refusal.value.details() or ""


@asynccontextmanager
async def day(running: Running, folder: Path, name: str, caller: str) -> AsyncIterator[Day]:
    """A customer who pressed 2 talks with the operator."""
    async with (
        centre(running, folder) as at,
        grpc.aio.insecure_channel(running.endpoints.grpc["callreason"]) as channel,
    ):
        await at.operator(OPERATOR)
        talk = await at.talk(name, caller, OPERATOR)
        await at.talk_is_known(talk.contact_id, SUPERVISOR)
        yield Day(
            at,
            talk,
            knowledge_rpc.KnowledgeServiceStub(channel),
            case_rpc.CaseServiceStub(channel),
        )


async def soon(look: Callable[[], Awaitable[Any]]) -> Any:
    """What a look finds as soon as it finds anything; a view that is behind is asked again."""
    async with asyncio.timeout(SEEN_S):
        while True:
            try:
                if found := await look():
                    return found
            except grpc.aio.AioRpcError as refusal:
                if refusal.code() is not grpc.StatusCode.UNAVAILABLE:
                    raise
            await asyncio.sleep(0.05)


async def test_3_the_greeting_is_the_numbers_and_a_message_reaches_the_clients_staff(
    running: Running, tmp_path: Path
) -> None:
    async with day(running, tmp_path, "message", "+819040000071") as today:
        at, contact_id = today.at, today.talk.contact_id
        of_number = knowledge_pb.GetScriptRequest(client_id="cli_check", number=NUMBER)
        greeting = await at.ask(OPERATOR, today.knowledge.GetScript, of_number)
        assert greeting.script.greeting_ja == "お電話ありがとうございます。チェック社でございます。"
        of_contact = knowledge_pb.GetScriptRequest(contact_id=contact_id)
        shown = await at.ask(OPERATOR, today.knowledge.GetScript, of_contact)
        assert shown.script.script_id == "scr_check_contract"
        assert shown.articles[0].article_id == "art_check_contract"

        fields = {
            "company": "山田商店",
            "name": "山田",
            "matter": "契約の開始日を変えたい",
            "number": "090-1234-5678",
            "wished_time": "15時以降",
        }
        message = case_pb.TakeMessageRequest(
            request_id=str(uuid4()), contact_id=contact_id, **fields
        )
        told = await today.refused(OPERATOR, today.cases.TakeMessage, message)
        assert told.startswith("number_read_back: ")
        message.number_read_back = True
        taken = await at.ask(OPERATOR, today.cases.TakeMessage, message)

        async def theirs() -> Any:
            request = case_pb.ListMessagesRequest(client_id="cli_check", open_only=True)
            listed = await at.ask(CLIENT, today.cases.ListMessages, request)
            return next((m for m in listed.messages if m.message_id == taken.message_id), None)

        seen = await soon(theirs)
        assert (seen.company, seen.name, seen.number) == ("山田商店", "山田", "09012345678")
        assert (seen.matter, seen.wished_time) == (fields["matter"], fields["wished_time"])
        assert seen.number_read_back
        await at.hang_up("message")
        await at.wrap_up(OPERATOR)


async def test_4_the_wrap_up_is_in_the_clients_format_and_its_time_is_shown(
    running: Running, tmp_path: Path
) -> None:
    async with day(running, tmp_path, "form", "+819040000072") as today:
        at, contact_id = today.at, today.talk.contact_id
        await at.hang_up("form")
        await at.desk_shows(OPERATOR, WRAP_UP)
        async for desk in at.operators[OPERATOR].desk():
            assert desk.respond_by.seconds > 0
            break
        form = pb.CompleteWrapUpRequest(request_id=str(uuid4()), contact_id=contact_id)
        method = at.platform.callreason.CompleteWrapUp
        assert await today.refused(OPERATOR, method, form) == "answers[outcome]: must be answered"
        form.answers.add(key="outcome", value="resolved")
        form.answers.add(key="colour", value="red")
        told = await today.refused(OPERATOR, method, form)
        assert told == "answers[colour]: the form has no such field"
        form.answers[1].CopyFrom(events_pb.FormAnswer(key="note", value="済"))
        await at.ask(OPERATOR, method, form)
        await at.desk_shows(OPERATOR, READY)
        await at.operators[OPERATOR].set_state(OFF)


async def test_5_an_escalation_goes_to_the_supervisor_the_specialist_and_back_with_an_answer(
    running: Running, tmp_path: Path
) -> None:
    async with day(running, tmp_path, "matter", "+819040000073") as today:
        at, contact_id, cases = today.at, today.talk.contact_id, today.cases
        escalate = case_pb.EscalateRequest(
            request_id=str(uuid4()), contact_id=contact_id, words="開始日を遡れるか"
        )
        raised = await at.ask(OPERATOR, cases.Escalate, escalate)
        which = {"escalation_id": raised.escalation_id}

        async def listed(user: str) -> Any:
            request = case_pb.ListEscalationsRequest(client_id="cli_check", open_only=True)
            rows = (await at.ask(user, cases.ListEscalations, request)).escalations
            return next((row for row in rows if row.escalation_id == raised.escalation_id), None)

        at_supervisor = await soon(lambda: listed(SUPERVISOR))
        context = (at_supervisor.contact_id, at_supervisor.operator_id, at_supervisor.reason_id)
        assert context == (contact_id, OPERATOR, "rsn_contract")
        assert await listed(CLIENT) is None

        async def does(user: str, method: Any, request: Any) -> None:
            request.request_id = str(uuid4())
            await at.ask(user, method, request)

        take = case_pb.TakeEscalationRequest(**which)
        await does(SUPERVISOR, cases.TakeEscalation, take)
        pass_on = case_pb.PassOnEscalationRequest(words="ご判断ください", **which)
        await does(SUPERVISOR, cases.PassOnEscalation, pass_on)
        at_client = await soon(lambda: listed(CLIENT))
        assert [words.words for words in at_client.words] == ["ご判断ください"]
        await does(CLIENT, cases.TakeEscalation, take)
        answer = case_pb.AnswerEscalationRequest(words="月初までなら可", **which)
        await does(CLIENT, cases.AnswerEscalation, answer)

        async def answered() -> Any:
            row = await listed(OPERATOR)
            return row if row is not None and len(row.words) == 3 else None

        at_operator = await soon(answered)
        assert at_operator.words[-1].words == "月初までなら可"
        await does(OPERATOR, cases.CloseEscalation, case_pb.CloseEscalationRequest(**which))
        await at.hang_up("matter")
        await at.wrap_up(OPERATOR)
