"""Files on their way from and to a puppet service: boxes of JSON that hold or name the bytes."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from bot.gateways.base import NotNow, Refused, Unsure
from bot.gateways.wechat.link import Link
from bot.media import MOST_BYTES

BASE64, URL, UUID = 1, 2, 7
"""The kinds of boxes that come; a QR code (3) holds no file."""
MOST_INSIDE = 2 * 1024 * 1024
"""Bytes that go in one message: servers take four megabytes, and base64 makes more of them."""


class NoFile(Refused):
    """This box holds nothing that can be had; it is not asked for again."""


async def opened(link: Link, box: str) -> bytes:
    """The bytes of a box, at most 25 MB. Raises NoFile, NotNow or Unsure."""
    try:
        told: dict[str, Any] = json.loads(box)
        kind = told.get("boxType", told.get("type"))
    except (ValueError, AttributeError) as why:
        raise NoFile("no box") from why
    if kind == BASE64:
        return _inside(str(told.get("base64", "")))
    if kind == UUID:
        uuid = str(told.get("uuid"))
        return await link.call(lambda calls: _limited(calls.download(uuid)), link.patience.photo)
    if kind == URL:
        url = str(told.get("url") or told.get("remoteUrl") or "")
        return await _fetched(url, told.get("headers") or {}, link.patience.photo)
    raise NoFile(f"a box of kind {kind}")


async def closed(link: Link, name: str, data: bytes) -> str:
    """A box that holds these bytes, to be sent. Raises NotNow or Refused."""
    if len(data) <= MOST_INSIDE:
        inside = base64.b64encode(data).decode()
        return json.dumps({"boxType": BASE64, "name": name, "base64": inside, "metadata": {}})
    try:
        uuid = await link.call(lambda calls: calls.upload(data), link.patience.photo)
    except Unsure as why:  # nobody has been shown anything yet
        raise NotNow(str(why)) from why
    return json.dumps({"boxType": UUID, "name": name, "uuid": uuid, "metadata": {}})


def _inside(text: str) -> bytes:
    if len(text) > MOST_BYTES * 4 / 3 + 4:
        raise NoFile("too big")
    try:
        return base64.b64decode(text.partition(";base64,")[2] or text)
    except binascii.Error as why:
        raise NoFile("no base64") from why


async def _limited(pieces: AsyncIterator[bytes]) -> bytes:
    found = bytearray()
    async for piece in pieces:
        found += piece
        if len(found) > MOST_BYTES:
            raise NoFile("too big")
    return bytes(found)


async def _fetched(url: str, headers: Any, within: float) -> bytes:
    if not url.startswith(("https://", "http://")):
        raise NoFile("no address")
    named = {str(name): str(value) for name, value in dict(headers).items()}
    timeout = aiohttp.ClientTimeout(total=within)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, headers=named) as response,
        ):
            if response.status in {403, 404, 410}:
                raise NoFile(f"{response.status}")
            response.raise_for_status()
            return await _limited(response.content.iter_chunked(64 * 1024))
    except (aiohttp.ClientError, TimeoutError) as why:
        raise Unsure(f"the file did not come: {why!r}") from why
    except ValueError as why:
        raise NoFile("no address") from why
