"""Takes in what a gateway brings, confirms what is recorded, and notices when it is deaf."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias

import structlog

from bot.clock import Clock
from bot.engine import Engine, NotRecorded
from bot.gateways.base import Gateway
from bot.hearing import Heard
from bot.second.turns import Turns
from handlers.kit import Deafened, Happening, HearsAgain, Message

log = structlog.get_logger(__name__)

IN_FLIGHT = 512
"""Messages of one gateway taken and not yet committed, at most."""


Came: TypeAlias = Message | Happening


class Ear:
    """One gateway's way in: `listen`, `understand` and `confirm` run side by side."""

    def __init__(
        self,
        gateway: Gateway,
        engine: Engine,
        clock: Clock,
        *,
        read: Callable[[Sequence[Came]], Awaitable[Sequence[Heard | Happening]]],
        most: Callable[[], int],
        turns: Turns | None = None,
    ) -> None:
        """``read`` makes of what came what the engine takes, of at most so many at once.

        ``turns``: with help from outside.
        """
        self._gateway, self._engine, self._clock, self._turns = gateway, engine, clock, turns
        self._read, self._most = read, most
        self._came: asyncio.Queue[Came] = asyncio.Queue(IN_FLIGHT)
        self._taken: asyncio.Queue[tuple[Heard | Happening, asyncio.Future[object]] | None]
        self._taken = asyncio.Queue(IN_FLIGHT)
        self._begun = clock.now()
        self._is_deaf: bool | None = None
        self.closing = False
        """Whether `confirm` ends as soon as it has nothing to do."""

    async def listen(self) -> None:
        """Take what comes, for ever."""
        async for one in self._gateway.messages():
            await self._came.put(one)

    async def understand(self) -> None:
        """Read it and hand it over, in order, for ever."""
        try:
            while True:
                for heard in await self._read(await self._waiting()):
                    await self._taken.put((heard, self._submit(heard)))
                await asyncio.sleep(0)  # however much comes, others have their turn
        finally:
            with contextlib.suppress(asyncio.QueueFull):  # then there is no need to wake anybody
                self._taken.put_nowait(None)

    async def _waiting(self) -> list[Came]:
        """The next one, and what has come behind it."""
        waiting, most = [await self._came.get()], self._most()
        while len(waiting) < most and not self._came.empty():
            waiting.append(self._came.get_nowait())
        return waiting

    def _submit(self, heard: Heard | Happening) -> asyncio.Future[object]:
        if self._turns is None or isinstance(heard, Happening):
            return self._engine.submit(heard)
        return self._turns.submit(heard, getattr(self._gateway, "sound", None))

    async def confirm(self) -> None:
        """Tell the platform, message by message, what is recorded for good."""
        while (one := await self._taken.get()) is not None:
            heard, answer = one
            if not answer.done() or answer.exception() is not None:
                await self._until_recorded(heard, answer)
            try:
                told = heard if isinstance(heard, Happening) else heard.message
                await self._gateway.recorded(told)
            except Exception:  # it will be brought again, and known
                log.exception("not confirmed", gateway=self._gateway.name)
            if self.closing and self._taken.empty():
                return

    async def _until_recorded(
        self, heard: Heard | Happening, answer: asyncio.Future[object]
    ) -> None:
        """Nothing said is lost: what the database would not take is offered again."""
        patience = 0.0
        while True:
            try:
                await answer
            except NotRecorded as error:
                log.warning("message waits for the database", error=str(error))
                # At once at first: others behind it may have failed with it.
                await asyncio.sleep(patience)
                patience = min(patience * 2 or 0.5, 30)
                answer = self._engine.submit(heard)
            else:
                return

    async def check(self, deaf_after: timedelta) -> None:
        """Tell the engine when nothing has been heard for too long, and when that is over."""
        now, heard = self._clock.now(), self._gateway.alive()
        since, name = heard or self._begun, self._gateway.name
        is_deaf = now - since > deaf_after
        if is_deaf == self._is_deaf or (heard is None and not is_deaf):
            return
        self._is_deaf = is_deaf
        if is_deaf:
            log.warning("deaf", gateway=name, since=since.isoformat())
            await self._engine.handle(Deafened(name, f"deaf-{since.isoformat()}", now, now, since))
        else:
            # The first sign of life ends a gap from before the start, too.
            await self._engine.handle(HearsAgain(name, f"hears-{now.isoformat()}", now, now))


def storable(message: Message) -> Message:
    """The message without lone halves of surrogate pairs, which no database takes."""
    try:
        f"{message.text}{message.sender_name}{message.quoted_text}".encode()
    except UnicodeEncodeError:
        quoted = message.quoted_text
        return replace(
            message,
            text=_whole(message.text),
            sender_name=_whole(message.sender_name),
            quoted_text=None if quoted is None else _whole(quoted),
        )
    return message


def _whole(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
