"""What comes in on a connection, frame by frame, and what tells that it is over."""

import asyncio

from google.protobuf.message import DecodeError

from sasayaki.media.node.v1 import node_pb2 as pb
from sasayaki_media.line.wire import LENGTH_BYTES, BrokenFrame, frame_length


class Gone(Exception):
    """The connection is over."""


async def read_frame(reader: asyncio.StreamReader) -> pb.FromNode:
    """The next frame; raises Gone when there is none or it is none."""
    try:
        length = frame_length(await reader.readexactly(LENGTH_BYTES))
        return pb.FromNode.FromString(await reader.readexactly(length))
    except (asyncio.IncompleteReadError, OSError, BrokenFrame, DecodeError) as error:
        raise Gone(f"{type(error).__name__}: {error}") from error


async def read_hello(reader: asyncio.StreamReader) -> pb.Hello:
    """The node's first frame; raises Gone for any other.

    A node without an id would be taken for a new one, and every call for lost.
    """
    message = await read_frame(reader)
    if not message.hello.node_id:
        raise Gone(f"no hello but {message.WhichOneof('message')!r}")
    return message.hello
