"""An account on a puppet service as the bot has it, for tests: patient for parts of a second."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.clock import Clock, SystemClock
from bot.gateways.base import Letter
from bot.gateways.wechat.gateway import WeChatGateway
from bot.gateways.wechat.link import Patience
from bot.media import MediaStore
from handlers.kit import Happening, LoggedIn, Message
from tests.puppet.server import TOKEN, PuppetServer

QUICK = Patience(
    call=1.0,
    photo=5.0,
    greeting=0.5,
    ping_every=0.2,
    ping=0.5,
    first_wait=0.05,
    longest_wait=0.3,
    overtake=3.0,
)
SOON = 10
"""Seconds after which what a test waits for will not come."""


class Ear:
    """The gateway and what it brought."""

    def __init__(self, gateway: WeChatGateway) -> None:
        self.gateway = gateway
        self._heard = gateway.messages()

    async def next(self) -> Message | Happening:
        async with asyncio.timeout(SOON):
            return await anext(self._heard)

    async def take(self, count: int, *, record: bool = True) -> list[Message]:
        """The next messages, recorded; what happens between them is passed over."""
        taken: list[Message] = []
        while len(taken) < count:
            one = await self.next()
            if isinstance(one, Message):
                taken.append(one)
                if record:
                    await self.gateway.recorded(one)
        return taken

    async def message(self) -> Message:
        return (await self.take(1))[0]

    async def until(self, kind: type[Happening]) -> Any:
        """The next happening of this kind; everything before it is passed over."""
        while not isinstance(one := await self.next(), kind):
            pass
        return one

    async def state(self, *wanted: str) -> None:
        """Wait until the account is in one of these states."""
        async with asyncio.timeout(SOON):
            while self.gateway.status().state not in wanted:  # noqa: ASYNC110  it tells nobody
                await asyncio.sleep(0.01)


@asynccontextmanager
async def hearing(
    server: PuppetServer | str,
    folder: Path,
    *,
    name: str = "wechat",
    token: Callable[[], str] = lambda: TOKEN,
    clock: Clock | None = None,
    wait: bool = True,
    **patience: float,
) -> AsyncIterator[Ear]:
    """The account of a server, logged in unless told not to ``wait`` for that."""
    gateway = WeChatGateway(
        name,
        server if isinstance(server, str) else server.endpoint,
        token,
        MediaStore(folder / "media"),
        clock or SystemClock(),
        journal=folder / f"{name}.db",
        called=("邻帮",),
        patience=replace(QUICK, **patience),
        chance=random.Random(1),  # noqa: S311
    )
    async with gateway:
        ear = Ear(gateway)
        if wait:
            await ear.until(LoggedIn)
        yield ear


def letter(number: int, conversation: str, text: str, **more: Any) -> Letter:
    """A letter to a group, or to a person where the name of the conversation says so."""
    private = not conversation.endswith("@chatroom")
    return Letter(number, "wechat", conversation, private, text, **more)
