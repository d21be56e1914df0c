"""callreason on a real broker: versions of flows, the tests before them, and calls back."""

from __future__ import annotations

import grpc
import pytest
from tests.component.callreason.centre import (
    ADMIN,
    MORI,
    NUMBER,
    SERVICE,
    SUPERVISOR,
    Centre,
    acme,
    bearer,
    flow,
    furnish,
)
from tests.component.callreason.test_callreason import (
    ANSWER,
    COMPLETED,
    CONTACT,
    PLAY,
    QUEUE,
    arrive,
    end,
    hear_guidance,
    press,
    refused,
    seen,
    talk,
)
from tests.unit.callreason.flows import RICH_SHA, RICH_SOURCE, SOURCE

from sasayaki.callreason.v1 import callreason_service_pb2 as pb
from sasayaki.callreason.v1 import callreason_service_pb2_grpc as rpc_pb
from sasayaki.callreason.v1 import client_events_pb2, enquiry_events_pb2
from sasayaki.media.v1 import call_events
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.routing.v1 import pool_events
from sasayaki_chassis.seals import NUMBERS, Seals

GOOD = """\
flow: flw_acme
cases:
  - name: a bill
    acts: [press: 1]
    expect: {queue: que_billing}
"""
BAD = GOOD.replace("que_billing", "que_contract")
OTHER = SOURCE.replace("que_billing, skills: [billing]", "que_billing, skills: [gold]")


async def live(stub: rpc_pb.CallreasonServiceAsyncStub) -> tuple[int, list[int]]:
    """The live version of the flow, and all of them."""
    asked = pb.ListFlowVersionsRequest(flow_id="flw_acme")
    listed = await stub.ListFlowVersions(asked, metadata=ADMIN)
    return listed.live_version, [version.version for version in listed.versions]


def with_tests(request_id: str, source: str, tests: str) -> pb.PublishFlowRequest:
    request = flow(request_id, source)
    request.tests = tests
    request.note = "gold only"
    return request


