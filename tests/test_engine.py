"""The engine under what it must bear: crashes, duplicates, a locked or full database, floods."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import event
from sqlmodel import SQLModel
from structlog.testing import capture_logs

from bot.app import App
from bot.clock import PaperClock
from bot.engine import Job, NotRecorded
from bot.gateways.base import Letter
from bot.gateways.paper import PaperGateway
from bot.hearing import Heard
from handlers.kit import Context, Effect, Joined, Left, Message, Sorry, happens
from handlers.reading import Reading
from storage import outbox, people, places, requests, rooms, tables, timers
from storage.db import Transaction, open_database, transaction

NOW = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)
"""Ten o'clock in building 3."""


class Street:
    """Building 3 with Wang and Zhao who live there, Li who helps, and the bot."""

    def __init__(self, database: Database) -> None:
        tables.metadata()
        SQLModel.metadata.create_all(database)
        with transaction(database) as tx:
            self.place = places.add(
                tx, key="b3", name="3号楼", name_en="Building 3", kind="building", number="3"
            )
            rooms.add(tx, gateway="paper", external="b3", name="3号楼群", place_id=self.place)
            self.who = {name: self._moves_in(tx, name) for name in ("wang", "zhao", "li")}
            people.give_role(tx, self.who["li"], self.place, "volunteer", NOW)
        self.clock, self.gateway = PaperClock(NOW), PaperGateway()
        self.app = App(database, [self.gateway], self.clock)
        self._said = 0

    def _moves_in(self, tx: Transaction, name: str) -> int:
        joined = NOW - timedelta(days=90)
        found = people.add(
            tx, name=name, place_id=self.place, joined_at=joined, vouched=True, noticed=True
        )
        people.add_account(tx, found, "paper", name)
        return found

    def message(self, who: str, text: str, **others: Any) -> Message:
        self._said += 1
        now = self.clock.now()
        fields = {"id": f"m{self._said}", "at": now, "arrived": now, "sender_name": who, **others}
        return Message(gateway="paper", conversation="b3", sender=who, text=text, **fields)

    async def says(self, who: str, text: str, **others: Any) -> list[Letter]:
        """Somebody says something; what was sent because of it."""
        before = len(self.gateway.sent)
        await self.app.hear(self.message(who, text, **others))
        await self.app.settle()
        return [letter for _, letter in self.gateway.sent[before:]]

    async def together(self, *heard: Message | Heard) -> list[Letter]:
        """All of it waits for the writer at once; what was sent because of it."""
        before, door = len(self.gateway.sent), threading.Event()
        self.app.engine.submit(Job(lambda _: door.wait(10)))
        answers = [
            self.app.engine.submit(
                one if isinstance(one, Heard) else Heard(one, self.app.read(one))
            )
            for one in heard
        ]
        door.set()
        await asyncio.gather(*answers)
        await self.app.settle()
        return [letter for _, letter in self.gateway.sent[before:]]

    async def name_of(self, who: str) -> str:
        found: str = await self.app.engine.write(lambda tx: people.get(tx, self.who[who]).name)
        return found

    async def numbers(self) -> list[int]:
        found: list[int] = await self.app.engine.write(
            lambda tx: [one.number for one in requests.at_places(tx, [self.place])]
        )
        return sorted(found)


@asynccontextmanager
async def lived_in(database: Database, *, live: bool = False) -> AsyncIterator[Street]:
    street = Street(database)
    await street.app.start(live=live)
    try:
        yield street
    finally:
        await street.app.stop()
        database.dispose()


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    async with lived_in(open_database("sqlite://")) as here:
        yield here


def kinds(letters: list[Letter]) -> list[str]:
    return [letter.kind for letter in letters]


def breaks(ctx: Context) -> Iterator[Effect]:
    """A handler that says and changes something, and then falls over."""
    yield ctx.reply("requests.never_mind")
    people.change(ctx.tx, ctx.who.id, name="half done")
    raise ZeroDivisionError


def regrets(ctx: Context) -> Iterator[Effect]:
    """A handler that says and changes something, and then takes all of it back."""
    yield ctx.reply("requests.never_mind")
    people.change(ctx.tx, ctx.who.id, name="half done")
    raise Sorry("requests.unknown", number=7)


def says_and_regrets(ctx: Context) -> Iterator[Effect]:
    """As `regrets`, but nothing is written yet when it takes it back."""
    yield ctx.reply("requests.never_mind")
    raise Sorry("requests.unknown", number=7)


