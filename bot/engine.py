"""Many events, one commit: the only place where anything is written.

Messages, timers, buttons and the letters' marks wait in one queue. A writer thread drains it: one
transaction for all that wait, one commit, then everybody is answered. A batch that fails is rolled
back and replayed event by event. One connection is kept for as long as it works; when nothing
comes for a moment, it checkpoints.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import structlog
from sqlalchemy import Connection
from sqlalchemy import Engine as Database
from sqlalchemy.exc import OperationalError

from bot.clock import Clock
from bot.hearing import Desk, Heard
from bot.metrics import Metrics
from handlers.kit import Day, Happening, Press, Returned, Sorry, Timer
from storage.db import Memo, Transaction, checkpoint, transaction

log = structlog.get_logger(__name__)

MOST_A_COMMIT = 128
PAUSE = 0.1
"""Seconds without any event after which the writer tidies up."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something else to be done in the writer's transaction, such as marking letters."""

    run: Callable[[Transaction], Any]


Event: TypeAlias = Heard | Happening | Returned | Timer | Press | Day | Job


class NotRecorded(Exception):  # noqa: N818
    """The database would not take it (full, locked, gone): nothing happened, try again."""


@dataclass(slots=True)
class _Waiting:
    event: Event
    answer: asyncio.Future[Any]


@dataclass(slots=True)
class _Order:
    run: Callable[[Transaction], Any]
    answer: asyncio.Future[Any]


Answer: TypeAlias = tuple["asyncio.Future[Any]", Any]


class _Replay(Exception):  # noqa: N818
    """An event of this batch must be undone after it wrote: do them one by one."""


class Engine:
    """Takes events from the tasks of one event loop; one thread writes."""

    def __init__(self, database: Database, desk: Desk, clock: Clock, metrics: Metrics) -> None:
        self._database, self._desk, self._clock, self._metrics = database, desk, clock, metrics
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._orders: deque[_Order] = deque()
        self._memo = Memo()
        self._connection: Connection | None = None
        self._is_tidy = True
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

    def submit(self, event: Event) -> asyncio.Future[Any]:
        """Queue an event; the future is done after its commit. Fails with NotRecorded."""
        waiting = _Waiting(event, asyncio.get_running_loop().create_future())
        self._queue.put(waiting)
        return waiting.answer

    async def handle(self, event: Event) -> Any:
        """Queue an event and wait until it is committed. Raises NotRecorded."""
        return await self.submit(event)

    async def write(self, run: Callable[[Transaction], Any]) -> Any:
        """Do something in the writer's transaction; its result. Raises NotRecorded."""
        return await self.submit(Job(run))

    def order(self, run: Callable[[Transaction], Any]) -> asyncio.Future[Any]:
        """Do something in the next transaction that makes letters; its result.

        The result is None where that went wrong, or after `withdraw`.
        """
        order = _Order(run, asyncio.get_running_loop().create_future())
        self._orders.append(order)
        return order.answer

    def withdraw(self, answer: asyncio.Future[Any]) -> None:
        """Take an order back, unless the writer has it already."""
        for order in [order for order in self._orders if order.answer is answer]:
            with contextlib.suppress(ValueError):
                self._orders.remove(order)
                _tell([(answer, None)])

    def _write(self) -> None:
        ended = False
        while not ended:
            batch, ended = self._next()
            if batch:
                self._commit(batch)
        self._close()

    def _next(self) -> tuple[list[_Waiting], bool]:
        """All that waits, and whether it is to be the last."""
        batch: list[_Waiting] = []
        try:
            more = self._queue.get(timeout=None if self._is_tidy else PAUSE)
            while more is not None:
                batch.append(more)
                if len(batch) == MOST_A_COMMIT:
                    return batch, False
                more = self._queue.get_nowait()
        except queue.Empty:
            if not batch and self._connection is not None:
                checkpoint(self._connection)
            self._is_tidy = not batch
            return batch, False
        return batch, True

    def _commit(self, batch: Sequence[_Waiting]) -> None:
        """One transaction for all; where that fails, one for each."""
        began = time.perf_counter()
        orders: list[_Order] = []
        try:
            answers = self._together(batch, orders)
        except Exception:
            answers = [(waiting.answer, self._alone(waiting)) for waiting in batch]
            answers += [(order.answer, None) for order in orders]
        self._metrics.batch(len(batch), time.perf_counter() - began)
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits for an answer
            batch[0].answer.get_loop().call_soon_threadsafe(_tell, answers)
        if _letters(answers):
            self.wrote()

    def _close(self) -> None:
        """Let go of the connection; the next transaction opens another."""
        if self._connection is not None:
            with contextlib.suppress(OperationalError):
                self._connection.close()
            self._connection = None

    def _open(self) -> Connection:
        if self._connection is None:
            self._connection = self._database.connect()
        return self._connection

    def _together(
        self, batch: Sequence[_Waiting], orders: list[_Order] | None = None
    ) -> list[Answer]:
        """The batch in one transaction; ``orders`` is given those that were carried out with it."""
        with transaction(self._open(), self._memo) as tx:
            told = [one.event for one in batch if isinstance(one.event, Heard | Happening)]
            seen = self._desk.seen(tx, told)
            answers = [(waiting.answer, self._one(tx, waiting.event, seen)) for waiting in batch]
            if orders is not None and _letters(answers):
                with contextlib.suppress(IndexError):
                    while True:
                        orders.append(self._orders.popleft())
                answers += [(order.answer, order.run(tx)) for order in orders]
        return answers

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
            return self._together([waiting])[0][1]
        except _Replay as undone:
            return self._afterwards(waiting.event, undone.__cause__)
        except OperationalError as error:
            log.warning("not recorded", error=str(error.orig))
            self._metrics.failed("engine")
            self._close()
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
            with transaction(self._open(), self._memo) as tx:
                return self._desk.apologise(tx, event, self._clock.now(), sorry)
        except OperationalError as error:
            return NotRecorded(str(error.orig))
        except Exception as error:  # whatever it is, the writer goes on, and it does not come again
            log.exception("no apology", event_kind=type(event).__name__)
            return self._bury(event, error)

    def _bury(self, event: Event, why: Exception) -> Any:
        """Nothing could be said about it, either: record only that it came."""
        try:
            with transaction(self._open(), self._memo) as tx:
                self._desk.bury(tx, event)
        except Exception:
            return NotRecorded(repr(why))
        return 0


def _letters(answers: Iterable[Answer]) -> bool:
    """Whether any of these events made letters."""
    return any(isinstance(result, int) and result for _, result in answers)


def _tell(answers: Iterable[Answer]) -> None:
    """On the loop's thread: everybody who still waits has their answer."""
    for answer, result in answers:
        if answer.done():
            continue
        if isinstance(result, NotRecorded):
            answer.set_exception(result)
        else:
            answer.set_result(result)
