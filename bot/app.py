"""The wiring, top to bottom: database, words, reader, engine, gateways, delivery, calendar."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from functools import partial
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Engine as Database

from bot import words as spoken
from bot.choose import Features
from bot.clock import Clock
from bot.delivery import Delivery, Manners
from bot.engine import Engine, NotRecorded
from bot.gateways.base import Gateway
from bot.hearing import Desk, Heard
from bot.metrics import Metrics
from bot.schedule import Calendar, Daily, Heart
from bot.understanding.lexicon import english_name
from bot.understanding.reader import Reader
from bot.understanding.recast import recast
from handlers.features import FEATURES
from handlers.kit import Day, Happening, Message, Timer
from handlers.policy import Policy
from handlers.reading import Reading
from storage import outbox, timers
from storage.timers import TimerRow

log = structlog.get_logger(__name__)

Taken = asyncio.Queue[tuple[Heard | Happening, "asyncio.Future[object]"] | None]
CLOSING = 10
"""Seconds that a stopping bot waits for its database to record what it has heard."""
TURN = 16
"""Messages read before others of the event loop have their turn."""
YOUNG = 20_000
"""Objects made before the newest are looked through for circles: a batch makes thousands, and
almost none of them stays."""
IN_FLIGHT = 512
"""Messages of one gateway taken and not yet committed, at most."""


def translate(name: str, lang: str) -> str:
    """An item's name in a language: the lexicon is Chinese by its keys."""
    return name if lang == "zh" else english_name(name) or name


