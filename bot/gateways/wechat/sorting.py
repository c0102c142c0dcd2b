"""Fetches side by side, hands on in order within a conversation, many conversations at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

log = structlog.get_logger(__name__)

MOST = 256
"""So much is on its way through at most; what comes then waits with the server."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done about something that was fetched, after all else in its conversation."""

    conversation: str
    do: Callable[[], Awaitable[None]]


Fetch = Callable[[], Coroutine[Any, Any, Work | None]]


class Sorting:
    """Where a conversation is known only after a fetch, order is kept all the same.

    What cannot be fetched holds back those behind it for ``overtake`` seconds, and for as long as
    nothing else can be fetched either.
    """

    def __init__(self, overtake: float) -> None:
        self._overtake = overtake
        self._room = asyncio.Event()
        self._came = asyncio.Event()
        self._fetched: deque[asyncio.Task[Work | None]] = deque()
        self._lines: dict[str, deque[Work]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self.waiting = 0

    def add(self, fetch: Fetch) -> None:
        """Fetch this now."""
        self.waiting += 1
        self._fetched.append(self._spawn(fetch()))
        self._came.set()

    async def has_room(self) -> None:
        """Wait while too much is on its way."""
        while self.waiting >= MOST:
            self._room.clear()
            await self._room.wait()

    async def run(self) -> None:
        """Hand on what is fetched, until cancelled."""
        try:
            while True:
                self._came.clear()
                while self._fetched:
                    await self._hand_on_first()
                await self._came.wait()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _hand_on_first(self) -> None:
        first = self._fetched[0]
        if not first.done():
            await asyncio.wait([first], timeout=self._overtake)
        if not first.done():
            others = list(self._fetched)[1:]
            if not any(task.done() for task in others):
                return
            first.add_done_callback(self._hand_on)
        else:
            self._hand_on(first)
        self._fetched.popleft()

    def _hand_on(self, task: asyncio.Task[Work | None]) -> None:
        work = None
        if not task.cancelled():
            if task.exception() is None:
                work = task.result()
            else:
                log.error("not fetched", exc_info=task.exception())
        if work is None:
            self._done()
        elif work.conversation in self._lines:
            self._lines[work.conversation].append(work)
        else:
            self._lines[work.conversation] = deque([work])
            self._spawn(self._serve(work.conversation))

    async def _serve(self, conversation: str) -> None:
        line = self._lines[conversation]
        while line:
            work = line.popleft()
            try:
                await work.do()
            except Exception:  # one message that cannot be brought must not stop the others
                log.exception("not brought")
            finally:
                self._done()
        del self._lines[conversation]

    def _done(self) -> None:
        self.waiting -= 1
        self._room.set()

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
