"""The one module that knows Wechaty's packages: the calls of a puppet service.

Only `wechaty_grpc` is imported: the generated stubs on which `wechaty` itself stands. Nothing of
what breaks on a current Python is touched (docs/adr/ tells what and why). What the stubs lack or
misread is added here by hand.
"""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import IntEnum

from grpclib.client import Channel
from grpclib.const import Cardinality

with warnings.catch_warnings():  # old spellings in what they import are told at every first start
    warnings.simplefilter("ignore")
    import betterproto
    from wechaty_grpc.wechaty import PuppetStub
    from wechaty_grpc.wechaty.puppet import MessagePayloadResponse

__all__ = ["Calls", "Event", "Kind", "MessagePayloadResponse", "connect"]

CHUNK = 64 * 1024


class Event(IntEnum):
    """The types of events, as the server numbers them."""

    HEARTBEAT = 1
    MESSAGE = 2
    DONG = 3
    POST = 4
    ERROR = 16
    FRIENDSHIP = 17
    ROOM_INVITE = 18
    ROOM_JOIN = 19
    ROOM_LEAVE = 20
    ROOM_TOPIC = 21
    SCAN = 22
    READY = 23
    RESET = 24
    LOGIN = 25
    LOGOUT = 26
    DIRTY = 27


class Kind(IntEnum):
    """The types of messages as the server numbers them: not as the stubs' `MessageType` does."""

    UNKNOWN = 0
    FILE = 1
    VOICE = 2
    CONTACT = 3
    HISTORY = 4
    STICKER = 5
    IMAGE = 6
    TEXT = 7
    PLACE = 8
    PROGRAM = 9
    NOTE = 10
    TRANSFER = 11
    RED_PACKET = 12
    RECALLED = 13
    LINK = 14
    VIDEO = 15
    POST = 16


@dataclass(eq=False, repr=False)
class _Id(betterproto.Message):
    id: str = betterproto.string_field(1)


@dataclass(eq=False, repr=False)
class _Chunk(betterproto.Message):
    chunk: bytes = betterproto.bytes_field(1)


class Calls(PuppetStub):  # type: ignore[misc]
    """The generated calls, and those that are younger than they."""

    async def download(self, uuid: str) -> AsyncIterator[bytes]:
        """A file's bytes, in pieces."""
        route = "/wechaty.Puppet/Download"
        async for piece in self._unary_stream(route, _Id(id=uuid), _Chunk):
            yield piece.chunk

    async def upload(self, data: bytes) -> str:
        """Leave a file with the server; its UUID there."""
        asked = self.channel.request(
            "/wechaty.Puppet/Upload", Cardinality.STREAM_UNARY, _Chunk, _Id
        )
        async with asked as stream:
            for at in range(0, len(data), CHUNK):
                await stream.send_message(_Chunk(chunk=data[at : at + CHUNK]))
            await stream.end()
            kept = await stream.recv_message()
        return str(kept.id)


def connect(endpoint: str, token: str) -> Channel:
    """A channel, not connected yet; the token travels where servers look for it."""
    host, _, port = endpoint.rpartition(":")
    channel = Channel(host.strip("[]"), int(port))
    channel._authority = token  # noqa: SLF001  as Wechaty's own client does
    return channel
