"""Many events, one commit: the only place where anything is written.

Messages, timers, buttons and the letters' marks wait in one queue. A writer thread drains it: one
transaction for all that wait, one commit, then everybody is answered. A batch that fails is rolled
back and replayed event by event.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import structlog
from sqlalchemy import Engine as Database
from sqlalchemy.exc import OperationalError

from bot.clock import Clock
from bot.hearing import Desk, Heard
from bot.metrics import Metrics
from handlers.kit import Day, Press, Sorry, Timer
from storage.db import Memo, Transaction, transaction

log = structlog.get_logger(__name__)

MOST_A_COMMIT = 128


@dataclass(frozen=True, slots=True)
class Job:
    """Something else to be done in the writer's transaction, such as marking letters."""

    run: Callable[[Transaction], Any]


Event: TypeAlias = Heard | Timer | Press | Day | Job


class NotRecorded(Exception):  # noqa: N818
    """The database would not take it (full, locked, gone): nothing happened, try again."""


@dataclass(slots=True)
class _Waiting:
    event: Event
    answer: Future[Any] = field(default_factory=Future)


class _Replay(Exception):  # noqa: N818
    """An event of this batch must be undone after it wrote: do them one by one."""


class Engine:
    """Takes events from any task; one thread writes."""

    def __init__(self, database: Database, desk: Desk, clock: Clock, metrics: Metrics) -> None:
        self._database, self._desk, self._clock, self._metrics = database, desk, clock, metrics
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._memo = Memo()
        self._thread: threading.Thread | None = None
        self.wrote: Callable[[], None] = lambda: None
        """Called on the writer's thread after a commit that made letters."""

    def start(self) -> None:
        self._thread = threading.Thread(target=self._write, name="writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what waits, then end."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def submit(self, event: Event) -> Future[Any]:
        """Queue an event; the future is done after its commit."""
        waiting = _Waiting(event)
        self._queue.put(waiting)
        return waiting.answer

    async def handle(self, event: Event) -> Any:
        """Queue an event and wait until it is committed. Raises NotRecorded."""
        return await asyncio.wrap_future(self.submit(event))

    async def write(self, run: Callable[[Transaction], Any]) -> Any:
        """Do something in the writer's transaction; its result. Raises NotRecorded."""
        return await self.handle(Job(run))

    def _write(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, ended = [first], False
            while len(batch) < MOST_A_COMMIT:
                try:
                    more = self._queue.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    ended = True
                    break
                batch.append(more)
            self._commit(batch)
            if ended:
                return

    def _commit(self, batch: Sequence[_Waiting]) -> None:
        """One transaction for all; where that fails, one for each."""
        began = time.perf_counter()
        try:
            results = self._together(batch)
        except Exception:
            results = [self._alone(waiting) for waiting in batch]
        self._metrics.batch(len(batch), time.perf_counter() - began)
        if any(isinstance(result, int) and result for result in results):
            self.wrote()
        for waiting, result in zip(batch, results, strict=True):
            if isinstance(result, NotRecorded):
                waiting.answer.set_exception(result)
            else:
                waiting.answer.set_result(result)

    def _together(self, batch: Sequence[_Waiting]) -> list[Any]:
        with transaction(self._database, self._memo) as tx:
            seen = self._desk.seen(tx, [one.event for one in batch if isinstance(one.event, Heard)])
            return [self._one(tx, waiting.event, seen) for waiting in batch]

    def _one(self, tx: Transaction, event: Event, seen: set[str]) -> Any:
        if isinstance(event, Job):
            return event.run(tx)
        bookmark = tx.bookmark()
        try:
            return self._desk.take(tx, event, self._clock.now(), seen)
        except Sorry as sorry:
            if not tx.rewind(bookmark):
                raise _Replay from sorry
            return self._desk.apologise(tx, event, self._clock.now(), sorry)

    def _alone(self, waiting: _Waiting) -> Any:
        """This event in a transaction of its own; a crash is recorded and apologised for."""
        try:
            return self._together([waiting])
        except _Replay as undone:
            return self._afterwards(waiting.event, undone.__cause__)
        except OperationalError as error:
            log.warning("not recorded", error=str(error.orig))
            self._metrics.failed("engine")
            return NotRecorded(str(error.orig))
        except Exception as error:
            log.exception("event failed", event_kind=type(waiting.event).__name__)
            self._metrics.failed("handler")
            if isinstance(waiting.event, Job):
                return NotRecorded(repr(error))
            return self._afterwards(waiting.event, error)

    def _afterwards(self, event: Event, why: BaseException | None) -> Any:
        """All that the event did is undone: record that it came, and say so once."""
        if isinstance(event, Job):
            return NotRecorded(repr(why))
        sorry = why if isinstance(why, Sorry) else Sorry("bot.crashed")
        try:
            with transaction(self._database, self._memo) as tx:
                return self._desk.apologise(tx, event, self._clock.now(), sorry)
        except OperationalError as error:
            return NotRecorded(str(error.orig))
