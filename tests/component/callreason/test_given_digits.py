"""Digits of a customer: opened for the contact's operator and supervisors, for nobody else."""

from __future__ import annotations

from tests.component.callreason.centre import (
    ADMIN,
    MORI,
    SATO,
    SERVICE,
    SUPERVISOR,
    Centre,
    acme,
    bearer,
    flow,
)
from tests.component.callreason.test_callreason import (
    CONTACT,
    arrive,
    hear_guidance,
    refused,
    seen,
    talk,
)

from sasayaki.callreason.v1 import callreason_service_pb2 as pb
from sasayaki.media.v1 import call_events
from sasayaki_chassis.seals import NUMBERS, Seals

ASKS = """\
flow: flw_acme
start: guidance
steps:
  guidance: {kind: announce, prompt: guidance, guidance: true, next: number}
  number: {kind: ask, prompt: menu, keep: customer_no, digits_most: 8, next: billing, otherwise: billing}
  billing: {kind: route, queue: que_billing, skills: [billing]}
"""  # noqa: E501 - one line per step


async def test_digits_are_opened_for_the_contacts_operator_and_supervisors_only(
    centre: Centre,
) -> None:
    async with centre.callreason() as stub:
        await stub.PutClient(acme("put-1"), metadata=ADMIN)
        request = flow("publish-1", ASKS)
        await stub.PublishFlow(request, metadata=ADMIN)
        await arrive(centre)
        await seen(stub, path=["guidance"])
        await hear_guidance(centre)
        await seen(stub, path=["guidance", "number"])
        sealed = Seals(centre.keys, NUMBERS).seal("cli_acme", "12345678")
        await centre.happen(
            CONTACT,
            call_events.DigitsCollected,
            play_id="number.2",
            digits_sealed=sealed,
            digits_count=8,
            outcome="DIGITS_OUTCOME_COLLECTED",
        )
        await seen(stub, path=["guidance", "number", "billing"])
        await talk(centre)
        await seen(stub, operator_id="usr_mori")
        get = pb.GetEnquiryRequest(contact_id=CONTACT)
        for metadata in (MORI, SUPERVISOR):
            (given,) = (await stub.GetEnquiry(get, metadata=metadata)).given
            assert (given.key, given.value) == ("customer_no", "12345678")
        for metadata in (SERVICE, bearer("manager")):
            assert not (await stub.GetEnquiry(get, metadata=metadata)).given
        await refused(stub.GetEnquiry(get, metadata=SATO))
        (centre.keys / "cli_acme.key").unlink()
        assert not (await stub.GetEnquiry(get, metadata=SUPERVISOR)).given
