"""Bursts and outages: everything said in WeChat is recorded once and in order, whatever breaks.

The whole engine stands behind, with a real database.
"""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import select

from bot.app import App
from bot.clock import SystemClock
from bot.gateways.wechat.gateway import WeChatGateway
from bot.understanding.reader import Reader
from handlers.kit import Happening, Message
from storage.inbox import SEEN
from tests.puppet.account import QUICK, SOON, hearing
from tests.puppet.server import PuppetServer, serving

LONG = 60
"""Seconds that the longest of these may take on a busy machine."""
ROOMS = [f"r{number}@chatroom" for number in range(50)]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PuppetServer]:
    with serving(tmp_path) as server:
        yield server


@dataclass
class Bot:
    """A running bot, and what it recorded."""

    gateway: WeChatGateway
    database: Database
    order: list[Message]
    done: asyncio.Condition

    async def recorded(self, count: int) -> list[Message]:
        """The messages recorded so far, as soon as they are so many."""
        async with asyncio.timeout(LONG), self.done:
            await self.done.wait_for(lambda: len(self.order) >= count)
        return self.order

    def inbox(self) -> dict[str, bool]:
        """Every message in the database, and whether it came late."""
        with self.database.connect() as connection:
            rows = connection.execute(select(SEEN.c.mid, SEEN.c.late))
            found = {mid.removeprefix("wechat:"): late for mid, late in rows}
        return {mid: late for mid, late in found.items() if re.search(r"-\d+$", mid)}

    async def up(self) -> None:
        """Wait until the account is there."""
        async with asyncio.timeout(SOON):
            while self.gateway.status().state != "up":  # noqa: ASYNC110  it tells nobody
                await asyncio.sleep(0.01)


@asynccontextmanager
async def living(
    server: PuppetServer,
    folder: Path,
    database: Database,
    reader: Reader,
    **patience: float,
) -> AsyncIterator[Bot]:
    """The bot on this account, from start to a clean stop."""
    async with hearing(server, folder, wait=False, **patience) as ear:
        gateway, order, done = ear.gateway, list[Message](), asyncio.Condition()
        settle = gateway.recorded

        async def recorded(message: Message | Happening) -> None:
            await settle(message)
            if isinstance(message, Message):
                order.append(message)
            async with done:
                done.notify_all()

        gateway.recorded = recorded  # type: ignore[method-assign]
        app = App(database, [gateway], SystemClock(), reader=reader)
        await app.start()
        try:
            await ear.state("up")
            yield Bot(gateway, database, order, done)
        finally:
            await app.stop()


@pytest.fixture
def live(
    server: PuppetServer, tmp_path: Path, opened: Callable[..., Database], reader: Reader
) -> Callable[..., Any]:
    """Starts the bot, again and again on the same database."""
    database = opened(f"sqlite:///{tmp_path}/linbang.db")
    return lambda **patience: living(server, tmp_path, database, reader, **patience)


def talk(rooms: list[str], each: int, begin: int = 0) -> list[dict[str, Any]]:
    """Each group counts up; the groups talk in turn."""
    numbers = range(begin, begin + each)
    return [
        {"id": f"{room}-{number}", "talker": "wang", "room": room, "text": f"第{number}句"}
        for number, room in itertools.product(numbers, rooms)
    ]


async def settle(server: PuppetServer, rooms: list[str]) -> None:
    await server.people("wang", "li", rooms={room: ["wang", "li"] for room in rooms})


def in_order(heard: list[Message]) -> bool:
    """Whether every group's messages came as they were said."""
    by_room: dict[str, list[int]] = {}
    for one in heard:
        by_room.setdefault(one.conversation, []).append(int(one.id.rpartition("-")[2]))
    return all(numbers == sorted(numbers) for numbers in by_room.values())


async def test_two_thousand_messages_over_fifty_groups_come_once_and_in_order(server, live):
    await settle(server, ROOMS)
    async with live() as bot:
        await server.ask("burst", messages=talk(ROOMS, 40))
        heard = await bot.recorded(2000)
        assert set(bot.inbox()) == {one.id for one in heard}
        assert len(heard) == 2000
        assert in_order(heard)
        assert bot.gateway.status().waiting == 0


@pytest.mark.parametrize("away", [0.0, 1.0])
async def test_killed_in_a_burst_and_back_nothing_is_lost_nor_doubled(server, live, away):
    rooms = ROOMS[:10]
    await settle(server, rooms)
    async with live() as bot:
        burst = asyncio.create_task(server.ask("burst", messages=talk(rooms, 60)))
        await bot.recorded(50)
        server.kill()
        await asyncio.gather(burst, return_exceptions=True)
        await asyncio.sleep(away)
        await asyncio.to_thread(server.start)
        await settle(server, rooms)
        await bot.up()
        said = await server.ask("replay")  # as puppets do after logging in
        heard = await bot.recorded(said)
        assert len(bot.inbox()) == len({one.id for one in heard}) == said
        await server.ask("burst", messages=talk(rooms, 2, begin=60))
        heard = await bot.recorded(said + 20)
        assert len(bot.inbox()) == said + 20
        assert in_order(heard)


