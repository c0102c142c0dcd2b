"""The real engine on a paper clock behind two gateways, driven step by step, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from bot.app import App
from bot.clock import PaperClock
from bot.gateways.paper import PaperGateway
from handlers.kit import Message
from storage.db import open_database
from storage.tables import metadata

T = TypeVar("T")
START = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)
"""Nine in the morning."""


class TwoRoads:
    """A bot in memory; everybody speaks privately, on one gateway and then on the other."""

    def open(self) -> None:
        """An empty database and two gateways; `start` begins when people have moved in."""
        self.loop = asyncio.new_event_loop()
        self.database = open_database("sqlite://")
        metadata().create_all(self.database)
        self.clock = PaperClock(START)
        self.gateways = [PaperGateway("paper"), PaperGateway("other")]
        self.said = 0

    def start(self) -> None:
        self.app = App(self.database, self.gateways, self.clock)
        self._run(self.app.start(live=False))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def say(self, *said: tuple[str, str]) -> None:
        """All of it at the same instant, privately."""
        self.clock.set(self.clock.now() + timedelta(seconds=1))

        async def hear() -> None:
            await asyncio.gather(*(self.app.hear(self._message(*one)) for one in said))
            await self.app.settle()

        self._run(hear())

    def _message(self, who: str, text: str) -> Message:
        self.said += 1
        now = self.clock.now()
        return Message(
            gateway=self.gateways[self.said % 2].name,
            id=f"m{self.said}",
            conversation=who,
            sender=who,
            sender_name=who,
            text=text,
            at=now,
            arrived=now,
            private=True,
        )

    def wait(self, span: timedelta) -> None:
        self._run(self.app.advance(self.clock.now() + span))

    def restart(self) -> None:
        self._run(self.app.stop())
        self.start()

    def close(self) -> None:
        self._run(self.app.stop())
        self.loop.close()
        self.database.dispose()