async def test_a_flow_whose_tests_fail_is_not_published(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish(stub)
        failing = stub.PublishFlow(with_tests("p2", OTHER, BAD), metadata=ADMIN)
        code, details, _ = await refused(failing)
        assert code is grpc.StatusCode.INVALID_ARGUMENT
        assert details == ("tests: line 3: a bill: expected queue que_contract, was que_billing")
        assert await live(stub) == (1, [1])
        done = await stub.PublishFlow(with_tests("p3", OTHER, GOOD), metadata=ADMIN)
        assert (done.version, done.tests_passed) == (2, 1)
        asked = pb.ListFlowVersionsRequest(flow_id="flw_acme")
        newest = (await stub.ListFlowVersions(asked, metadata=SUPERVISOR)).versions[0]
        assert (newest.note, newest.tests_passed) == ("gold only", 1)
        assert newest.published_by == "usr_admin"
        assert newest.published_at.seconds > 0


async def test_checking_publishes_nothing_and_tells_what_is_doubtful(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish(stub)
        forgetful = SOURCE.replace("{reason: rsn_contract, next: contract}", "{next: contract}")
        published = flow("-", forgetful)
        asked = pb.CheckFlowRequest(
            client_id="cli_acme", source=forgetful, prompts=published.prompts, tests=GOOD
        )
        told = await stub.CheckFlow(asked, metadata=ADMIN)
        assert (told.flow_id, told.tests_passed) == ("flw_acme", 1)
        assert list(told.warnings) == ["line 3: no way states the reason 'rsn_contract'"]
        asked.source = SOURCE.replace("que_billing", "que_vip")
        code, details, _ = await refused(stub.CheckFlow(asked, metadata=ADMIN))
        assert code is grpc.StatusCode.INVALID_ARGUMENT
        assert details.startswith("source: line 14: ")
        assert await live(stub) == (1, [1])


async def test_after_a_roll_back_new_calls_begin_with_the_earlier_version(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish(stub)
        await stub.PublishFlow(flow("p2", OTHER), metadata=ADMIN)
        await arrive(centre)
        await centre.asks(CONTACT, ANSWER, PLAY)
        back = pb.RollBackFlowRequest(request_id="b1", flow_id="flw_acme", version=1)
        await stub.RollBackFlow(back, metadata=ADMIN)
        await stub.RollBackFlow(back, metadata=ADMIN)
        assert await live(stub) == (1, [2, 1])
        await arrive(centre, "con_2")
        await seen(stub, "con_2", flow_version=1)
    async with centre.callreason() as stub:
        # The call that runs goes on with its own version, whatever is live and whoever restarted.
        await hear_guidance(centre)
        await press(centre, "1")
        queued = (await centre.asks(CONTACT, ANSWER, PLAY, PLAY, QUEUE))[-1]
        assert queued.required_skills == ["gold"]
        again = await stub.PublishFlow(flow("p3", OTHER), metadata=ADMIN)
        assert again.version == 3
        assert await live(stub) == (3, [3, 2, 1])


@pytest.mark.parametrize(
    ("version", "flow_id", "reason"),
    [
        (2, "flw_acme", "UNKNOWN_VERSION"),
        (0, "flw_acme", "UNKNOWN_VERSION"),
        (1, "flw_nobodys", "UNKNOWN_FLOW"),
    ],
)
async def test_there_is_no_rolling_back_to_what_never_was(
    centre: Centre, version: int, flow_id: str, reason: str
) -> None:
    async with centre.callreason() as stub:
        await furnish(stub)
        back = pb.RollBackFlowRequest(request_id="b", flow_id=flow_id, version=version)
        code, _, told = await refused(stub.RollBackFlow(back, metadata=ADMIN))
        assert (code, told) == (grpc.StatusCode.NOT_FOUND, reason)


async def test_flows_are_for_those_who_may(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish(stub)
        listed = pb.ListFlowVersionsRequest(flow_id="flw_acme")
        back = pb.RollBackFlowRequest(request_id="b", flow_id="flw_acme", version=1)
        for call in (
            stub.ListFlowVersions(listed, metadata=MORI),
            stub.RollBackFlow(back, metadata=SUPERVISOR),
            stub.CheckFlow(pb.CheckFlowRequest(client_id="cli_acme"), metadata=SUPERVISOR),
        ):
            assert (await refused(call))[0] is grpc.StatusCode.PERMISSION_DENIED
        elsewhere = bearer("supervisor", clients=["cli_hana"])
        another = bearer("admin", "usr_admin", tenant="out_other")
        for metadata in (elsewhere, another):
            _, _, reason = await refused(stub.ListFlowVersions(listed, metadata=metadata))
            assert reason == "UNKNOWN_FLOW"


async def test_managers_publish_flows_of_their_own_companies_alone(centre: Centre) -> None:
    own, other = (bearer("manager", "usr_mgr", clients=[c]) for c in ("cli_acme", "cli_hana"))
    async with centre.callreason() as stub:
        await furnish(stub)
        request = with_tests("p2", OTHER, GOOD)
        asked = pb.CheckFlowRequest(
            client_id="cli_acme", source=OTHER, prompts=request.prompts, tests=GOOD
        )
        back = pb.RollBackFlowRequest(request_id="b", flow_id="flw_acme", version=1)
        for call, reason in (
            (stub.CheckFlow(asked, metadata=other), "UNKNOWN_CLIENT"),
            (stub.PublishFlow(request, metadata=other), "UNKNOWN_CLIENT"),
            (stub.RollBackFlow(back, metadata=other), "UNKNOWN_FLOW"),
        ):
            assert (await refused(call))[2] == reason
        assert (await stub.CheckFlow(asked, metadata=own)).tests_passed == 1
        assert (await stub.PublishFlow(request, metadata=own)).version == 2
        await stub.RollBackFlow(back, metadata=own)
        assert (await live(stub))[0] == 1


async def furnish_richly(stub: rpc_pb.CallreasonServiceAsyncStub) -> None:
    reasons = [
        client_events_pb2.Reason(reason_id=name, label_ja=name, label_en=name)
        for name in ("rsn_billing", "rsn_late")
    ] + [
        client_events_pb2.Reason(
            reason_id="rsn_wrong",
            label_ja="-",
            label_en="-",
            kind=client_events_pb2.REASON_KIND_WRONG_NUMBER,
        )
    ]
    number = client_events_pb2.Number(number=NUMBER, flow_id="flw_rich")
    queues = ["que_billing", "que_night"]
    company = acme("put-1", reasons=reasons, queue_ids=queues, numbers=[number])
    await stub.PutClient(company, metadata=ADMIN)
    # Open at any time: when the test runs is nobody's business.
    always = RICH_SOURCE.replace("closed: closed", "closed: guidance").replace(
        "  closed: {kind: set_reason, reason: rsn_late, next: late_guidance}\n",
        "",
    )
    always = always.replace(
        "  late_guidance: {kind: announce, prompt: guidance, guidance: true, next: voicemail}\n", ""
    )
    always = "".join(
        line for line in always.splitlines(keepends=True) if not line.startswith("  voicemail:")
    )
    published = pb.PublishFlowRequest(
        request_id="p", client_id="cli_acme", source=always, prompts=RICH_SHA
    )
    await stub.PublishFlow(published, metadata=ADMIN)


async def test_digits_are_kept_sealed_decide_in_plain_and_are_shown_to_whom_they_concern(
    centre: Centre,
) -> None:
    async with centre.callreason() as stub:
        await furnish_richly(stub)
        await arrive(centre)
        await centre.happen(
            CONTACT, call_events.GuidancePlayed, play_id="guidance.1", outcome=COMPLETED
        )
        await press(centre, "1")
        box = Seals(centre.keys, NUMBERS).seal("cli_acme", "09012345678")
        said = {"digits_sealed": box, "digits_count": 11}
        collected = "DIGITS_OUTCOME_COLLECTED"
        await centre.happen(
            CONTACT, call_events.DigitsCollected, play_id="number.3", outcome=collected, **said
        )
        asked = (await centre.asks(CONTACT, ANSWER, PLAY, PLAY, PLAY, PLAY))[-1]
        assert (asked.read_back_play_id, len(asked.digit_sha256)) == ("number.3", 10)
        await centre.happen(
            CONTACT, call_events.DigitsCollected, play_id="number.4", digits="1", outcome=collected
        )
        # 090…: the mobile way, by digits that are nowhere in plain.
        await seen(
            stub, path=["which", "hours", "guidance", "menu", "number", "kind_of_number", "mobile"]
        )
        await talk(centre)
        await seen(stub, operator_id="usr_mori")
        request = pb.GetEnquiryRequest(contact_id=CONTACT)
        mine = await stub.GetEnquiry(request, metadata=MORI)
        assert [(given.key, given.value) for given in mine.given] == [("phone", "09012345678")]
        assert not (await stub.GetEnquiry(request, metadata=SERVICE)).given
        (centre.keys / "cli_acme.key").unlink()
        assert not (await stub.GetEnquiry(request, metadata=MORI)).given


async def test_a_flow_goes_on_when_nobody_outside_may_be_called(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish_richly(stub)
        await arrive(centre)
        await hear_guidance(centre)
        await press(centre, "9")
        dialled = (await centre.asks(CONTACT, ANSWER, PLAY, PLAY, media.DialOutsideRequest))[-1]
        assert (dialled.number, dialled.operator_id) == ("+81312345699", "")
        await centre.refuse_outside(CONTACT)
        await seen(stub, path=["which", "hours", "guidance", "menu", "outside", "bye"])


async def test_a_call_back_goes_on_in_the_flow_that_promised_it(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish_richly(stub)
        await centre.happen(
            CONTACT,
            call_events.CallArrived,
            dialled_number=NUMBER,
            caller_hash="ab",
            answer_by="2099-01-01T00:00:00Z",
        )
        await centre.happen(
            CONTACT, call_events.GuidancePlayed, play_id="guidance.1", outcome=COMPLETED
        )
        await press(centre, "1")
        timed_out = "DIGITS_OUTCOME_TIMED_OUT"
        for play in (3, 4, 5):
            await centre.happen(
                CONTACT, call_events.DigitsCollected, play_id=f"number.{play}", outcome=timed_out
            )
        await seen(stub, path=["which", "hours", "guidance", "menu", "number", "billing"])
        await centre.pool(pool_events.WaitTold, contact_id=CONTACT, position=2)
        asked = await centre.asks(CONTACT, ANSWER, PLAY, PLAY, PLAY, PLAY, PLAY, QUEUE, PLAY, PLAY)
        assert asked[-1].digits_max == 1
        assert asked[-2].repeat
        await centre.happen(
            CONTACT,
            call_events.DigitsCollected,
            play_id="billing.wait2",
            digits="5",
            outcome="DIGITS_OUTCOME_COLLECTED",
        )
        await seen(
            stub,
            path=["which", "hours", "guidance", "menu", "number", "billing", "call_back", "back"],
        )
        await end(centre)
        await seen(stub, outcome=enquiry_events_pb2.ENQUIRY_OUTCOME_CALLBACK)
        await centre.happen(
            "con_2",
            call_events.CallPlaced,
            from_number=NUMBER,
            previous_contact_id=CONTACT,
            record="RECORDING_POLICY_AFTER_GUIDANCE",
        )
        await seen(stub, "con_2", stated_reason_id="rsn_billing")
        await centre.happen("con_2", call_events.CallAnswered)
        await seen(stub, "con_2", path=["call_guidance"])
        await centre.happen(
            "con_2", call_events.GuidancePlayed, play_id="call_guidance.1", outcome=COMPLETED
        )
        queued = (await centre.asks("con_2", PLAY, QUEUE, PLAY))[1]
        assert queued.previous_contact_id == CONTACT