async def test_a_crash_among_good_events_is_undone_and_apologised_for_once(street: Street) -> None:
    street.app.features.hears["vouch"] = (breaks, 0.0)
    bad = Heard(street.message("zhao", "担保"), Reading(act="vouch", confidence=1))
    with capture_logs() as logs:
        letters = await street.together(
            street.message("wang", "谁能帮我带两盒牛奶?"),
            bad,
            street.message("li", "谁能帮我带一袋大米?"),
        )
    said = kinds(letters)
    assert said.count("bot.crashed") == 1
    assert said.count("requests.noted") == 2
    assert "requests.never_mind" not in said
    assert await street.name_of("zhao") == "zhao"
    assert await street.numbers() == [1, 2]
    assert [one["event"] for one in logs if one["log_level"] == "error"] == ["event failed"]
    assert await street.together(bad) == []


@pytest.mark.parametrize("handler", [regrets, says_and_regrets])
async def test_sorry_takes_everything_back_but_its_reason(street: Street, handler: Any) -> None:
    street.app.features.hears["vouch"] = (handler, 0.0)
    sorry = Heard(street.message("zhao", "担保"), Reading(act="vouch", confidence=1))
    said = kinds(await street.together(street.message("wang", "谁能帮我带两盒牛奶?"), sorry))
    assert said.count("requests.unknown") == 1
    assert said.count("requests.noted") == 1
    assert "requests.never_mind" not in said
    assert await street.name_of("zhao") == "zhao"


async def test_a_message_that_comes_again_is_handled_once(street: Street) -> None:
    plea = street.message("wang", "谁能帮我带两盒牛奶?")
    first = await street.together(plea, plea, plea)
    assert kinds(first).count("requests.noted") == 1
    assert await street.together(plea) == []
    assert await street.numbers() == [1]


async def test_a_deadline_taken_back_leaves_its_longer_namesakes(street: Street) -> None:
    def look(tx: Transaction) -> list[str]:
        for number in (1, 12):
            timers.put(tx, f"settle:{number}", NOW, kind="unconfirmed", ref=number, data={})
            timers.put(tx, f"claim:{number}:5:nudge", NOW, kind="nudge", ref=number, data={})
        timers.drop(tx, "settle:1")
        timers.drop(tx, "claim:1:")
        return [row.key for row in timers.pending(tx)]

    assert sorted(await street.app.engine.write(look)) == ["claim:12:5:nudge", "settle:12"]


async def test_what_is_kept_in_memory_forgets_what_was_undone(street: Street) -> None:
    def fails(tx: Transaction) -> None:
        people.change(tx, street.who["wang"], name="never")
        assert people.get(tx, street.who["wang"]).name == "never"
        raise ValueError

    with capture_logs(), pytest.raises(NotRecorded):
        await street.app.engine.write(fails)
    assert await street.name_of("wang") == "wang"