def _call_soon(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    loop.call_soon_threadsafe(call)


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


class App:
    """One running bot."""

    def __init__(
        self,
        database: Database,
        gateways: Sequence[Gateway],
        clock: Clock,
        *,
        policy: Policy | None = None,
        zone: ZoneInfo | None = None,
        metrics: Metrics | None = None,
        reader: Reader | None = None,
        manners: Mapping[str, Manners] | None = None,
    ) -> None:
        """``manners``: how letters go by each gateway, by its name."""
        listed = spoken.load()
        self.clock = clock
        self.metrics = metrics or Metrics()
        self.policy = policy or Policy()
        self.reader = reader or Reader()
        self.features = Features(FEATURES, spoken.sentences(listed))
        self.words = spoken.Words(listed, translate)
        desk = Desk(self.features, self.words, self.policy, recast)
        self.engine = Engine(database, desk, clock, self.metrics)
        self.gateways = list(gateways)
        self.deliveries = [
            Delivery(
                self.engine,
                gateway,
                clock,
                self.metrics,
                lambda tx, row: desk.refused(tx, row, clock.now()),
                (manners or {}).get(gateway.name),
            )
            for gateway in gateways
        ]
        self.zone = zone or ZoneInfo("Asia/Shanghai")
        self.calendar = Calendar(self._dailies(), self.zone)
        self._tasks: list[asyncio.Task[None]] = []
        self._confirming: list[asyncio.Task[None]] = []
        self._stopping = False
        self._heart: Heart | None = None

    def _dailies(self) -> list[Daily]:
        jobs = []
        for name, (_, clock) in self.features.dailies.items():
            at = time.fromisoformat(clock)
            run = partial(self.engine.handle, Day(name))
            jobs.append(Daily(name, at.hour, at.minute, run))
        return jobs

    async def start(self, *, live: bool = True) -> None:
        """Begin writing; ``live`` also listens, sends and beats by itself."""
        self.engine.start()
        for delivery in self.deliveries:
            await delivery.recover()
        for job in self.calendar.jobs:
            await job.run()
        if not live:
            return
        # Lexicon, model and statements live as long as the bot: looking through them again at
        # every collection is what makes single messages wait.
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG)
        loop = asyncio.get_running_loop()
        self.engine.wrote = partial(_call_soon, loop, self._wake)
        self._tasks = [asyncio.create_task(delivery.run()) for delivery in self.deliveries]
        for gateway in self.gateways:
            taken: Taken = asyncio.Queue(IN_FLIGHT)
            self._tasks.append(asyncio.create_task(self._listen(gateway, taken)))
            self._confirming.append(asyncio.create_task(self._confirm(gateway, taken)))
        self._heart = Heart(self.calendar, self.beat)
        self._heart.start()

    async def stop(self) -> None:
        """Stop listening, finish what was begun, close."""
        if self._heart is not None:
            await self._heart.stop()
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self._confirming:
            await asyncio.wait(self._confirming, timeout=CLOSING)
        for task in self._confirming:
            task.cancel()
        self.engine.stop()

    def _wake(self) -> None:
        for delivery in self.deliveries:
            delivery.wake()

    def read(self, message: Message) -> Reading:
        """The reading of a message by itself; a reader that fails reads chatter."""
        try:
            reading: Reading = self.reader.read(message.text, at=message.at.astimezone(self.zone))
        except Exception:  # a message that cannot be read must not stop the others
            log.exception("unread", length=len(message.text))
            self.metrics.failed("reader")
            return Reading()
        return reading

    async def hear(self, message: Message) -> None:
        """Take one message in and wait until it is committed. Raises NotRecorded."""
        await self.engine.handle(self._heard(message))

    def _heard(self, message: Message) -> Heard:
        clean = storable(message)
        return Heard(clean, self.read(clean))

    async def _listen(self, gateway: Gateway, taken: Taken) -> None:
        try:
            async for one in gateway.messages():
                heard = one if isinstance(one, Happening) else self._heard(one)
                await taken.put((heard, self.engine.submit(heard)))
                if taken.qsize() % TURN == 0:  # however much comes, the others have their turn
                    await asyncio.sleep(0)
        finally:
            with contextlib.suppress(asyncio.QueueFull):  # then there is no need to wake anybody
                taken.put_nowait(None)

    async def _confirm(self, gateway: Gateway, taken: Taken) -> None:
        """Tell the platform, message by message, what is recorded for good."""
        while (one := await taken.get()) is not None:
            heard, answer = one
            if not answer.done() or answer.exception() is not None:
                await self._until_recorded(heard, answer)
            try:
                await gateway.recorded(heard if isinstance(heard, Happening) else heard.message)
            except Exception:  # it will be brought again, and known
                log.exception("not confirmed", gateway=gateway.name)
            if self._stopping and taken.empty():
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
                answer = self.engine.submit(heard)
            else:
                return

    async def beat(self) -> None:
        """Ring what is due and look whether letters may go."""
        try:
            await self.ring()
        except NotRecorded as error:
            log.warning("timers wait for the database", error=str(error))
        self._wake()

    async def ring(self) -> int:
        """Ring every timer that is due; how many rang."""
        rung = 0
        while True:
            now = self.clock.now()
            due: list[TimerRow] = await self.engine.write(partial(timers.due, now=now))
            if not due:
                return rung
            self.metrics.timers(now - due[0].due_at)
            events = [Timer(row.key, row.kind, row.ref, row.due_at, row.data) for row in due]
            await asyncio.gather(*(self.engine.handle(event) for event in events))
            rung += len(due)

    async def settle(self) -> None:
        """Send until nothing more may go now."""
        while sum([await delivery.send_due() for delivery in self.deliveries]):
            pass

    async def advance(self, to: datetime) -> None:
        """Move a clock that can be moved, stopping at everything that is due on the way."""
        set_clock = self.clock.set  # type: ignore[attr-defined]
        await self.settle()
        while (stop := await self._next_stop()) is not None and stop[0] <= to:
            set_clock(stop[0])
            if stop[1] is not None:
                await stop[1].run()
            await self.ring()
            await self.settle()
        set_clock(to)
        await self.ring()
        await self.settle()

    async def _next_stop(self) -> tuple[datetime, Daily | None] | None:
        now = self.clock.now()
        rows = await self.engine.write(lambda tx: (timers.next_due(tx), outbox.next_due(tx, now)))
        stops: list[tuple[datetime, Daily | None]] = [(at, None) for at in rows if at is not None]
        turns = (delivery.next_turn() for delivery in self.deliveries)
        stops += [(max(at, now), None) for at in turns if at is not None]
        coming = self.calendar.next_after(now)
        if coming is not None:
            stops.append(coming)
        return min(stops, key=lambda one: one[0]) if stops else None
