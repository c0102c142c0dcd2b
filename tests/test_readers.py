"""Many messages are read in a second process; without it nothing is lost."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest_asyncio

from bot.readers import FEW, MOST, Readers, Said
from bot.understanding.reader import reader

AT = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
TEXTS = (
    "有没有退烧药",
    "今天天气真好",
    "pipe blocked in flat 3",
    "",
    "😀",
    "3号楼下水道堵了",
    "\x00",
)
MANY: list[Said] = [(TEXTS[turn % len(TEXTS)], AT) for turn in range(5 * FEW)]


@pytest_asyncio.fixture
async def readers() -> AsyncIterator[Readers]:
    made = Readers(reader(), beside=True, failed=lambda: None)
    yield made
    await made.stop()


def alone(said: list[Said]) -> list[object]:
    return [reader().read(text, at=at) for text, at in said]


async def test_a_few_start_no_second_process(readers: Readers) -> None:
    assert await readers.read_all(MANY[: FEW - 1]) == alone(MANY[: FEW - 1])
    await readers.until_there()
    assert readers.most == FEW


async def test_many_are_read_beside_and_just_as_here(readers: Readers) -> None:
    assert await readers.read_all(MANY) == alone(MANY)
    await readers.until_there()
    assert readers.most == MOST
    assert await readers.read_all(MANY) == alone(MANY)


async def test_several_at_once_each_get_their_own(readers: Readers) -> None:
    await readers.read_all(MANY)
    await readers.until_there()
    parts = [MANY[turn : turn + FEW] for turn in range(0, len(MANY), FEW)]
    found = await asyncio.gather(*(readers.read_all(part) for part in parts))
    assert found == [alone(part) for part in parts]


async def test_where_the_second_process_dies_this_one_reads() -> None:
    failures: list[str] = []
    readers = Readers(reader(), beside=True, failed=lambda: failures.append("reader"))
    await readers.read_all(MANY)
    await readers.until_there()
    os.kill(readers.beside or 0, signal.SIGKILL)
    assert await readers.read_all(MANY) == alone(MANY)
    assert failures == ["reader"]
    assert readers.most == FEW
    assert await readers.read_all(MANY) == alone(MANY)
    assert failures == ["reader"]


async def test_none_is_started_where_the_settings_say_so() -> None:
    readers = Readers(reader(), beside=False, failed=lambda: None)
    assert await readers.read_all(MANY) == alone(MANY)
    await readers.until_there()
    assert readers.beside is None
