"""Messages and escalations on a real broker: from the operator to whoever answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio
from tests.component.callreason.centre import MORI, SATO, SUPERVISOR, Centre, bearer, furnish
from tests.component.callreason.test_callreason import CONTACT, arrive, refused, seen, talk
from tests.harness.waiting import answered

from sasayaki.callreason.v1 import case_service_pb2 as pb
from sasayaki.callreason.v1 import case_service_pb2_grpc as rpc_pb
from sasayaki.callreason.v1.escalation_events_pb2 import ESCALATION_LEVEL_SPECIALIST
from sasayaki_callreason.cases.escalation import ESCALATION
from sasayaki_callreason.cases.message import MESSAGE
from sasayaki_chassis.kafka.log import KafkaReader

CLIENT = bearer("client", "usr_acme")
OTHER_CLIENT = bearer("client", "usr_hana", clients=["cli_hana"])
DENIED = grpc.StatusCode.PERMISSION_DENIED


@asynccontextmanager
async def opened(centre: Centre) -> AsyncIterator[rpc_pb.CaseServiceAsyncStub]:
    """callreason with a contact that Mori talks with."""
    async with (
        centre.callreason() as stub,
        grpc.aio.insecure_channel(centre.settings.grpc_address) as channel,
    ):
        await furnish(stub)
        await arrive(centre)
        await talk(centre)
        await seen(stub, operator_id="usr_mori")
        yield rpc_pb.CaseServiceStub(channel)


def message(request_id: str, **said: Any) -> pb.TakeMessageRequest:
    usual = {"name": "山田", "matter": "折り返し希望", "number": "090-1234-5678"}
    return pb.TakeMessageRequest(
        request_id=request_id, contact_id=CONTACT, **{"number_read_back": True, **usual, **said}
    )


async def listed(call: Any, request: Any, metadata: Any, many: int) -> Any:
    """A list, as soon as it has so many."""
    rows = "messages" if isinstance(request, pb.ListMessagesRequest) else "escalations"
    return await answered(call, request, metadata, lambda found: len(getattr(found, rows)) == many)


async def test_a_message_reaches_the_client_company_and_is_settled_there(centre: Centre) -> None:
    async with opened(centre) as cases:
        taken = await cases.TakeMessage(message("m1"), metadata=MORI)
        again = await cases.TakeMessage(message("m1"), metadata=MORI)
        assert taken.message_id == again.message_id
        every = pb.ListMessagesRequest(client_id="cli_acme", open_only=True)
        (found,) = (await listed(cases.ListMessages, every, CLIENT, 1)).messages
        assert (found.name, found.number, found.operator_id) == ("山田", "09012345678", "usr_mori")
        await listed(cases.ListMessages, every, SATO, 0)
        read = pb.ReadMessageRequest(request_id="r", message_id=taken.message_id)
        await cases.ReadMessage(read, metadata=CLIENT)
        settle = pb.SettleMessageRequest(
            request_id="s", message_id=taken.message_id, words="折り返しました"
        )
        await cases.SettleMessage(settle, metadata=CLIENT)
        await listed(cases.ListMessages, every, CLIENT, 0)
        all_of_them = pb.ListMessagesRequest(client_id="cli_acme")
        (over,) = (await listed(cases.ListMessages, all_of_them, SUPERVISOR, 1)).messages
        assert (over.read_by, over.settled_by, over.settled_words) == (
            "usr_acme",
            "usr_acme",
            "折り返しました",
        )
        code, _, reason = await refused(cases.SettleMessage(settle, metadata=SUPERVISOR))
        assert (code, reason) == (grpc.StatusCode.FAILED_PRECONDITION, "ALREADY_SETTLED")


async def test_words_of_people_stand_in_no_topic(
    centre: Centre, kafka: str, topic_prefix: str
) -> None:
    async with opened(centre) as cases:
        taken = await cases.TakeMessage(message("m1"), metadata=MORI)
        escalate = pb.EscalateRequest(request_id="e1", contact_id=CONTACT, words="山田様の返金")
        await cases.Escalate(escalate, metadata=MORI)
        settle = pb.SettleMessageRequest(
            request_id="s", message_id=taken.message_id, words="山田様へ折り返し"
        )
        await cases.SettleMessage(settle, metadata=SUPERVISOR)
        written = b""
        for stream in (MESSAGE.stream, ESCALATION.stream):
            reader = KafkaReader(kafka, f"{topic_prefix}{stream}", MESSAGE.partitions)
            async with reader:
                for number in range(MESSAGE.partitions):
                    async for _, value in reader.read(number, 0, await reader.end(number)):
                        written += value or b""
        assert b"fields_sealed" in written
        assert b"words_sealed" in written
        for words in ("山田", "折り返し", "返金", "09012345678"):
            assert words.encode() not in written
            assert json.dumps(words).strip('"').encode() not in written


async def test_a_number_that_was_not_read_back_is_not_taken_down(centre: Centre) -> None:
    async with opened(centre) as cases:
        for request, field in (
            (message("m", number_read_back=False), "number_read_back"),
            (message("m", matter=""), "matter"),
        ):
            code, details, _ = await refused(cases.TakeMessage(request, metadata=MORI))
            assert code is grpc.StatusCode.INVALID_ARGUMENT
            assert details.startswith(f"{field}: ")
        code, _, reason = await refused(cases.TakeMessage(message("m"), metadata=SATO))
        assert (code, reason) == (DENIED, "NOT_YOUR_CONTACT")


async def test_messages_come_page_by_page_newest_first(centre: Centre) -> None:
    async with opened(centre) as cases:
        for number in range(3):
            await cases.TakeMessage(message(f"m{number}", name=f"n{number}"), metadata=MORI)
        every = pb.ListMessagesRequest(client_id="cli_acme")
        await listed(cases.ListMessages, every, MORI, 3)
        two = pb.ListMessagesRequest(client_id="cli_acme", page_size=2)
        first = await listed(cases.ListMessages, two, MORI, 2)
        assert [each.name for each in first.messages] == ["n2", "n1"]
        following = pb.ListMessagesRequest(client_id="cli_acme", page_token=first.next_page_token)
        rest = await listed(cases.ListMessages, following, MORI, 1)
        assert [each.name for each in rest.messages] == ["n0"]
        assert not rest.next_page_token


async def test_an_escalation_is_tracked_to_the_answer_of_the_specialists(centre: Centre) -> None:
    async with opened(centre) as cases:
        escalate = pb.EscalateRequest(request_id="e1", contact_id=CONTACT, words="返金の可否")
        raised = await cases.Escalate(escalate, metadata=MORI)
        assert (await cases.Escalate(escalate, metadata=MORI)) == raised
        second = pb.EscalateRequest(request_id="e2", contact_id=CONTACT, words="x")
        code, _, reason = await refused(cases.Escalate(second, metadata=MORI))
        assert (code, reason) == (grpc.StatusCode.ALREADY_EXISTS, "ALREADY_ESCALATED")
        every = pb.ListEscalationsRequest(client_id="cli_acme")
        (found,) = (await listed(cases.ListEscalations, every, SUPERVISOR, 1)).escalations
        assert [words.words for words in found.words] == ["返金の可否"]
        assert found.answer_by.seconds - found.raised_at.seconds == 3_600
        await listed(cases.ListEscalations, every, CLIENT, 0)

        which = {"escalation_id": raised.escalation_id}
        takes = [
            cases.TakeEscalation(
                pb.TakeEscalationRequest(request_id="t", **which),
                metadata=bearer("supervisor", f"usr_sv{number}"),
            )
            for number in range(8)
        ]
        codes = await asyncio.gather(*(take.code() for take in takes))
        winner = codes.index(grpc.StatusCode.OK)
        assert codes.count(grpc.StatusCode.FAILED_PRECONDITION) == 7
        supervisor = bearer("supervisor", f"usr_sv{winner}")

        take = pb.TakeEscalationRequest(request_id="t", **which)
        assert (await refused(cases.TakeEscalation(take, metadata=CLIENT)))[2] == (
            "UNKNOWN_ESCALATION"
        )
        pass_on = pb.PassOnEscalationRequest(request_id="p", words="ご判断を", **which)
        await cases.PassOnEscalation(pass_on, metadata=supervisor)
        (theirs,) = (await listed(cases.ListEscalations, every, CLIENT, 1)).escalations
        assert theirs.level == ESCALATION_LEVEL_SPECIALIST
        assert [words.words for words in theirs.words] == ["ご判断を"]
        await cases.TakeEscalation(take, metadata=CLIENT)
        close = pb.CloseEscalationRequest(request_id="c", **which)
        assert (await refused(cases.CloseEscalation(close, metadata=MORI)))[2] == "NOT_ANSWERED"
        answer = pb.AnswerEscalationRequest(request_id="a", words="返金します", **which)
        assert (await refused(cases.AnswerEscalation(answer, metadata=supervisor)))[0] is DENIED
        await cases.AnswerEscalation(answer, metadata=CLIENT)
        await cases.CloseEscalation(close, metadata=MORI)
        open_ones = pb.ListEscalationsRequest(client_id="cli_acme", open_only=True)
        await listed(cases.ListEscalations, open_ones, MORI, 0)
        (over,) = (await listed(cases.ListEscalations, every, MORI, 1)).escalations
        assert [words.words for words in over.words] == ["返金の可否", "ご判断を", "返金します"]
        assert over.closed
        assert not over.overdue
        assert (await cases.Escalate(second, metadata=MORI)) != raised


async def test_cases_are_for_those_whom_they_concern(centre: Centre) -> None:
    async with opened(centre) as cases:
        taken = await cases.TakeMessage(message("m1"), metadata=MORI)
        escalate = pb.EscalateRequest(request_id="e1", contact_id=CONTACT, words="x")
        raised = await cases.Escalate(escalate, metadata=MORI)
        read = pb.ReadMessageRequest(request_id="r", message_id=taken.message_id)
        take = pb.TakeEscalationRequest(request_id="t", escalation_id=raised.escalation_id)
        every = pb.ListMessagesRequest(client_id="cli_acme")
        for call in (
            cases.Escalate(escalate, metadata=SATO),
            cases.Escalate(escalate, metadata=SUPERVISOR),
            cases.ReadMessage(read, metadata=MORI),
            cases.ReadMessage(read, metadata=OTHER_CLIENT),
            cases.ListMessages(every, metadata=OTHER_CLIENT),
            cases.ListMessages(every, metadata=bearer("auditor")),
            cases.TakeEscalation(take, metadata=MORI),
            cases.TakeEscalation(take, metadata=OTHER_CLIENT),
        ):
            assert (await refused(call))[0] is DENIED
        elsewhere = bearer("supervisor", tenant="out_other")
        for call in (
            cases.ReadMessage(read, metadata=elsewhere),
            cases.TakeEscalation(take, metadata=elsewhere),
            cases.ListMessages(every, metadata=elsewhere),
        ):
            assert (await refused(call))[0] is grpc.StatusCode.NOT_FOUND
        short = pb.EscalateRequest(
            request_id="e", contact_id=CONTACT, words="x", answer_within_ms=59_999
        )
        _, details, _ = await refused(cases.Escalate(short, metadata=MORI))
        assert details.startswith("answer_within_ms: ")
