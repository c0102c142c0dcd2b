"""Reads what comes: a few messages where they are, many at once in a process beside this one.

Reading is what a second core can take over while many wait. The process (`python -m bot.readers`)
is started when it is first wanted, not before, and ends when nobody writes to it any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import BinaryIO

import structlog

from bot.understanding.reader import Reader
from handlers.reading import Reading

log = structlog.get_logger(__name__)

Said = tuple[str, datetime]
"""A text, and when it was sent by the clock of the place."""
FEW = 16
"""Read where they are before others of the event loop have their turn."""
MOST = 128
"""Sent over at once."""
_LENGTH = 4
"""Bytes that say how long what follows is."""


class Readers:
    """Makes readings of messages; a reader that fails reads chatter."""

    def __init__(self, reader: Reader, *, beside: bool, failed: Callable[[], None]) -> None:
        """``beside``: whether a second process may be started; ``failed`` counts failures."""
        self._reader, self._may, self._failed = reader, beside, failed
        self._beside: Process | None = None
        self._starting: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    @property
    def most(self) -> int:
        """How many messages to bring at once."""
        return FEW if self._beside is None else MOST

    @property
    def beside(self) -> int | None:
        """The second process's number, while there is one."""
        return None if self._beside is None else self._beside.pid

    def read(self, said: Said) -> Reading:
        """The reading of one message."""
        return self._counted(_read(self._reader, said), said)

    async def read_all(self, said: Sequence[Said]) -> list[Reading]:
        """The readings of messages, in their order."""
        if len(said) < FEW:
            return [self.read(one) for one in said]
        found = await self._read_beside(said)
        if found is None:
            return [self.read(one) for one in said]
        return [self._counted(one, other) for one, other in zip(found, said, strict=True)]

    async def until_there(self) -> None:
        """Wait for the second process if it was started."""
        if self._starting is not None:
            await self._starting

    async def stop(self) -> None:
        """Let the second process go; none is started again."""
        self._may = False
        await self.until_there()
        beside, self._beside = self._beside, None
        if beside is not None:
            await _end(beside)

    async def _read_beside(self, said: Sequence[Said]) -> list[Reading | None] | None:
        """What the second process reads; None where there is none yet, or no longer."""
        if self._beside is None:
            if self._may and self._starting is None:
                self._starting = asyncio.create_task(self._start())
            return None
        try:
            async with self._turn:
                return await _asked(self._beside, said)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            log.warning("the reader beside is lost", messages=len(said), error=repr(error))
            self._failed()
            await self.stop()
            return None

    async def _start(self) -> None:
        beside = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", __name__),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,  # what it could say of a message nobody may read
            start_new_session=True,  # Ctrl-C is not for it
        )
        try:
            await _asked(beside, ())
        except (OSError, EOFError) as error:
            log.warning("no reader beside", error=repr(error))
            self._failed()
            await _end(beside)
        else:
            self._beside = beside

    def _counted(self, reading: Reading | None, said: Said) -> Reading:
        if reading is None:  # a message that cannot be read must not stop the others
            log.error("unread", length=len(said[0]))
            self._failed()
            return Reading()
        return reading


async def _end(beside: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        beside.kill()
    await beside.wait()


async def _asked(beside: Process, said: Sequence[Said]) -> list[Reading | None]:
    """The answer to one batch. Raises EOFError (or OSError) where nobody answers."""
    assert beside.stdin is not None and beside.stdout is not None  # noqa: PT018, S101
    beside.stdin.write(_framed(list(said)))
    await beside.stdin.drain()
    length = int.from_bytes(await beside.stdout.readexactly(_LENGTH), "big")
    answer: list[Reading | None] = pickle.loads(await beside.stdout.readexactly(length))  # noqa: S301 - our own
    return answer


def _framed(what: object) -> bytes:
    data = pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
    return len(data).to_bytes(_LENGTH, "big") + data


def _read(reader: Reader, said: Said) -> Reading | None:
    text, at = said
    try:
        return reader.read(text, at=at)
    except Exception:
        log.exception("the reader failed", length=len(text))
        return None


def _serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """The second process: batch by batch, until nobody asks any more."""
    reader = Reader()
    while length := asked.read(_LENGTH):
        said: list[Said] = pickle.loads(asked.read(int.from_bytes(length, "big")))  # noqa: S301 - our own
        answers.write(_framed([_read(reader, one) for one in said]))
        answers.flush()


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer)
