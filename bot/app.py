"""The wiring, top to bottom: database, words, reader, engine, gateways, delivery, calendar."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, time
from functools import partial
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Engine as Database

from bot import words as spoken
from bot.choose import Features
from bot.clock import Clock
from bot.config.tables import ReaderHelp
from bot.delivery import Delivery, Manners
from bot.ears import Ear, storable
from bot.engine import Engine, NotRecorded
from bot.errands import Act, Errands, on_platform
from bot.gateways.base import Gateway, Refused
from bot.hearing import Desk, Heard
from bot.metrics import Metrics
from bot.plots.easel import Paint
from bot.readers import Readers, Said
from bot.schedule import Calendar, Daily, Heart
from bot.second.dictation import Dictation
from bot.second.opinion import Opinion
from bot.second.turns import Turns
from bot.understanding.lexicon import english_name
from bot.understanding.reader import Reader
from bot.understanding.recast import recast
from handlers.features import FEATURES
from handlers.kit import Day, Happening, Message, Timer
from handlers.policy import Policy
from handlers.reading import Reading
from storage import errands, outbox, timers
from storage.errands import OUTSIDE, PICTURES, ErrandRow
from storage.timers import TimerRow

log = structlog.get_logger(__name__)

CLOSING = 10
"""Seconds that a stopping bot waits for its database to record what it has heard."""
YOUNG = 20_000
"""Objects made before the newest are looked through for circles: a batch makes thousands, and
almost none of them stays."""


def translate(name: str, lang: str) -> str:
    """An item's name in a language: the lexicon is Chinese by its keys."""
    return name if lang == "zh" else english_name(name) or name


