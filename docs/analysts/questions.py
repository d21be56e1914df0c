"""Three questions to the topics, with nothing but a Kafka reader and JSON.

    python questions.py 127.0.0.1:19092

Needs aiokafka. A notebook does the same with the rows that `history` returns.
"""

import asyncio
import json
import sys
from collections import Counter, defaultdict
from statistics import median

from aiokafka import AIOKafkaConsumer

TOPICS = (
    "media.call",
    "routing.pool",
    "callreason.enquiry",
    "monitoring.alert",
    "monitoring.supervision",
)


async def history(bootstrap: str) -> list[dict]:
    """Every event of the topics so far; those of one stream in order."""
    reader = AIOKafkaConsumer(*TOPICS, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await reader.start()
    events = []
    try:
        ends = await reader.end_offsets(reader.assignment())
        while any([await reader.position(place) < end for place, end in ends.items()]):
            for records in (await reader.getmany(timeout_ms=500)).values():
                for record in records:
                    event = json.loads(record.value)
                    if event["at"] == record.offset:  # else it is not history
                        events.append(event)
    finally:
        await reader.stop()
    return events


def named(events: list[dict], name: str) -> list[dict]:
    """The events of one name, such as `CallEnded`."""
    return [event for event in events if event["type"].endswith(f".{name}")]


def answer_times_ms(events: list[dict]) -> dict[str, list[int]]:
    """How long customers waited for an operator, by why they called."""
    reason = {e["correlationid"]: e["data"]["reason_id"] for e in named(events, "EnquiryClosed")}
    waits = defaultdict(list)
    for accepted in named(events, "OfferAccepted"):
        waited_ms = int(accepted["data"].get("waited_ms", 0))
        waits[reason.get(accepted["correlationid"], "still open")].append(waited_ms)
    return dict(waits)


def times_heard(events: list[dict]) -> Counter[tuple[str, str]]:
    """How many calls of each operator a supervisor heard, by purpose: what was heard counts."""
    purpose = {e["subject"]: e["data"]["purpose"] for e in named(events, "SupervisionStarted")}
    operator = {e["subject"]: e["data"]["operator_id"] for e in named(events, "TalkStarted")}
    heard = {(e["data"]["supervision_id"], e["subject"]) for e in named(events, "SupervisorHeard")}
    return Counter((operator[call], purpose[supervision]) for supervision, call in heard)


def alert_waits_ms(events: list[dict]) -> dict[str, int | None]:
    """How long each call for help waited for somebody; None for one that nobody claimed."""
    waits: dict[str, int | None] = {e["subject"]: None for e in named(events, "AlertRaised")}
    for claimed in named(events, "AlertClaimed"):
        waits[claimed["subject"]] = int(claimed["data"].get("waited_ms", 0))
    return waits


async def main(bootstrap: str) -> None:
    events = await history(bootstrap)
    print(f"{len(events)} events")
    for reason, waits in sorted(answer_times_ms(events).items()):
        print(f"answered {reason}: {len(waits)}, median {median(waits):.0f} ms, {max(waits)} most")
    for (operator, purpose), calls in sorted(times_heard(events).items()):
        print(f"heard {operator}: {calls} for {purpose}")
    for alert, waited in sorted(alert_waits_ms(events).items()):
        print(f"alert {alert}: {'nobody came' if waited is None else f'{waited} ms'}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
