"""One call on a running platform: phones, operator, alert, supervisor, topics.

    python one_call.py var/run/endpoints.json [NUMBER]     # makes the call
    python one_call.py var/run/endpoints.json --list       # says what can be asked

It needs grpcio, grpcio-reflection and aiokafka, and nothing of Sasayaki: what the services
understand it asks of themselves, by server reflection.
"""

import asyncio
import base64
import json
import sys
from pathlib import Path
from uuid import uuid4

import grpc
from aiokafka import AIOKafkaConsumer
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from sip_phone import Phone

CUSTOMER_HZ, OPERATOR_HZ, SUPERVISOR_HZ = 440, 850, 1310
TOPICS = ("media.call", "routing.pool", "callreason.enquiry")
TOPICS += ("monitoring.alert", "monitoring.supervision", "recording.recording")
AGAIN = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)


class Service:
    """A service as it describes itself; requests and answers are the JSON of its messages."""

    def __init__(self, address: str, name: str):
        database = ProtoReflectionDescriptorDatabase(grpc.insecure_channel(address))
        self.described = DescriptorPool(database).FindServiceByName(name)
        self.channel = grpc.aio.insecure_channel(address)

    def methods(self):
        """What can be asked, and what each takes."""
        for method in self.described.methods:
            yield f"{method.name}({', '.join(field.name for field in method.input_type.fields)})"

    async def ask(self, token: str, method: str, **fields) -> dict:
        """Asks until there is an answer; the request id makes a repeat harmless."""
        call, request = self.prepared(method, {"request_id": str(uuid4()), **fields})
        while True:
            try:
                return as_json(await call(request, metadata=bearer(token), timeout=10))
            except grpc.aio.AioRpcError as error:
                if error.code() not in AGAIN:
                    raise
            await asyncio.sleep(0.2)

    async def watch(self, token: str, method: str):
        """Yields what a stream tells."""
        call, request = self.prepared(method, {})
        async for message in call(request, metadata=bearer(token)):
            yield as_json(message)

    def prepared(self, method: str, fields: dict):
        found = self.described.methods_by_name[method]
        asked, answered = GetMessageClass(found.input_type), GetMessageClass(found.output_type)
        kind = self.channel.unary_stream if found.server_streaming else self.channel.unary_unary
        path = f"/{self.described.full_name}/{method}"
        return kind(path, asked.SerializeToString, answered.FromString), ParseDict(fields, asked())


def names(address: str) -> list[str]:
    """What is served at an address."""
    database = ProtoReflectionDescriptorDatabase(grpc.insecure_channel(address))
    return [name for name in database.get_services() if name.startswith("sasayaki.")]


def as_json(message) -> dict:
    return MessageToDict(message, preserving_proto_field_name=True)


def bearer(token: str):
    return (("authorization", f"Bearer {token}"),)


def last_with_role(tokens: dict, role: str) -> str:
    """The last user id whose token has a role; a token's middle part is readable JSON."""
    for user, token in sorted(tokens.items(), reverse=True):
        claims = token.split(".")[1]
        if json.loads(base64.urlsafe_b64decode(claims + "=="))["role"] == role:
            return user
    raise SystemExit(f"nobody is {role} here: was the platform started with --seed demo?")


async def list_methods(platform: dict) -> None:
    for address in platform["grpc"].values():
        for name in names(address):
            print(name, *Service(address, name).methods(), sep="\n  ")