def _call_soon(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    loop.call_soon_threadsafe(call)


async def _nowhere(_: ErrandRow) -> str:
    raise Refused("nobody here does this")


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
        bound: Collection[str] = (),
        outside: Act | None = None,
        help_with: ReaderHelp | None = None,
        pictures: Paint | None = None,
    ) -> None:
        """``manners``: how letters go by each gateway, by its name.

        ``bound``: gateways whose groups are bound to places from chat. ``outside`` carries alarms
        to whoever runs the bot. ``help_with``: what the reader is helped with. ``pictures`` draws.
        """
        listed = spoken.load()
        self.clock = clock
        self.metrics = metrics or Metrics()
        self.policy = policy or Policy()
        self.readers = Readers(
            reader or Reader(),
            beside=reader is None and (help_with is None or help_with.beside),
            failed=partial(self.metrics.failed, "reader"),
        )
        self.features = Features(FEATURES, spoken.sentences(listed))
        self.words = spoken.Words(listed, translate)
        manners = manners or {}
        desk = Desk(self.features, self.words, self.policy, recast, bound)
        self.engine = Engine(database, desk, clock, self.metrics)
        self.gateways = list(gateways)
        self.deliveries = [
            Delivery(
                self.engine,
                gateway,
                clock,
                self.metrics,
                lambda tx, row: desk.refused(tx, row, clock.now()),
                manners.get(gateway.name),
            )
            for gateway in gateways
        ]
        paint = pictures(self.engine, self.words) if pictures else _nowhere
        self.errands: list[Errands] = [
            Errands(OUTSIDE, outside or _nowhere, self.engine, clock),
            Errands(PICTURES, paint, self.engine, clock),
        ]
        for gateway in gateways:
            pace = manners[gateway.name].pace if gateway.name in manners else None
            act = on_platform(gateway)
            self.errands.append(Errands(gateway.name, act, self.engine, clock, pace))
        self.zone = zone or ZoneInfo("Asia/Shanghai")
        turns = self._turns(help_with) if help_with is not None else None
        self.ears = [
            Ear(
                gateway,
                self.engine,
                clock,
                read=self._all_heard,
                most=lambda: self.readers.most,
                turns=turns,
            )
            for gateway in gateways
        ]
        self.calendar = Calendar(self._dailies(), self.zone)
        self._tasks: list[asyncio.Task[None]] = []
        self._confirming: list[asyncio.Task[None]] = []
        self._heart: Heart | None = None

    def _turns(self, named: ReaderHelp) -> Turns | None:
        """What is unclear waits its turn, where the operator names somebody to ask."""
        sure = self.policy.listening.claimed_sure
        opinion = Opinion(named.llm, sure) if named.llm.endpoint else None
        dictation = Dictation(named.speech) if named.speech.endpoint else None
        if opinion is None and dictation is None:
            return None
        return Turns(
            self.engine,
            self.clock,
            self.zone,
            read=self._heard,
            opinion=opinion,
            dictation=dictation,
        )

    @property
    def workers(self) -> list[Delivery | Errands]:
        """Whatever does what rows order."""
        return [*self.deliveries, *self.errands]

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
        for worker in self.workers:
            await worker.recover()
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
        self._tasks = [asyncio.create_task(worker.run()) for worker in self.workers]
        self._tasks += [asyncio.create_task(ear.listen()) for ear in self.ears]
        self._tasks += [asyncio.create_task(ear.understand()) for ear in self.ears]
        self._confirming = [asyncio.create_task(ear.confirm()) for ear in self.ears]
        self._heart = Heart(self.calendar, self.beat, self.clock)
        self._heart.start()

    async def stop(self) -> None:
        """Stop listening, finish what was begun, close."""
        if self._heart is not None:
            await self._heart.stop()
        for ear in self.ears:
            ear.closing = True
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self._confirming:
            await asyncio.wait(self._confirming, timeout=CLOSING)
        for task in self._confirming:
            task.cancel()
        await self.readers.stop()
        self.engine.stop()

    def _wake(self) -> None:
        for delivery in self.deliveries:
            delivery.wake()

    def read(self, message: Message) -> Reading:
        """The reading of a message by itself."""
        return self.readers.read(self._said(message))

    def _said(self, message: Message) -> Said:
        return message.text, message.at.astimezone(self.zone)

    async def hear(self, message: Message) -> None:
        """Take one message in and wait until it is committed. Raises NotRecorded."""
        await self.engine.handle(self._heard(message))

    def _heard(self, message: Message) -> Heard:
        clean = storable(message)
        return Heard(clean, self.read(clean))

    async def _all_heard(self, came: Sequence[Message | Happening]) -> list[Heard | Happening]:
        clean = [one if isinstance(one, Happening) else storable(one) for one in came]
        said = [self._said(one) for one in clean if isinstance(one, Message)]
        readings = iter(await self.readers.read_all(said))
        return [Heard(one, next(readings)) if isinstance(one, Message) else one for one in clean]

    async def beat(self) -> None:
        """Ring what is due and look whether letters may go."""
        try:
            await self.ring()
            await self.watch()
        except NotRecorded as error:
            log.warning("timers wait for the database", error=str(error))
        self._wake()
        for worker in self.errands:  # they can wait for a second: letters must not wait for them
            worker.wake()

    async def watch(self) -> None:
        """Look whether a gateway is deaf, or hears again."""
        for ear in self.ears:
            await ear.check(self.policy.listening.deaf_after)

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
        while sum(
            [await one.send_due() for one in self.deliveries]
            + [await one.do_due() for one in self.errands]
        ):
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
        rows = await self.engine.write(
            lambda tx: (timers.next_due(tx), outbox.next_due(tx, now), errands.next_due(tx, now))
        )
        stops: list[tuple[datetime, Daily | None]] = [(at, None) for at in rows if at is not None]
        turns = (worker.next_turn() for worker in self.workers)
        stops += [(max(at, now), None) for at in turns if at is not None]
        coming = self.calendar.next_after(now)
        if coming is not None:
            stops.append(coming)
        return min(stops, key=lambda one: (one[0], one[1] is None)) if stops else None  # day first
