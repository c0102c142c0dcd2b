"""Help from outside: asked only where it matters, masked, bounded, and never believed blindly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import Engine as Database

from bot.app import App
from bot.clock import PaperClock
from bot.config.tables import Dictating, ReaderHelp, SecondReading
from bot.config.values import Secret
from bot.gateways.paper import PaperGateway
from bot.hearing import Heard
from bot.second.masking import masked
from bot.understanding.reader import Reader
from handlers.kit import Message
from handlers.reading import Reading
from storage import people, places, spending
from storage.db import transaction

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
READER = Reader()
UNSURE = Reading(act="need", category="supplies", confidence=0.6)


def answer(content: object) -> dict[str, Any]:
    return {"choices": [{"message": {"role": "assistant", "content": content}}]}


@dataclass
class Elsewhere:
    """A real server on loopback that answers as it is told, however badly."""

    says: Callable[[web.Request], Awaitable[web.StreamResponse]]
    asked: list[Any] = field(default_factory=list)
    url: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.content_type == "application/json":
            self.asked.append((dict(request.headers), await request.json()))
        else:
            self.asked.append((dict(request.headers), await request.post()))
        return await self.says(request)


def says(body: object, status: int = 200) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(_: web.Request) -> web.StreamResponse:
        text = body if isinstance(body, str) else json.dumps(body)
        return web.Response(text=text, status=status, content_type="application/json")

    return handle


async def never(_: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def away(_: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("http://192.0.2.1/elsewhere")


@asynccontextmanager
async def elsewhere(
    how: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> AsyncIterator[Elsewhere]:
    there = Elsewhere(how)
    app = web.Application()
    app.router.add_post("/v1/chat/completions", there.handle)
    app.router.add_post("/v1/audio/transcriptions", there.handle)
    server = TestServer(app)
    await server.start_server()
    there.url = str(server.make_url("/v1"))
    try:
        yield there
    finally:
        await server.close()


def help_from(url: str, per_day: int = 200) -> ReaderHelp:
    return ReaderHelp(
        llm=SecondReading(
            endpoint=url,
            model="small",
            key=Secret("env:LINBANG_TEST_KEY"),
            deadline=timedelta(milliseconds=300),
            per_day=per_day,
        )
    )


@asynccontextmanager
async def running(database: Database, help_with: ReaderHelp) -> AsyncIterator[App]:
    with transaction(database) as tx:
        place = places.add(tx, kind="building", key="b3", name="3号楼", number="3")
        someone = people.add(tx, name="桂兰", place_id=place, joined_at=NOW, noticed=True)
        people.add_account(tx, someone, "paper", "guilan")
    gateway = PaperGateway()
    app = App(database, [gateway], PaperClock(NOW), reader=READER, help_with=help_with)
    await app.start(live=False)
    try:
        yield app
    finally:
        await app.stop()


def message(text: str, mid: str = "m1", **more: Any) -> Message:
    return Message(
        "paper", mid, "guilan", "guilan", "桂兰", text, NOW, NOW, private=True, to_bot=True, **more
    )


async def heard(app: App, reading: Reading, text: str = "谁有多的袋子不", mid: str = "m1") -> None:
    turns = app.ears[0]._turns
    assert turns is not None
    await turns.submit(Heard(message(text, mid), reading), None)
    await app.settle()


def kinds(app: App) -> list[str]:
    gateway = app.gateways[0]
    assert isinstance(gateway, PaperGateway)
    return [letter.kind for _, letter in gateway.sent]


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINBANG_TEST_KEY", "a-key")


async def test_what_is_unclear_is_asked_about_and_then_acted_on(database: Database) -> None:
    good = says(answer('{"act": "need", "category": "supplies"}'))
    async with elsewhere(good) as there, running(database, help_from(there.url)) as app:
        await heard(app, UNSURE)
        assert kinds(app) == ["requests.what"]
    [(headers, body)] = there.asked
    assert headers["Authorization"] == "Bearer a-key"
    assert body["response_format"]["json_schema"]["strict"] is True


async def test_chatter_after_all_is_met_with_silence(database: Database) -> None:
    chat = says(answer('{"act": "chat", "category": null}'))
    async with elsewhere(chat) as there, running(database, help_from(there.url)) as app:
        await heard(app, UNSURE)
        assert kinds(app) == []


@pytest.mark.parametrize(
    "bad",
    [
        never,
        away,
        says("{", 200),
        says(answer("I am sorry, I cannot help with that.")),
        says(answer(None)),
        says({"choices": []}),
        says([1, 2]),
        says(answer('{"act": "emergency"}')),
        says(answer('{"act": "need", "category": "weapons"}')),
        says(answer('{"act": "need", "also": "give the address"}')),
        says(answer('{"act": "need"}'), 500),
        says("x" * 200_000),
    ],
    ids=[
        *("slow", "sends_away", "malformed", "refuses", "empty", "no_choice", "a_list"),
        *("no_such_act", "no_such_kind", "more_than_asked", "fails", "too_long"),
    ],
)
async def test_an_answer_that_is_no_answer_leaves_the_bot_to_ask_the_neighbour(
    database: Database, bad: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> None:
    async with elsewhere(bad) as there, running(database, help_from(there.url)) as app:
        await heard(app, UNSURE)
        assert kinds(app) == ["requests.really"]


async def test_nobody_there_leaves_the_bot_to_ask_the_neighbour(database: Database) -> None:
    async with running(database, help_from("http://127.0.0.1:9/v1")) as app:
        await heard(app, UNSURE)
        assert kinds(app) == ["requests.really"]


async def test_danger_waits_for_nobody(database: Database) -> None:
    async with elsewhere(never) as there, running(database, help_from(there.url)) as app:
        turns = app.ears[0]._turns
        assert turns is not None
        slow = turns.submit(Heard(message("有多的袋子不", "m1"), UNSURE), None)
        danger = READER.read("救命,我妈没呼吸了")
        assert danger.emergency == "medical"
        await turns.submit(Heard(message("救命,我妈没呼吸了", "m2"), danger), None)
        assert not slow.done()
        await app.settle()
        assert kinds(app)[0].startswith("emergencies.")
        await slow
        assert len(there.asked) == 1, "danger is never shown to anybody outside"


async def test_what_comes_behind_in_the_same_talk_waits_its_turn(database: Database) -> None:
    order: list[str] = []
    async with elsewhere(never) as there, running(database, help_from(there.url)) as app:
        turns = app.ears[0]._turns
        assert turns is not None
        first = turns.submit(Heard(message("有多的袋子不", "m1"), UNSURE), None)
        second = turns.submit(Heard(message("今天真热", "m2"), Reading()), None)
        first.add_done_callback(lambda _: order.append("first"))
        second.add_done_callback(lambda _: order.append("second"))
        await asyncio.gather(first, second)
        await asyncio.sleep(0)
    assert order == ["first", "second"]


async def test_the_days_budget_outlives_a_restart(database: Database) -> None:
    chat = says(answer('{"act": "chat"}'))
    async with elsewhere(chat) as there:
        async with running(database, help_from(there.url, per_day=1)) as app:
            await heard(app, UNSURE, mid="m1")
            await heard(app, UNSURE, mid="m2")
        again = App(
            database,
            [PaperGateway()],
            PaperClock(NOW + timedelta(hours=1)),
            reader=READER,
            help_with=help_from(there.url, per_day=1),
        )
        await again.start(live=False)
        await heard(again, UNSURE, mid="m3")
        await again.stop()
    assert len(there.asked) == 1


def test_a_new_day_has_a_new_budget(database: Database) -> None:
    day = NOW.astimezone(ZoneInfo("Asia/Shanghai")).date()
    with transaction(database) as tx:
        assert [spending.spend(tx, "opinion", day, 2) for _ in range(3)] == [True, True, False]
        assert spending.spend(tx, "opinion", day + timedelta(days=1), 2)
        assert spending.spend(tx, "dictation", day, 1)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("王奶奶在3号楼2单元501,电话13912345678,想要袋子", ("王奶奶", "501", "139", "3号楼")),
        ("请帮小李带两盒牛奶到老钱家", ("小李", "老钱")),
        ("Could Mrs Okafor get a lift from flat 12B, call 07700 900123", ("Okafor", "900123")),
        ("tell Emma that Sarah Jones needs bags", ("Emma", "Sarah", "Jones")),
        ("我是桂兰,谁有梯子", ("桂兰",)),
    ],
)
def test_names_doors_and_numbers_are_masked(text: str, hidden: tuple[str, ...]) -> None:
    shown = masked(text, READER.read(text), ("桂兰",))
    assert [one for one in hidden if one in shown] == []


def test_amounts_and_own_kin_stay_readable() -> None:
    text = "我奶奶要2盒牛奶"
    assert masked(text, READER.read(text)) == text


async def test_a_voice_message_is_written_down_and_read(database: Database) -> None:
    wrote = says({"text": "帮我买两盒牛奶"})
    async with elsewhere(wrote) as there:
        speech = ReaderHelp(speech=Dictating(endpoint=there.url, model="ear"))
        async with running(database, speech) as app:
            turns = app.ears[0]._turns
            assert turns is not None

            async def sound(_: Message) -> bytes:
                return b"ID3 some sound"

            spoken = message("", voice=True)
            await turns.submit(Heard(spoken, READER.read("")), sound)
            await app.settle()
            assert "requests.noted" in kinds(app)


async def test_a_voice_that_cannot_be_written_down_goes_to_a_person(database: Database) -> None:
    async with elsewhere(says({"error": "busy"}, 503)) as there:
        speech = ReaderHelp(speech=Dictating(endpoint=there.url, model="ear"))
        async with running(database, speech) as app:
            turns = app.ears[0]._turns
            assert turns is not None

            async def sound(_: Message) -> bytes:
                return b"ID3 some sound"

            await turns.submit(Heard(message("", voice=True), READER.read("")), sound)
            await app.settle()
            assert kinds(app) == ["voices.please_write"]
