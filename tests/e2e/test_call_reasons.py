"""Call reasons and IVR, line by line: the tree, stated against confirmed, Pareto by workload."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.e2e.centre import OFF, READY, WRAP_UP, Centre, Talk, centre
from tests.harness.running import LAUNCHER, Running

from sasayaki.callreason.v1 import callreason_service_pb2 as pb
from sasayaki.callreason.v1 import enquiry_events_pb2 as events_pb

OPERATOR, SUPERVISOR = "usr_op01", "usr_sv01"
TALK_S = 2.0
COUNTED_S = 20.0


@asynccontextmanager
async def talking(at: Centre, name: str, caller: str) -> AsyncIterator[Talk]:
    """A customer who pressed 2 talks with the operator, and hangs up at the end."""
    talk = await at.talk(name, caller, OPERATOR)
    await at.talk_is_known(talk.contact_id, SUPERVISOR)
    yield talk
    await asyncio.sleep(TALK_S)
    await at.hang_up(name)


async def enquiry(at: Centre, contact_id: str) -> pb.GetEnquiryResponse:
    request = pb.GetEnquiryRequest(contact_id=contact_id)
    answer: pb.GetEnquiryResponse = await at.ask(
        SUPERVISOR, at.platform.callreason.GetEnquiry, request
    )
    return answer


async def wrapped_up(at: Centre, talk: Talk, reason_id: str, **answers: str) -> None:
    """The operator sends the form as soon as the desk asks for it."""
    assert await at.desk_shows(OPERATOR, WRAP_UP) == talk.contact_id
    request = pb.CompleteWrapUpRequest(
        request_id=str(uuid4()),
        contact_id=talk.contact_id,
        reason_id=reason_id,
        answers=[events_pb.FormAnswer(key=key, value=value) for key, value in answers.items()],
    )
    await at.ask(OPERATOR, at.platform.callreason.CompleteWrapUp, request)
    await at.desk_shows(OPERATOR, READY)


def reported(running: Running, *options: str) -> str:
    """What `./sasayaki report reasons` prints of the company of these tests."""
    done = subprocess.run(
        [LAUNCHER, "report", "reasons", "--client", "cli_check", *options],
        env={**os.environ, "SASAYAKI_STATE_DIR": str(running.state)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


async def counted(running: Running, contacts: int, *options: str) -> dict[str, Any]:
    """The report as soon as so many contacts were handled in it."""
    async with asyncio.timeout(COUNTED_S):
        while True:
            told: dict[str, Any] = json.loads(
                await asyncio.to_thread(reported, running, "--json", *options)
            )
            if sum(row.get("handled", 0) for row in told.get("rows", ())) >= contacts:
                return told


async def test_1_to_3_keys_state_reasons_operators_correct_them_and_the_workload_orders_them(
    running: Running, tmp_path: Path
) -> None:
    before = await counted(running, 0)
    async with centre(running, tmp_path) as at:
        await at.operator(OPERATOR)
        async with talking(at, "corrected", "+819040000061") as corrected:
            stated = await enquiry(at, corrected.contact_id)
            assert list(stated.path) == ["guidance", "menu", "contract"]
            assert stated.stated_reason_id == "rsn_contract"
            confirm = pb.ConfirmReasonRequest(
                request_id=str(uuid4()), contact_id=corrected.contact_id, reason_id="rsn_amount"
            )
            await at.ask(OPERATOR, at.platform.callreason.ConfirmReason, confirm)
        note = "請求書の金額を確認"
        await wrapped_up(at, corrected, "", outcome="resolved", note=note)
        kept = await enquiry(at, corrected.contact_id)
        assert (kept.stated_reason_id, kept.confirmed_reason_id) == ("rsn_contract", "rsn_amount")
        assert {answer.key: answer.value for answer in kept.answers}["note"] == note
        assert kept.outcome == events_pb.ENQUIRY_OUTCOME_HANDLED

        # A prank needs no form.
        async with talking(at, "prank", "+819040000062") as prank:
            pass
        await wrapped_up(at, prank, "rsn_prank")
        closed = await enquiry(at, prank.contact_id)
        assert closed.outcome == events_pb.ENQUIRY_OUTCOME_PRANK
        await at.operators[OPERATOR].set_state(OFF)

    handled = sum(row.get("handled", 0) for row in before.get("rows", ()))
    told = await counted(running, handled + 2)
    assert sum(row["contacts"] for row in told["rows"]) == told["contacts"]
    assert sum(pair["contacts"] for pair in told["pairs"]) == told["contacts"]
    workload = [int(row.get("workload_ms", 0)) for row in told["rows"]]
    assert workload == sorted(workload, reverse=True)
    assert told["rows"][-1]["cumulative_share"] == 1.0
    rows = {row.get("reason_id", ""): row for row in told["rows"]}
    assert int(rows["rsn_amount"]["workload_ms"]) >= TALK_S * 1000
    assert rows["rsn_amount"]["parent_id"] == "rsn_billing"
    confirmed = {
        pair["confirmed_reason_id"]
        for pair in told["pairs"]
        if pair.get("stated_reason_id") == "rsn_contract" and "confirmed_reason_id" in pair
    }
    assert {"rsn_amount", "rsn_prank"} <= confirmed
    rolled_up = await counted(running, handled + 2, "--level", "1")
    assert "rsn_amount" not in {row.get("reason_id", "") for row in rolled_up["rows"]}
    printed = reported(running)
    for words in ("Pareto by workload", "請求額", "Amount", "いたずら", "stated → confirmed"):
        assert words in printed
