"""The first frame of a connection says whose calls they are; anything else is no node."""

import asyncio

import pytest

from sasayaki.media.node.v1 import node_pb2 as pb
from sasayaki_media.line.frames import Gone, read_frame, read_hello
from sasayaki_media.line.wire import frame


def sent(content: bytes) -> asyncio.StreamReader:
    """A connection on which this came, and then its end."""
    reader = asyncio.StreamReader()
    reader.feed_data(content)
    reader.feed_eof()
    return reader


async def test_a_hello_names_the_run_of_the_node() -> None:
    hello = pb.Hello(node_id="node_1", contact_ids=["con_1"], next_seq=7)
    assert await read_hello(sent(frame(pb.FromNode(hello=hello)))) == hello


@pytest.mark.parametrize(
    "message",
    [pb.FromNode(hello=pb.Hello()), pb.FromNode(happening=pb.Happening(seq=1)), pb.FromNode()],
    ids=["a hello without an id", "a happening", "nothing"],
)
async def test_no_call_is_taken_for_lost_without_a_nodes_hello(message: pb.FromNode) -> None:
    with pytest.raises(Gone):
        await read_hello(sent(frame(message)))


@pytest.mark.parametrize(
    "content",
    [b"", b"\x05\0\0", b"\x05\0\0\0ab", b"\xff\xff\xff\x7f", b"\x03\0\0\0\xff\xff\xff"],
    ids=["nothing", "half a length", "half a frame", "a huge length", "no message"],
)
async def test_a_connection_that_does_not_speak_the_protocol_is_over(content: bytes) -> None:
    with pytest.raises(Gone):
        await read_frame(sent(content))
