"""A trunk that we did not write: sipp brings a call over TCP and asks everything of the node."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from tests.harness.node_alone import NUMBER, SIP, node_alone
from tests.harness.sipp import sipp_over_tcp

SCENARIO = Path(__file__).with_name("trunk.xml")


def _trunks(folder: Path, source: str) -> str:
    path = folder / "trunks.json"
    trunk = {"name": "carrier", "sources": [source], "calls_max": 2}
    path.write_text(json.dumps({"trunks": [trunk]}))
    return str(path)


async def test_sipps_call_over_tcp_keys_holds_resumes_refreshes_and_may_not_transfer(
    tmp_path: Path,
) -> None:
    async with node_alone(tmp_path, TRUNKS=_trunks(tmp_path, "127.0.0.1")) as desk:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(desk.serve())
            await sipp_over_tcp(SCENARIO, NUMBER, server=SIP, folder=tmp_path)

    # The key ends the question at the sound's next step, and the hold follows within the same.
    assert [told.played.digits for told in desk.told if told.HasField("played")] == ["2"]
    kinds = [happening.WhichOneof("happening") for happening in desk.told]
    assert [kind for kind in kinds if kind != "played"] == [
        "invited",
        "answered",
        "leg_held",
        "leg_resumed",
        "suspected",
        "call_ended",
    ]
