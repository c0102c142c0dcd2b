"""Messages that wait for help from outside; those behind them in the same talk wait, too.

Danger never waits. No transaction is open meanwhile: the message is handed to the engine when the
help has come, or when its time is up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import tzinfo

from bot.clock import Clock
from bot.engine import Engine
from bot.hearing import Heard
from bot.second.dictation import Dictation
from bot.second.opinion import Opinion
from handlers.kit import Message
from storage import spending

Answer = asyncio.Future[object]
Sound = Callable[[Message], Awaitable[bytes | None]]


class Turns:
    """Between what a gateway brings and the engine."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        zone: tzinfo,
        *,
        read: Callable[[Message], Heard],
        opinion: Opinion | None,
        dictation: Dictation | None,
    ) -> None:
        """``read`` makes of a message what the engine takes."""
        self._engine, self._clock, self._zone, self._read = engine, clock, zone, read
        self._opinion, self._dictation = opinion, dictation
        self._last: dict[str, asyncio.Task[object]] = {}

    def submit(self, heard: Heard, sound: Sound | None) -> Answer:
        """As the engine's own: done when the message is recorded.

        ``sound`` fetches what a voice message says, where the gateway can.
        """
        key = f"{heard.message.gateway}:{heard.message.conversation}"
        ahead = self._last.get(key)
        is_urgent = heard.reading.emergency is not None
        if is_urgent or (ahead is None and not self._unclear(heard, sound)):
            return self._engine.submit(heard)
        task = asyncio.create_task(self._in_turn(ahead, heard, sound))
        self._last[key] = task
        task.add_done_callback(lambda done: self._forget(key, done))
        return task

    def _forget(self, key: str, done: asyncio.Task[object]) -> None:
        if self._last.get(key) is done:
            del self._last[key]

    def _unclear(self, heard: Heard, sound: Sound | None) -> bool:
        if self._is_dictated(heard, sound):
            return True
        return self._opinion is not None and self._opinion.wants(heard.reading)

    def _is_dictated(self, heard: Heard, sound: Sound | None) -> bool:
        message = heard.message
        return bool(self._dictation and sound and message.voice and not message.text)

    async def _in_turn(
        self, ahead: asyncio.Task[object] | None, heard: Heard, sound: Sound | None
    ) -> object:
        if ahead is not None:
            await asyncio.wait([ahead])
        return await self._engine.submit(await self._helped(heard, sound))

    async def _helped(self, heard: Heard, sound: Sound | None) -> Heard:
        if self._dictation and sound and self._is_dictated(heard, sound):
            heard = await self._written(heard, sound, self._dictation)
        opinion, message = self._opinion, heard.message
        if opinion is None or not opinion.wants(heard.reading):
            return heard
        if not await self._may_spend("opinion", opinion.per_day):
            return heard
        names = (message.sender_name,)
        reading = await opinion.read(message.text, heard.reading, names)
        return Heard(message, reading)

    async def _written(self, heard: Heard, sound: Sound, dictation: Dictation) -> Heard:
        data = await sound(heard.message)
        if not data or not await self._may_spend("dictation", dictation.per_day):
            return heard
        text = await dictation.written(data)
        return self._read(replace(heard.message, text=text)) if text else heard

    async def _may_spend(self, what: str, most: int) -> bool:
        day = self._clock.now().astimezone(self._zone).date()
        allowed: bool = await self._engine.write(lambda tx: spending.spend(tx, what, day, most))
        return allowed
