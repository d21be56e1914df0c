"""A client company's prompts: put by its managers, versioned, heard by nobody else's people."""

import grpc
import pytest
from tests.component.media.desk import Desk, bearer
from tests.component.media.test_kill import restarted
from tests.harness.waiting import until
from tests.unit.media.sounds import tone, wav

from sasayaki.media.v1 import media_service_pb2 as pb

MANAGER = bearer("manager", sub="usr_mgr", clients=["cli_acme"])
ELSEWHERE = bearer("manager", sub="usr_other", clients=["cli_hana"])
ONE, TWO = tone(500.0), tone(700.0)
ASK = pb.ListPromptsRequest(client_id="cli_acme")


def put(file: bytes, *, name: str = "menu", request_id: str = "put-1") -> pb.PutPromptRequest:
    return pb.PutPromptRequest(request_id=request_id, client_id="cli_acme", name=name, wav=file)


async def test_a_manager_gives_a_name_a_sound_and_then_another_one(desk: Desk) -> None:
    first = await desk.stub.PutPrompt(put(ONE), metadata=MANAGER)
    again = await desk.stub.PutPrompt(put(ONE), metadata=MANAGER)
    second = await desk.stub.PutPrompt(put(TWO, request_id="put-2"), metadata=MANAGER)
    same = await desk.stub.PutPrompt(put(TWO, request_id="put-3"), metadata=MANAGER)
    assert [each.version for each in (first, again, second, same)] == [1, 1, 2, 2]
    assert first.length_ms == 1_000

    [menu] = (await desk.stub.ListPrompts(ASK, metadata=MANAGER)).prompts
    assert menu.name == "menu"
    assert [(each.version, each.sha256) for each in menu.versions] == [
        (2, second.sha256),
        (1, first.sha256),
    ]
    assert {each.put_by for each in menu.versions} == {"usr_mgr"}
    assert menu.versions[0].put_at.ToDatetime() >= menu.versions[1].put_at.ToDatetime()
    for sha256, file in ((first.sha256, ONE), (second.sha256, TWO)):
        heard = await desk.stub.GetPrompt(hear(sha256), metadata=MANAGER)
        assert heard.wav == file
    stored = {first.sha256, second.sha256}
    await until(lambda: {order.sha256 for order in desk.node.asked("put_prompt")} == stored)


async def test_prompts_are_there_again_after_a_kill(desk: Desk) -> None:
    put_once = await desk.stub.PutPrompt(put(ONE), metadata=MANAGER)
    desk.media.kill()
    await restarted(desk)
    [menu] = (await desk.stub.ListPrompts(ASK, metadata=MANAGER)).prompts
    assert menu.versions[0].sha256 == put_once.sha256
    assert (await desk.stub.GetPrompt(hear(put_once.sha256), metadata=MANAGER)).wav == ONE


async def test_prompts_of_a_company_are_its_own_peoples(desk: Desk) -> None:
    sha256 = (await desk.stub.PutPrompt(put(ONE), metadata=MANAGER)).sha256
    stranger = bearer("manager", sub="usr_far", tenant="out_two", clients=["cli_acme"])
    for who in (ELSEWHERE, stranger):
        for asked in (
            desk.stub.PutPrompt(put(TWO, request_id="put-2"), metadata=who),
            desk.stub.ListPrompts(ASK, metadata=who),
            desk.stub.GetPrompt(hear(sha256), metadata=who),
        ):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await asked
            assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    supervisor = bearer("supervisor", sub="usr_sv", clients=["cli_acme"])
    assert (await desk.stub.GetPrompt(hear(sha256), metadata=supervisor)).wav == ONE
    for role in ("supervisor", "operator", "auditor", "client"):
        who = bearer(role, sub="usr_x", clients=["cli_acme"])
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await desk.stub.PutPrompt(put(TWO, request_id="put-3"), metadata=who)
        assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_a_sound_that_somebody_stored_is_not_heard_by_its_hash_alone(desk: Desk) -> None:
    stored = pb.PutPromptRequest(request_id="put-1", wav=ONE)
    sha256 = (await desk.stub.PutPrompt(stored, metadata=desk.service)).sha256
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await desk.stub.GetPrompt(hear(sha256), metadata=MANAGER)
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (b"ID3", "NOT_A_WAV"),
        (wav(rate_hz=44_100), "NOT_8_KHZ"),
        (wav(channels=2), "NOT_MONO"),
        (wav(bits=8), "NOT_PCM_16"),
        (wav(0), "NO_SOUND"),
        (wav(121 * 8_000), "TOO_LONG"),
        (wav(8_000), "SILENT"),
        (tone(400.0, gain=4.0), "CLIPPED"),
    ],
)
async def test_what_customers_could_not_hear_is_refused_by_its_reason(
    desk: Desk, file: bytes, reason: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await desk.stub.PutPrompt(put(file), metadata=MANAGER)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert dict(refused.value.trailing_metadata() or ())["sasayaki-reason"] == reason
    assert (refused.value.details() or "").startswith("wav: ")
    assert not (await desk.stub.ListPrompts(ASK, metadata=MANAGER)).prompts


@pytest.mark.parametrize(
    "wrong",
    [
        pb.PutPromptRequest(request_id="r", wav=ONE),
        pb.PutPromptRequest(request_id="r", wav=ONE, client_id="cli_acme"),
        pb.PutPromptRequest(request_id="r", wav=ONE, name="menu"),
        put(ONE, name="Menu"),
        put(ONE, name="../menu"),
        put(ONE, name="m" * 65),
        put(bytes(2 * 1024 * 1024 + 1)),
    ],
    ids=["nobody's", "nameless", "whose", "capital", "path", "long", "large"],
)
async def test_a_manager_puts_a_sound_for_a_company_and_by_a_name(
    desk: Desk, wrong: pb.PutPromptRequest
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await desk.stub.PutPrompt(wrong, metadata=MANAGER)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def hear(sha256: str) -> pb.GetPromptRequest:
    return pb.GetPromptRequest(client_id="cli_acme", sha256=sha256)
