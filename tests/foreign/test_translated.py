"""Phones elsewhere, that know a node behind 1:1 NAT by its outer address and by nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.harness.node_alone import NUMBER, node_alone
from tests.harness.running import SOFTPHONE
from tests.harness.telephone_ear import telephone_hears
from tests.harness.translated import OUTER, OWN, THEIRS, Elsewhere, elsewhere

from sasayaki_demo.bots import CUSTOMER_HZ, OPERATOR_HZ
from sasayaki_demo.ledger import Ledger
from sasayaki_demo.phones import Phones
from sasayaki_tools.platform.identity import sip_secret

OPERATOR, SIP_PORT = "usr_op01", 25_170
KEY = bytes(32)


@asynccontextmanager
async def phones_at(place: Elsewhere, folder: Path) -> AsyncIterator[Phones]:
    """Phones there."""
    softphone = folder / "softphone"
    softphone.write_text(f'#!/bin/sh\nexec {" ".join(place.command(str(SOFTPHONE)))} "$@"\n')
    softphone.chmod(0o700)
    ledger = Ledger(folder / "ledger.jsonl")
    phones = await Phones.start(softphone, folder / "captures", ledger, f"{OUTER}:{SIP_PORT}")
    try:
        yield phones
    finally:
        await phones.stop()
        ledger.close()


async def test_phones_that_know_only_the_announced_address_register_ring_hear_and_hang_up(
    tmp_path: Path,
) -> None:
    settings = {
        "SIP": f"{OWN}:{SIP_PORT}",
        "RTP_ADDRESS": OWN,
        "ANNOUNCED_ADDRESS": OUTER,
        "LOCAL_NETWORKS": "10.0.0.0/8",
    }
    async with (
        elsewhere() as place,
        node_alone(tmp_path, **settings) as node,
        phones_at(place, tmp_path) as phones,
    ):
        secret = sip_secret(KEY, OPERATOR)
        there = {"address": THEIRS, "record": True}
        await phones.register(OPERATOR, secret, {"tone": OPERATOR_HZ}, **there)
        await phones.add("customer", {"tone": CUSTOMER_HZ}, **there)
        since = phones.position
        await phones.call("customer", NUMBER, "+819050000001")
        await node.ring(OPERATOR)
        customer = await phones.wait("customer", "established", since=since)
        operator = await phones.wait(OPERATOR, "established", since=since)
        await telephone_hears(Path(customer["rx"]), OPERATOR_HZ)
        await telephone_hears(Path(operator["rx"]), CUSTOMER_HZ)
        await phones.do("hangup", phone=OPERATOR)
        # The node's own requests within a call find their way too.
        await phones.wait("customer", "hungup", since=since)
        assert place.strays == 0, "a phone was told an address that leads nowhere"