def impatient(path: Path, pages: dict[str, int]) -> Database:
    """A database that waits for nobody, and has no more than so many pages."""
    database = open_database(f"sqlite:///{path}")

    @event.listens_for(database, "connect")
    def _limit(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA busy_timeout=20")
        connection.execute(f"PRAGMA max_page_count={pages['most']}")

    return database


async def test_what_is_said_while_another_writes_is_answered_afterwards(tmp_path: Path) -> None:
    database = impatient(tmp_path / "linbang.db", {"most": 10**6})
    async with lived_in(database, live=True) as street:
        answered = asyncio.Event()
        street.gateway.before_send = lambda _: answered.set()
        with closing(sqlite3.connect(tmp_path / "linbang.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with capture_logs() as logs:
                with pytest.raises(NotRecorded):
                    await street.app.hear(street.message("zhao", "你好"))
                street.gateway.say(street.message("wang", "谁能帮我带两盒牛奶?"))
                with pytest.raises(NotRecorded):
                    await street.app.engine.write(outbox.depth)
            other.execute("ROLLBACK")
        async with asyncio.timeout(20):
            await answered.wait()
        assert any("locked" in one.get("error", "") for one in logs)
        assert await street.numbers() == [1]


async def test_a_full_disk_loses_nothing_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    pages = {"most": 10**6}
    async with lived_in(impatient(tmp_path / "linbang.db", pages)) as street:

        async def allow(more: int) -> None:
            def limit(tx: Transaction) -> None:
                run = tx.connection.exec_driver_sql
                pages["most"] = run("PRAGMA page_count").scalar_one() + more
                run(f"PRAGMA max_page_count={pages['most']}")

            await street.app.engine.write(limit)

        await street.says("wang", "谁能帮我带两盒牛奶?")
        await allow(2)
        with capture_logs() as logs:
            heard = await _until_full(street)
            assert heard > 0
        assert any("full" in one.get("error", "") for one in logs)
        assert await street.numbers() == list(range(1, heard + 1))
        await allow(1000)
        assert "requests.noted" in kinds(await street.says("li", "谁能帮我带一袋大米?"))
        assert await street.numbers() == list(range(1, heard + 2))


async def _until_full(street: Street) -> int:
    """Strangers plead until the disk is full; how many requests there are then."""
    for turn in range(2, 1000):
        words = f"谁能帮我带{turn}盒牛奶?" + "谢谢大家" * 200
        try:
            await street.app.hear(street.message(f"stranger{turn}", words))
        except NotRecorded as why:
            assert "full" in str(why)  # noqa: PT017  the loop looks for it
            return turn - 1
    raise AssertionError("never full")


async def test_deadlines_ring_once_each_after_the_clock_has_jumped(street: Street) -> None:
    await street.says("wang", "谁能帮我带两盒牛奶?")
    street.clock.set(NOW + timedelta(days=3))
    assert await street.app.ring() > 0
    await street.app.settle()
    asked = [one for _, one in street.gateway.sent if one.kind == "offering.still_open"]
    assert len(asked) <= 1
    assert await street.app.ring() == 0


@pytest.mark.parametrize("wrong", [timedelta(days=400), timedelta(days=-400)])
async def test_a_message_from_a_wrong_clock_is_not_lost(street: Street, wrong: timedelta) -> None:
    said = await street.says("wang", "谁能帮我带两盒牛奶?", at=NOW + wrong)
    expected = "requests.noted" if wrong > timedelta() else "requests.still_needed"
    assert expected in kinds(said)


async def test_ten_thousand_messages_of_one_person_leave_emergencies_heard() -> None:
    async with lived_in(open_database("sqlite://"), live=True) as street:
        alarmed = asyncio.Event()

        def look(letter: Letter) -> None:
            if letter.urgent:
                alarmed.set()

        street.gateway.before_send = look
        for turn in range(10_000):
            plea = turn % 10 == 0
            text = f"谁能帮我带{turn % 7 + 1}盒牛奶?" if plea else f"今天第{turn}次说天气真好"
            street.gateway.say(street.message("wang", text))
        street.gateway.say(street.message("wang", "我胸口痛,喘不上气,救命"))
        async with asyncio.timeout(60):
            await alarmed.wait()
        assert len(street.gateway.sent) < 200
        assert len(await street.numbers()) < 20


ODD = {
    "empty": "",
    "blank": " \u3000\n\t",
    "long": "啊" * 10_000,
    "long English": "ha " * 4_000,
    "control": "\x00\x01\x02\x07\x1b[31m\x7f",
    "emoji": "😀🎉🙏" * 40,
    "flags": "🇨🇳👨‍👩‍👧‍👦🏳️‍🌈",
    "right to left": "مرحبا كيف حالك اليوم",
    "overridden": "\u202eabc\u202c\u2066def\u2069",
    "zero width": "\u200b\u200c\u200d\ufeff\u2060",
    "half a pair": "\ud83d 你好 \udc00",
    "combining": "Z̷̢̛͈" * 200,
    "brackets": "{number} {0} %s %(x)s ${y} '; DROP TABLE person; --",
    "digits": "9" * 5_000,
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
async def test_odd_messages_are_borne(street: Street, text: str) -> None:
    with capture_logs() as logs:
        letters = await street.says("wang", text, sender_name=text[:50] or "wang")
        stranger = await street.says("stranger", text, sender_name=text[:50])
    assert [one for one in logs if one["log_level"] == "error"] == []
    assert letters == []
    assert stranger == []
    assert "requests.noted" in kinds(await street.says("wang", "谁能帮我带两盒牛奶?"))


async def test_what_befalls_a_group_is_taken_once_and_told_its_room_and_speaker(
    street: Street,
) -> None:
    told: list[Context] = []

    @happens(Joined)
    def joined(ctx: Context) -> Iterator[Effect]:
        told.append(ctx)
        yield ctx.post(ctx.room.id if ctx.room else 0, "bot.crashed")

    street.app.features.happens["Joined"] = joined
    event = Joined("paper", "j1", NOW, NOW, "b3", (("new", "新邻居"),), "li")
    for happening in (event, event, Left("paper", "l1", NOW, NOW, "b3", (("new", "新邻居"),))):
        await street.app.engine.handle(happening)
    await street.app.settle()
    assert [ctx.speaker and ctx.speaker.id for ctx in told] == [street.who["li"]]
    assert [letter.conversation for _, letter in street.gateway.sent] == ["b3"]
