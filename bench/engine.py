"""The whole engine on a real SQLite file: how many messages a second, and how soon the answer."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from time import perf_counter

from sqlalchemy import func, select

from bench.messages import Talk
from bench.world import GATEWAY, DayClock, open_new, scratch, settle
from bot.app import App
from bot.gateways.base import Letter
from bot.gateways.paper import PaperGateway
from bot.understanding.reader import Reader
from handlers.kit import Message
from storage.outbox import LETTER

Make = Callable[[Talk, datetime], Message]
WARM = 100
LOOK = 0.001
PATIENCE = 120
"""Seconds after which something is missing for good."""


@dataclass(frozen=True, slots=True)
class Town:
    """What a round is measured in: ``volunteers`` a building, and whether they help next door."""

    buildings: int
    volunteers: int = 1
    residents: int = 8
    shares: bool = False


class Watching(PaperGateway):
    """Notes when each message was recorded, and when the group's answer was handed over."""

    def __init__(self) -> None:
        super().__init__(GATEWAY)
        self.came: dict[str, float] = {}
        self.recorded_at: dict[str, float] = {}
        self.waits: list[float] = []
        self._asking: dict[tuple[str, str], deque[float]] = {}
        self.before_send = self._answered

    def forget(self) -> None:
        """Begin to watch anew."""
        for kept in (self.came, self.recorded_at, self.waits):
            kept.clear()

    def bring(self, message: Message) -> None:
        """It comes in now."""
        now = self.came[message.id] = perf_counter()
        self._asking.setdefault((message.conversation, message.sender), deque()).append(now)
        self.say(message)

    async def recorded(self, message: Message) -> None:
        self.recorded_at[message.id] = perf_counter()

    def _answered(self, letter: Letter) -> None:
        if not letter.private and letter.mentions:
            asked = self._asking[letter.conversation, letter.mentions[0]].popleft()
            self.waits.append(perf_counter() - asked)


@dataclass(slots=True)
class Bench:
    """A running bot, and the talk of its town."""

    app: App
    gateway: Watching
    talk: Talk
    clock: DayClock
    made: int = 0
    """Letters that the warming up made."""

    def next(self, make: Make) -> Message:
        return make(self.talk, self.clock.now())

    async def warm(self, make: Make, letters: int) -> None:
        """A few before the watch is started: nobody starts a bot for each message."""
        for _ in range(WARM):
            self.gateway.bring(self.next(make))
        await self.until_recorded(WARM)
        await self.until_sent(WARM * letters)
        await self.app.readers.until_there()
        self.made = WARM * letters
        self.gateway.forget()

    async def until_recorded(self, count: int) -> None:
        await self._until(lambda: len(self.gateway.recorded_at) >= count)

    async def until_sent(self, count: int) -> None:
        """Until so many letters are marked ``sent`` in the outbox."""
        count += self.made
        await self._until(lambda: len(self.gateway.sent) >= count)
        while await self._sent() < count:  # noqa: ASYNC110
            await asyncio.sleep(LOOK)

    async def _until(self, is_so: Callable[[], bool]) -> None:
        """Look again and again: to be told of each would cost what is measured."""
        async with asyncio.timeout(PATIENCE):
            while not is_so():  # noqa: ASYNC110
                await asyncio.sleep(LOOK)

    async def _sent(self) -> int:
        counted = select(func.count()).where(LETTER.c.state == "sent")
        found: int = await self.app.engine.write(
            lambda tx: tx.connection.execute(counted).scalar_one()
        )
        return found


@asynccontextmanager
async def running(town: Town, seed: int) -> AsyncIterator[Bench]:
    """The real bot, live, in a new town."""
    with scratch() as here:
        database = open_new(here / "linbang.db")
        world = settle(
            database,
            buildings=town.buildings,
            volunteers=town.volunteers,
            residents=town.residents,
            shares=town.shares,
        )
        clock, gateway = DayClock(), Watching()
        app = App(database, [gateway], clock)
        await app.start(live=True)
        try:
            yield Bench(app, gateway, Talk(world, seed), clock)
        finally:
            await app.stop()
            database.dispose()


async def chatter_rate(town: Town, count: int, seed: int) -> float:
    """Messages a second until every one is recorded, all of them waiting at the start."""
    async with running(town, seed) as bench:
        await bench.warm(Talk.chatter, 0)
        messages = [bench.next(Talk.chatter) for _ in range(count)]
        began = perf_counter()
        for message in messages:
            bench.gateway.bring(message)
        await bench.until_recorded(count)
        took = perf_counter() - began
        assert not bench.gateway.sent, "chatter was answered"
        return count / took


async def plea_rate(town: Town, count: int, seed: int, letters: int) -> float:
    """Pleas a second until ``letters`` for each are marked sent, all waiting at the start."""
    async with running(town, seed) as bench:
        await bench.warm(Talk.plea, letters)
        messages = [bench.next(Talk.plea) for _ in range(count)]
        began = perf_counter()
        for message in messages:
            bench.gateway.bring(message)
        await bench.until_sent(count * letters)
        return count / (perf_counter() - began)


async def waits_at(town: Town, make: Make, a_second: float, count: int, seed: int) -> list[float]:
    """Seconds from coming in to the group's answer (pleas) or to the commit (chatter).

    Messages come at their own times, whether or not earlier ones are done.
    """
    async with running(town, seed) as bench:
        await bench.warm(make, 2 if make is Talk.plea else 0)
        loop = asyncio.get_running_loop()
        begins = loop.time()
        for turn in range(count):
            await asyncio.sleep(max(0, begins + turn / a_second - loop.time()))
            bench.gateway.bring(bench.next(make))
        return await _waits(bench, make, count)


async def waits_alone(town: Town, make: Make, count: int, seed: int) -> list[float]:
    """The same, each message brought when all that the one before it caused is done."""
    async with running(town, seed) as bench:
        await bench.warm(make, 2 if make is Talk.plea else 0)
        for turn in range(1, count + 1):
            bench.gateway.bring(bench.next(make))
            await bench.until_recorded(turn)
            if make is Talk.plea:
                await bench.until_sent(2 * turn)
        return await _waits(bench, make, count)


async def _waits(bench: Bench, make: Make, count: int) -> list[float]:
    gateway = bench.gateway
    await bench.until_recorded(count)
    if make is Talk.chatter:
        return [at - gateway.came[one] for one, at in gateway.recorded_at.items()]
    await bench.until_sent(2 * count)
    assert len(gateway.waits) == count, "a plea was not answered in the group"
    return gateway.waits


def reading_times(count: int, seed: int) -> list[float]:
    """Seconds the reader takes for each of a mix of chatter and pleas."""
    reader, times = Reader(), []
    with scratch() as here:
        database = open_new(here / "linbang.db")
        world = settle(database, buildings=5, volunteers=0, residents=8, shares=False)
        database.dispose()
    talk, clock = Talk(world, seed), DayClock()
    for turn in range(count):
        at = clock.now()
        message = talk.plea(at) if turn % 2 else talk.chatter(at)
        began = perf_counter()
        reader.read(message.text, at=at)
        times.append(perf_counter() - began)
    return times


def spread(times: Sequence[float]) -> tuple[float, float]:
    """Median and 99th percentile, in milliseconds."""
    ordered = sorted(times)
    return median(ordered) * 1000, ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000