async def one_call(platform: dict, number: str) -> None:
    tokens, sip, secrets = platform["tokens"], platform["sip"], platform["sip_secrets"]
    operator, supervisor = (last_with_role(tokens, role) for role in ("operator", "supervisor"))
    routing, monitoring, callreason = (
        Service(platform["grpc"][name], f"sasayaki.{name}.v1.{name.capitalize()}Service")
        for name in ("routing", "monitoring", "callreason")
    )

    async with (
        Phone(sip, "+819012345678", CUSTOMER_HZ) as customers_phone,
        Phone(sip, operator, OPERATOR_HZ, secrets[operator]) as operators_phone,
        Phone(sip, supervisor, SUPERVISOR_HZ, secrets[supervisor]) as supervisors_phone,
    ):
        print(f"{operator} and {supervisor} have registered their phones at {sip}")
        at_desk, on_floor = tokens[operator], tokens[supervisor]
        floor = monitoring.watch(on_floor, "WatchFloor")
        await anext(floor)  # the present floor: from here on the supervisor watches
        await routing.ask(at_desk, "SetOperatorState", state="OPERATOR_STATE_READY")

        await customers_phone.call(number)
        while not operators_phone.in_call.is_set():
            customers_phone.press(2)  # the guidance takes no keys; the menu behind it does
            await asyncio.sleep(1)
        contact = operators_phone.contact_id
        await customers_phone.sound.wait_for(OPERATOR_HZ)
        print(f"{contact}: {number} was called, {operator} has picked up")

        alert = await monitoring.ask(at_desk, "RaiseAlert")
        await told(floor, alert["alert_id"])
        claimed = await monitoring.ask(on_floor, "ClaimAlert", alert_id=alert["alert_id"])
        print(f"{alert['alert_id']}: raised, told to {supervisor}, claimed")

        started = await monitoring.ask(
            on_floor,
            "StartSupervision",
            contact_id=claimed["contact_id"],
            mode="SUPERVISION_MODE_LISTEN",
            purpose="PURPOSE_HELP",
        )
        heard = {"supervision_id": started["supervision_id"]}
        await supervisors_phone.sound.wait_for(CUSTOMER_HZ)
        assert not operators_phone.sound.hears(SUPERVISOR_HZ)
        print(f"{started['supervision_id']}: {supervisor} listens and nobody hears it")
        await monitoring.ask(on_floor, "ChangeMode", mode="SUPERVISION_MODE_WHISPER", **heard)
        await operators_phone.sound.wait_for(SUPERVISOR_HZ)
        assert not customers_phone.sound.hears(SUPERVISOR_HZ)
        print(f"{started['supervision_id']}: {supervisor} whispers to the operator only")
        await monitoring.ask(on_floor, "EndSupervision", **heard)
        await supervisors_phone.call_over.wait()
        solved = {"alert_id": alert["alert_id"], "outcome": "ALERT_OUTCOME_SOLVED"}
        await monitoring.ask(on_floor, "ResolveAlert", **solved)

        await customers_phone.hang_up()
        await desk_shows(routing, at_desk, "OPERATOR_STATE_WRAP_UP")
        form = [{"key": "outcome", "value": "resolved"}]
        await callreason.ask(at_desk, "CompleteWrapUp", contact_id=contact, answers=form)
        await desk_shows(routing, at_desk, "OPERATOR_STATE_READY")
        await routing.ask(at_desk, "SetOperatorState", state="OPERATOR_STATE_OFF")
    print("what the topics tell of it:")
    for event in await history(platform, contact):
        print(f"  {event['time'][11:23]}  {event['type'].rpartition('.')[2]}")


async def told(floor, alert_id: str) -> None:
    """Returns when the floor shows the alert as open."""
    async with asyncio.timeout(10):
        async for change in floor:
            for row in change.get("rows", ()):
                alert = row.get("alert", {})
                if alert.get("alert_id") == alert_id:
                    assert alert["state"] == "FLOOR_ALERT_STATE_OPEN", alert
                    return


async def desk_shows(routing: Service, token: str, state: str) -> None:
    async with asyncio.timeout(20):
        async for desk in routing.watch(token, "WatchDesk"):
            if desk["state"] == state:
                return


async def history(platform: dict, contact_id: str) -> list[dict]:
    """Every event about a contact, in order of time."""
    topics = [platform["topic_prefix"] + topic for topic in TOPICS]
    consumer = AIOKafkaConsumer(
        *topics, bootstrap_servers=platform["kafka"], auto_offset_reset="earliest"
    )
    await consumer.start()
    found = []
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    event = json.loads(record.value)
                    # The one rule: a record counts if it stands where its writer meant it to.
                    if event["at"] == record.offset and event.get("correlationid") == contact_id:
                        found.append(event)
    finally:
        await consumer.stop()
    return sorted(found, key=lambda event: event["time"])


if __name__ == "__main__":
    endpoints = json.loads(Path(sys.argv[1]).read_text())
    asked = sys.argv[2] if len(sys.argv) > 2 else next(iter(endpoints["numbers"]))
    asyncio.run(list_methods(endpoints) if asked == "--list" else one_call(endpoints, asked))
