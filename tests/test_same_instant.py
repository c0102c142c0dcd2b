"""Two claims at the same instant, wherever they come from: one holder, and nobody is told twice."""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import aiohttp
import postgres
import pytest
from live import running
from tab import Tab, page_of
from two_roads import START, TwoRoads

from storage import claims, migrate, people, places, requests
from storage.db import Transaction, disposing, open_database, transaction

PROCESSES = multiprocessing.get_context("spawn")
PATIENCE = 60
"""Seconds after which something has gone wrong."""
SERVERS = ["sqlite"]
if find_spec("psycopg") is not None:
    SERVERS.append("postgresql")


@contextmanager
def side_by_side(work: Any, *each: Sequence[Any]) -> Iterator[None]:
    """A process for each of these, all at once; none is left behind."""
    begun = [PROCESSES.Process(target=work, args=tuple(one), daemon=True) for one in each]
    for one in begun:
        one.start()
    try:
        yield
        for one in begun:
            one.join(PATIENCE)
            assert one.exitcode == 0
    finally:
        for one in begun:
            one.kill()
            one.join()


# Two gateways of one bot.


class Building(TwoRoads):
    """One who asks and two who help; each is on both gateways."""

    def __init__(self) -> None:
        self.open()
        with transaction(self.database) as tx:
            place = places.add(tx, key="b3", name="3号楼", kind="building", number="3")
            since = {"joined_at": START, "vouched": True, "noticed": True}
            for name in ("wang", "li", "gao"):
                who = people.add(tx, name=name, place_id=place, **since)
                for one in self.gateways:
                    people.add_account(tx, who, one.name, name)
        self.start()

    def say_while_it_writes(self, *said: tuple[str, str]) -> None:
        """All of it is taken, each on its gateway, before the first of it can be answered."""
        self._run(self._heard_together(said))

    async def _heard_together(self, said: Sequence[tuple[str, str]]) -> None:
        may_write = threading.Event()
        busy = asyncio.create_task(self.app.engine.write(lambda _: may_write.wait(PATIENCE)))
        taken = [asyncio.create_task(self.app.hear(self._message(*one))) for one in said]
        await asyncio.sleep(0)  # each runs as far as it can without the writer
        assert not any(one.done() for one in (busy, *taken))
        may_write.set()
        await asyncio.gather(busy, *taken)
        await self.app.settle()

    def told(self, who: str, kind: str) -> int:
        """How often somebody was told this, by whichever gateway."""
        every = [one for gateway in self.gateways for _, one in gateway.sent]
        return sum((one.conversation, one.kind) == (who, kind) for one in every)


@pytest.mark.parametrize(("first", "second"), [("li", "gao"), ("gao", "li")])
def test_of_two_gateways_at_the_same_instant_one_has_it_and_the_other_stands_by(
    first: str, second: str
) -> None:
    building = Building()
    try:
        building.say(("wang", "谁能帮我带两盒牛奶?"))
        building.say_while_it_writes((first, "我来 1"), (second, "我来 1"))
        with transaction(building.database) as tx:
            held, waits = claims.holders(tx, 1), claims.standby(tx, 1)
            assert [people.get(tx, one).name for one in held] == [first]
            assert [people.get(tx, one).name for one in waits] == [second]
        assert building.told(first, "claims.details") == 1
        assert building.told(first, "claims.standby") == 0
        assert building.told(second, "claims.standby") == 1
        assert building.told(second, "claims.details") == 0
        assert building.told("wang", "claims.comes") == 1
    finally:
        building.close()


# Two processes that talk with one bot.

ASKERS, HELPERS = ("王奶奶", "罗叔", "林小梅"), ("小李", "高阿姨")
ROUNDS = 9


class Claimant:
    """Somebody at a page of the local chat; ``said``: what their messages are numbered from."""

    def __init__(self, name: str, page: Tab, said: int = 0) -> None:
        self.name, self.page, self.said = name, page, said

    async def comes(self) -> None:
        who = await self.page.until("people")
        self.id = next(one["id"] for one in who["people"] if one["name"] == self.name)
        await self.page.do("watch", viewers=[self.id])
        await self.page.until("view")

    async def say(self, text: str) -> None:
        self.said += 1
        await self.page.say(self.id, self.id, text, f"u-{self.id}-{self.said:06}")

    async def hears_until(self, text: str) -> list[str]:
        """What the bot says to them, up to what has this in it."""
        heard: list[str] = []
        while not heard or text not in heard[-1]:
            told = await self.page.until("line", lambda one: one["line"]["sender"] is None)
            if told["line"]["conversation"] == self.id:
                heard.append(told["line"]["text"])
        return heard