async def test_a_long_absence_ends_within_one_pause(server, live):
    """As seventy seconds at a pause of thirty: the pauses have long been the longest."""
    await settle(server, ROOMS[:1])
    async with live() as bot:
        server.kill()
        await asyncio.sleep(7 * QUICK.longest_wait)
        await asyncio.to_thread(server.start)
        await settle(server, ROOMS[:1])
        async with asyncio.timeout(QUICK.longest_wait + 1):
            await bot.up()
        await server.say("wang", "回来了", ROOMS[0], id="back-1")
        assert [one.text for one in await bot.recorded(1)] == ["回来了"]


async def test_what_a_stopped_bot_had_not_recorded_is_fetched_when_it_is_back(server, tmp_path):
    await settle(server, ROOMS[:1])
    async with hearing(server, tmp_path) as ear:
        for number in range(5):
            await server.say("wang", f"第{number}句", ROOMS[0])
        first, *_ = await ear.take(5, record=False)
        await ear.gateway.recorded(first)
    async with hearing(server, tmp_path, wait=False) as ear:
        assert [one.text for one in await ear.take(4)] == ["第1句", "第2句", "第3句", "第4句"]


async def test_what_was_said_long_ago_is_recorded_as_late(server, live):
    await settle(server, ROOMS[:1])
    old = SystemClock().now() - timedelta(hours=2)
    async with live() as bot:
        await server.say("wang", "两小时前", ROOMS[0], id="old-1", at=int(old.timestamp()))
        await server.say("wang", "刚才", ROOMS[0], id="new-2")
        early, now = await bot.recorded(2)
        assert abs(early.at - old) < timedelta(seconds=1)
        assert bot.inbox() | {"old-1": True, "new-2": False} == bot.inbox()
        assert now.arrived - now.at < timedelta(minutes=1)


async def test_what_comes_again_after_a_restart_is_known_by_the_database(server, live):
    await settle(server, ROOMS[:2])
    async with live() as bot:
        await server.ask("burst", messages=talk(ROOMS[:2], 5))
        await bot.recorded(10)
    async with live() as bot:
        await server.ask("replay")
        await server.say("wang", "新的", ROOMS[0], id="r0@chatroom-99")
        await bot.recorded(11)
        assert len(bot.inbox()) == 11


@pytest.mark.parametrize(
    "fault",
    [
        {"how": "hang", "times": 3},
        {"how": "delay", "ms": 200, "times": 5},
        {"how": "error", "times": 4},
        {"how": "error", "code": 14, "times": 4},
    ],
    ids=["hang", "delay", "error", "unavailable"],
)
async def test_a_message_that_cannot_be_fetched_at_first_is_fetched_again(server, tmp_path, fault):
    await settle(server, ROOMS[:2])
    async with hearing(server, tmp_path, call=0.2) as ear:
        await server.ask("fault", method="messagePayload", **fault)
        await server.ask("burst", messages=talk(ROOMS[:2], 5))
        heard = await ear.take(10)
        assert len({one.id for one in heard}) == 10
        assert in_order(heard)


async def test_one_message_that_cannot_be_fetched_lets_the_others_pass(server, tmp_path):
    await settle(server, ROOMS[:1])
    async with hearing(server, tmp_path, call=1.0, overtake=0.1) as ear:
        await server.ask("fault", method="messagePayload", how="hang", times=1)
        await server.say("wang", "卡住的", ROOMS[0])
        await server.say("wang", "着火了", ROOMS[0])
        assert [one.text for one in await ear.take(2)] == ["着火了", "卡住的"]


async def test_a_message_that_is_nowhere_is_given_up_and_not_asked_for_again(server, tmp_path):
    await settle(server, ROOMS[:1])
    async with hearing(server, tmp_path) as ear:
        await server.ask("emit", event="message", payload={"messageId": "nowhere"})
        await server.say("wang", "后来", ROOMS[0])
        assert (await ear.message()).text == "后来"
        async with asyncio.timeout(SOON):
            while ear.gateway.status().waiting:  # noqa: ASYNC110  it tells nobody
                await asyncio.sleep(0.01)
    await server.ask("reset")
    async with hearing(server, tmp_path) as ear:
        assert ear.gateway.status().waiting == 0
    assert "messagePayload" not in await server.ask("calls")


async def test_a_bot_that_does_not_listen_is_not_flooded(server, tmp_path):
    await settle(server, ROOMS)
    async with hearing(server, tmp_path) as ear:
        await server.ask("burst", messages=talk(ROOMS, 40))
        async with asyncio.timeout(SOON):
            while ear.gateway.status().waiting < 768:  # noqa: ASYNC110  it tells nobody
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        assert ear.gateway.status().waiting <= 512 + 256 + 1
        assert ear.gateway.status().state == "up"
        heard = await ear.take(2000)
        assert len({one.id for one in heard}) == 2000
        assert in_order(heard)


async def test_a_name_that_cannot_be_had_holds_nothing_up(server, tmp_path):
    await settle(server, ROOMS[:1])
    async with hearing(server, tmp_path, call=0.2) as ear:
        for method in ("roomMemberPayload", "contactPayload"):
            await server.ask("fault", method=method, how="hang")
        await server.say("li", "大家好", ROOMS[0])
        assert (await ear.message()).sender_name == ""
