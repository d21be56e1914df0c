"""What somebody does stands in the ledger by its RPC's name, once it was answered."""

from types import SimpleNamespace
from typing import Any

import grpc
import pytest

from sasayaki.routing.v1 import routing_service_pb2 as routing
from sasayaki_demo.people import person
from sasayaki_demo.people.operator import Operator


class Away(grpc.aio.AioRpcError):
    """The service is away."""

    def __init__(self) -> None:
        super().__init__(grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), grpc.aio.Metadata())


class Ledger:
    """What was told, in order."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []

    async def add(self, entry: dict[str, Any]) -> None:
        self.told.append(entry)


async def test_an_act_is_tried_again_by_one_id_and_bears_its_rpcs_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(person, "RETRY_S", 0.0)
    asked: list[str] = []

    async def consult(request: routing.ConsultOperatorRequest, **_: Any) -> object:
        asked.append(request.request_id)
        if len(asked) == 1:
            raise Away
        return routing.ConsultOperatorResponse()

    platform: Any = SimpleNamespace(
        endpoints=SimpleNamespace(tokens={"usr_mori": "a token"}),
        routing=SimpleNamespace(ConsultOperator=consult),
    )
    ledger: Any = Ledger()
    await Operator("usr_mori", platform, ledger).consult("con_1", "usr_abe")
    assert len(asked) == 2
    assert len(set(asked)) == 1
    (entry,) = ledger.told
    assert (entry["act"], entry["user"]) == ("consult_operator", "usr_mori")
    assert (entry["contact_id"], entry["colleague"]) == ("con_1", "usr_abe")
