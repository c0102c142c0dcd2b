"""A gateway on paper: what was said is put in, what was sent is read back.

Transcripts, tests and benchmarks run on it; there is no platform behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from bot.gateways.base import Letter
from handlers.kit import Happening, Message


class PaperGateway:
    """Keeps every letter in `sent`; `before_send` may raise what a platform would."""

    def __init__(self, name: str = "paper") -> None:
        self.name = name
        self.sent: list[tuple[str, Letter]] = []
        self.before_send: Callable[[Letter], None] = lambda _: None
        self._incoming: asyncio.Queue[Message] = asyncio.Queue()
        self._ids: dict[int, str] = {}
        self._heard: datetime | None = None

    def say(self, message: Message) -> None:
        """Bring a message in."""
        self._incoming.put_nowait(message)

    async def messages(self) -> AsyncIterator[Message]:
        while True:
            message = await self._incoming.get()
            self._heard = message.arrived
            yield message

    async def recorded(self, message: Message | Happening) -> None:
        """Nothing is brought again."""

    async def send(self, letter: Letter) -> str:
        self.before_send(letter)
        platform_id = f"{self.name}-{letter.id}"
        self._ids[letter.id] = platform_id
        self.sent.append((platform_id, letter))
        return platform_id

    async def arrived(self, letter: Letter) -> str | None:
        return self._ids.get(letter.id)

    def alive(self) -> datetime | None:
        return self._heard
