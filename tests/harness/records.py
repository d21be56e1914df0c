"""Records as followers hand them on."""

from itertools import count

from tests.harness.specification import NOON

from sasayaki.event import Event, Recorded

_numbers = count(1)


def recorded(
    subject: str, data: Event, *, tenant_id: str = "out_demo", client_id: str | None = "cli_acme"
) -> Recorded[Event]:
    number = next(_numbers)
    return Recorded[Event].model_construct(
        id=f"rec-{number}",
        type=data.event_type,
        source="/test",
        subject=subject,
        sequence=number,
        time=NOON,
        recorded_time=NOON,
        tenant_id=tenant_id,
        client_id=client_id,
        at=number,
        owner="test",
        data=data,
    )
