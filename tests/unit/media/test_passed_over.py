"""A bug in what happened to one call stops no other, however often the node tells of it."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.harness.specification import MemoryLog, SimulatedClock
from tests.unit.media.test_numbers import folded, put

from sasayaki.media.node.v1 import node_pb2 as pb
from sasayaki.media.v1.call_events import CallEvent
from sasayaki_chassis.owner import Owners
from sasayaki_media.calls.call import CALL, decide
from sasayaki_media.calls.commands import Arrive, Command, Note
from sasayaki_media.calls.states import State
from sasayaki_media.calls.switchboard import Switchboard
from sasayaki_media.keys import ClientKeys
from sasayaki_media.line.drawn import Drawn
from sasayaki_media.line.frames import Gone
from sasayaki_media.line.outbox import Outbox
from sasayaki_media.line.parts import Parts
from sasayaki_media.line.session import Session
from sasayaki_media.line.wire import LENGTH_BYTES, frame, frame_length
from sasayaki_media.outbound.gate import Gate
from sasayaki_media.outbound.outbound import outbound
from sasayaki_media.phones.browsers import Browsers
from sasayaki_media.phones.phone import PHONE
from sasayaki_media.phones.phones import Phones
from sasayaki_media.phones.registered import Registered
from sasayaki_media.sound.levels import Levels

BUGGY, SOUND = "+811", "+812"


def invited(seq: int, name: str, number: str) -> pb.Happening:
    return pb.Happening(seq=seq, invited=pb.Invited(node_call_id=name, dialled_number=number))


def bug_on_arrival(state: State, command: Command, now: datetime) -> Sequence[CallEvent]:
    if isinstance(command, Arrive) and command.dialled_number == BUGGY:
        raise KeyError("a bug")
    return decide(state, command, now)


def bug_in_every_note(state: State, command: Command, now: datetime) -> Sequence[CallEvent]:
    if isinstance(command, Note):
        raise KeyError("a bug")
    return decide(state, command, now)


async def told_to_the_node(
    buggy: Callable[[State, Command, datetime], Sequence[CallEvent]],
    folder: Path,
    *happenings: pb.Happening,
) -> list[pb.ToNode]:
    """What the node is told by the time that all its happenings are acknowledged."""
    owners = Owners(replace(CALL, decide=buggy), [MemoryLog()], SimulatedClock())
    calls = Switchboard(owners)
    ours, nodes = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours)
    from_us, node = await asyncio.open_connection(sock=nodes)
    hello = pb.Hello(node_id="nod_1", next_seq=1)
    phones = Phones(Owners(PHONE, [MemoryLog()], SimulatedClock()), calls)
    keys = ClientKeys(folder)
    out = Owners(outbound(ZoneInfo("Asia/Tokyo")), [MemoryLog()], SimulatedClock())
    gate = Gate(out, calls, SimulatedClock())
    outbox = Outbox(writer, calls, phones, keys, hello.node_id)
    calls.on_decided(outbox.push)
    numbers = folded(put("cli_acme", BUGGY, SOUND))
    parts = Parts(
        calls=calls,
        phones=phones,
        browsers=Browsers(),
        registered=Registered(),
        levels=Levels(calls),
        numbers=numbers,
        keys=keys,
        gate=gate,
    )
    session = Session(hello, outbox, parts, Drawn(calls))
    serving = asyncio.create_task(owners.run())
    await owners.all_serving()
    running = asyncio.create_task(session.run(reader))
    for happening in happenings:
        node.write(frame(pb.FromNode(happening=happening)))
    told = [await sent(from_us)]
    while told[-1].acknowledge.seq < happenings[-1].seq:
        told.append(await sent(from_us))
    node.close()
    with pytest.raises(Gone):
        await running
    serving.cancel()
    writer.close()
    return told


async def sent(from_us: asyncio.StreamReader) -> pb.ToNode:
    async with asyncio.timeout(5):
        length = frame_length(await from_us.readexactly(LENGTH_BYTES))
        return pb.ToNode.FromString(await from_us.readexactly(length))


async def test_a_call_whose_arrival_meets_a_bug_is_refused_and_the_next_one_is_taken(
    tmp_path: Path,
) -> None:
    told = await told_to_the_node(
        bug_on_arrival, tmp_path, invited(1, "bad", BUGGY), invited(2, "good", SOUND)
    )
    refused = [each.order.refuse for each in told if each.order.HasField("refuse")]
    assert [(each.node_call_id, each.sip_code) for each in refused] == [("bad", 500)]
    assert any(each.order.HasField("admit") for each in told)


async def test_a_happening_that_meets_a_bug_is_passed_over_and_acknowledged(
    tmp_path: Path,
) -> None:
    withdrawn = pb.Happening(seq=2, withdrawn=pb.Withdrawn(node_call_id="good"))
    told = await told_to_the_node(bug_in_every_note, tmp_path, invited(1, "good", SOUND), withdrawn)
    assert told[-1].acknowledge.seq == 2