def claims_by_the_page(
    address: str, name: str, together: Barrier, numbers: Queue[int], told: Queue[list[str]]
) -> None:
    """Claim each number that comes, both at once, and pass on what the bot said to it."""

    async def play() -> None:
        async with aiohttp.ClientSession(base_url=address) as client, page_of(client) as page:
            me = Claimant(name, page)
            await me.comes()
            while number := await asyncio.to_thread(numbers.get):
                together.wait(PATIENCE)
                await me.say(f"我来 {number}")
                # A talk keeps its order: with this answered, all that came of the claim is there.
                await me.say("谁值班")
                told.put(await me.hears_until("值班"))

    asyncio.run(play())


async def test_of_two_processes_at_the_same_instant_one_has_it_and_nobody_is_told_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    together = PROCESSES.Barrier(len(HELPERS))
    numbers: dict[str, Queue[int]] = {one: PROCESSES.Queue() for one in HELPERS}
    told: dict[str, Queue[list[str]]] = {one: PROCESSES.Queue() for one in HELPERS}
    with running("demo", "--port", "0") as (_, address):
        each = [(address, one, together, numbers[one], told[one]) for one in HELPERS]
        with side_by_side(claims_by_the_page, *each):
            async with aiohttp.ClientSession(base_url=address) as client:
                for number in range(1, ROUNDS + 1):
                    async with page_of(client) as page:
                        asker = Claimant(ASKERS[number % len(ASKERS)], page, 100 * number)
                        await asker.comes()
                        await asker.say("谁能帮我带两盒牛奶?")
                        await asker.hears_until(f"#{number}")
                        for one in HELPERS:
                            numbers[one].put(number)
                        heard = {
                            one: await asyncio.to_thread(told[one].get, timeout=PATIENCE)
                            for one in HELPERS
                        }
                        one_has_it(number, heard)
                        await asker.say(f"取消 {number}")
                        comes = await asker.hears_until("取消了")
                        assert sum(f"接了 #{number}" in one for one in comes) == 1
            for one in HELPERS:
                numbers[one].put(0)


def one_has_it(number: int, heard: dict[str, list[str]]) -> None:
    """By what the two were told: one is given the door, once, the other a place in line, once."""
    given = {one: sum(f"#{number} 交给您了" in text for text in heard[one]) for one in HELPERS}
    waits = {one: sum(f"先接了 #{number}" in text for text in heard[one]) for one in HELPERS}
    assert sorted(given.values()) == [0, 1]
    assert all(given[one] + waits[one] == 1 for one in HELPERS)


# Two processes at the storage itself, as no bot does it: the row decides, whoever writes.

TASKS = 25


def claims_by_the_row(url: str, person_id: int, together: Barrier, won: Queue[list[int]]) -> None:
    """Take every task that still was open when both had looked at it."""
    mine = []
    with disposing(open_database(url)) as database:
        for number in range(1, TASKS + 1):
            with transaction(database) as tx:
                seen = requests.get(tx, number)
            assert seen is not None
            assert seen.state == "open"
            together.wait(PATIENCE)
            with transaction(database) as tx:
                if requests.move(tx, seen, "claimed", START, who=person_id, why="claimed"):
                    claims.set_state(tx, number, person_id, "held", START)
                    mine.append(number)
            together.wait(PATIENCE)
    won.put(mine)


@pytest.mark.parametrize("kind", SERVERS)
def test_of_two_processes_at_the_same_row_exactly_one_moves_it(tmp_path: Path, kind: str) -> None:
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'linbang.db'}"
        if kind == "postgresql":
            url = stack.enter_context(postgres.server())
        migrate.upgrade(url)
        database = stack.enter_context(disposing(open_database(url)))
        with transaction(database) as tx:
            two = _asked_for(tx)
        together, won = PROCESSES.Barrier(len(two)), PROCESSES.Queue()
        with side_by_side(claims_by_the_row, *((url, one, together, won) for one in two)):
            taken = [number for _ in two for number in won.get(timeout=PATIENCE)]
        assert sorted(taken) == list(range(1, TASKS + 1))
        with transaction(database) as tx:
            for number in taken:
                assert len(claims.holders(tx, number)) == 1
                story = [one.what for one in requests.story(tx, number)]
                assert story == ["made", "claimed"]


def _asked_for(tx: Transaction) -> list[int]:
    """Tasks for the taking; the two who will take them."""
    place = places.add(tx, key="b3", name="3号楼", kind="building")
    asker, *two = (
        people.add(tx, name=name, place_id=place, joined_at=START) for name in ("wang", "li", "gao")
    )
    for _ in range(TASKS):
        fields = {"kind": "need", "category": "supplies", "place_id": place}
        requests.add(tx, START, requester_id=asker, **fields)
    return two
