"""Whole stories in WeChat: the real bot on a real puppet service, from first word to last."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Engine as Database

from bot import exchange, worlds
from bot.app import App
from bot.carry import carry_out
from bot.clock import PaperClock
from bot.delivery import Manners
from handlers import talks as talking
from handlers.kit import Both, Context
from handlers.policy import Policy
from storage import checkins, codes, outbox, people, requests, talks
from storage.db import Transaction, transaction
from storage.outbox import LETTER
from tests.puppet.account import SOON, hearing
from tests.puppet.server import PuppetServer, serving

NOW = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)
"""Monday, ten o'clock in 幸福里."""
ROOM = "b3@chatroom"
KNOWN = {"wang": "王奶奶", "li": "小李", "wu": "吴站长", "zhou": "周医生"}
"""WeChat ids and whose they are."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PuppetServer]:
    with serving(tmp_path_factory.mktemp("platform")) as server:
        yield server


class Story:
    """The compound, its WeChat, and the bot in it, live."""

    def __init__(self, server: PuppetServer, app: App, clock: PaperClock) -> None:
        self.server, self.app, self._clock = server, app, clock
        self._read = 0

    async def says(self, who: str, text: str, room: str | None = None, **more: Any) -> None:
        await self.server.say(who, text, room, at=self._at(), **more)

    async def shows(self, who: str, data: bytes, room: str | None = None) -> None:
        await self.server.show(who, "photo.jpg", data, room, at=self._at())

    def _at(self) -> int:
        return int(self._clock.now().timestamp() * 1000)

    async def hears(self, where: str, words: str) -> dict[str, Any]:
        """What the bot says next there that holds these words."""
        try:
            async with asyncio.timeout(SOON):
                while True:
                    for one in await self.server.sent(after=self._read):
                        if one["conversation"] == where and words in one["text"]:
                            return one
                    await asyncio.sleep(0.02)
        except TimeoutError:
            said = {f"{one['conversation']}: {one['text']}" for one in await self.server.sent()}
            raise AssertionError(f"no {words!r} in {where}; but {said}") from None

    async def turns_page(self) -> None:
        """What was sent until now is no answer to what comes."""
        self._read += len(await self.server.sent(after=self._read))

    async def looks(self, look: Callable[[Transaction], Any]) -> Any:
        return await self.app.engine.write(look)

    async def until(self, look: Callable[[Transaction], Any]) -> None:
        """Wait until this is so."""
        async with asyncio.timeout(SOON):
            while not await self.looks(look):  # noqa: ASYNC110  it tells nobody
                await asyncio.sleep(0.02)

    async def code(self, name: str) -> str:
        def make(tx: Transaction) -> str:
            letters = iter("ABCDE23456")
            person = people.named(tx, name)[0].id
            until = self._clock.now() + timedelta(minutes=30)
            return codes.make(tx, self._clock.now(), until, lambda _: next(letters), person)

        made: str = await self.looks(make)
        return made


@asynccontextmanager
async def told(server: PuppetServer, folder: Path, database: Database) -> AsyncIterator[Story]:
    """A story begins: people of the import with their WeChat ids, a group bound to building 3."""
    await server.ask("reset")
    await server.people(*KNOWN, "wu2", "he", rooms={ROOM: [*KNOWN, "he"]})
    with transaction(database) as tx:
        exchange.bring_in(tx, exchange.read(worlds.path_of("xingfuli")), NOW)
        for account, name in KNOWN.items():
            if account != "wu":
                people.add_account(tx, people.named(tx, name)[0].id, "wechat", account)
        tx.run(people.PERSON.update().values(noticed=True))
    clock = PaperClock(NOW)
    async with hearing(server, folder, clock=clock) as ear:
        manners = {"wechat": Manners(echo_within=timedelta(minutes=1))}
        app = App(database, [ear.gateway], clock, manners=manners, bound={"wechat"})
        await app.start()
        story = Story(server, app, clock)
        try:
            await story.says("wu", f"@邻帮 绑定 3号楼 {await story.code('吴站长')}", ROOM)
            await story.hears(ROOM, "这里就是3号楼的群")
            await story.turns_page()
            yield story
        finally:
            await app.stop()


@pytest.fixture
async def story(running: PuppetServer, tmp_path: Path, database: Database) -> AsyncIterator[Story]:
    async with told(running, tmp_path, database) as one:
        yield one


async def test_from_a_plea_in_the_group_to_a_confirmed_delivery(story: Story) -> None:
    await story.says("wang", "谁能帮我带两盒牛奶?", ROOM)
    noted = await story.hears(ROOM, "记下了 #1")
    assert noted["mentions"] == ["wang"]
    await story.hears("li", "#1 3号楼求助：牛奶2盒")
    await story.says("li", "我来", ROOM)
    thanks = await story.hears(ROOM, "#1 交给你了")
    assert "502" not in thanks["text"]
    details = await story.hears("li", "#1 交给您了")
    assert "502" in details["text"]
    await story.hears("wang", "小李接了 #1")
    await story.says("li", "出发了")
    await story.hears("wang", "小李已经出发了")
    await story.says("li", "好了")
    await story.hears("wang", "#1")
    await story.until(lambda tx: requests.get(tx, 1).state == "done")  # type: ignore[union-attr]
    await story.says("wang", "收到了,谢谢")
    await story.until(lambda tx: requests.get(tx, 1).outcome == "done")  # type: ignore[union-attr]
    await story.hears("li", "谢")


async def test_a_check_in_is_answered_by_direct_message(story: Story) -> None:
    await story.app.advance(NOW + timedelta(hours=22, minutes=31))
    greeting = await story.hears("wang", "王奶奶")
    assert "早上好" in greeting["text"]
    await story.says("wang", "嗯")
    await story.hears("wang", "好，知道了")

    def closed(tx: Transaction) -> bool:
        [mine] = [
            one
            for one in tx.rows(checkins.Checkin, checkins.CHECKIN.select())
            if people.get(tx, one.person_id).name == "王奶奶" and one.day == "2027-03-02"
        ]
        return bool((mine.state, mine.outcome) == ("closed", "ok"))

    await story.until(closed)


async def test_a_photo_and_what_is_said_about_it_are_one_report(story: Story) -> None:
    out = io.BytesIO()
    Image.effect_noise((600, 400), 80).convert("RGB").save(out, "JPEG", quality=95)
    assert len(out.getvalue()) > 20_000  # a box with an id: it is fetched as a stream
    await story.shows("li", out.getvalue(), ROOM)
    await story.until(lambda tx: tx.memo.get("pictures"))
    await story.says("li", "3号楼楼道灯坏了", ROOM)
    await story.hears(ROOM, "记下了 #1：3号楼，楼道灯坏了")
    report = await story.looks(lambda tx: requests.get(tx, 1))
    assert report.kind == "report"
    assert [photo["media_type"] for photo in report.data["photos"]] == ["image/jpeg"]


async def test_a_friend_request_ends_in_a_registered_volunteer(story: Story) -> None:
    await story.server.ask("friendship", id="f1", contactId="he")
    await story.hears("he", "怎么称呼")
    assert ["friend", "f1"] in await story.server.ask("deeds", atLeast=1)
    await story.says("he", "何敏，3号楼2单元602")
    await story.hears("he", "记下了，3号楼的何敏")
    await story.says("he", "我想当志愿者")
    await story.hears("he", "欢迎加入志愿者")

    def is_volunteer(tx: Transaction) -> bool:
        he = people.by_account(tx, "wechat", "he")
        return he is not None and "volunteer" in people.roles_at(tx, he.id, he.place_id)

    assert await story.looks(is_volunteer)
    await story.says("wang", "谁能帮我带两盒牛奶?", ROOM)
    await story.says("he", "我来", ROOM)
    # Nobody new learns a door without the coordinator's nod.
    await story.hears("wu", "何敏想接 #1")


async def _consult(story: Story) -> None:
    """What the feature of consultations does: bring two together about #9."""

    def begin(tx: Transaction) -> int:
        members = [people.by_account(tx, "wechat", one).id for one in ("wang", "zhou")]  # type: ignore[union-attr]
        ctx = Context(tx, story.app.clock.now(), Policy())
        title = Both("问诊 #9", "Consultation #9")
        effects = talking.open_talk(ctx, "consult", 9, members, title, "talks.together")
        return carry_out(ctx, effects, story.app.words)

    await story.looks(begin)


async def test_three_talk_in_a_room_of_their_own(story: Story) -> None:
    await _consult(story)
    [[_, room, topic, members]] = await story.server.ask("deeds", atLeast=1)
    assert (topic, members) == ("问诊 #9", ["wang", "zhou"])
    opening = await story.hears(room, "#9")
    assert sorted(opening["mentions"]) == ["wang", "zhou"]
    await story.turns_page()
    await story.says("wang", "医生,有没有退烧药?", room)
    await story.says("zhou", "多少度?", room)
    await story.says("zhou", "结束对话", room)
    await story.hears(room, "到这里结束")
    assert len(await story.server.sent(after=story._read)) == 1
    assert await story.looks(lambda tx: talks.live(tx, "consult", 9)) is None


async def test_where_no_room_can_be_made_the_bot_carries_the_words(story: Story) -> None:
    await story.server.ask("fault", method="roomCreate", how="error", code=12)
    await _consult(story)
    await story.hears("wang", "我会转给周医生")
    await story.hears("zhou", "我会转给王奶奶")
    await story.says("wang", "医生,我头晕")
    await story.hears("zhou", "王奶奶：医生,我头晕")
    await story.says("zhou", "量一下血压")
    await story.hears("wang", "周医生：量一下血压")


async def test_who_takes_no_direct_message_is_asked_in_the_group(story: Story) -> None:
    await story.server.ask("people", contacts=[{"id": "li", "name": "小李", "friend": False}])
    await story.says("wang", "谁能帮我带两盒牛奶?", ROOM)
    asked = await story.hears(ROOM, "请点我的头像")
    assert asked["mentions"] == ["li"]
    assert "牛奶" not in asked["text"]


async def test_a_send_that_is_not_confirmed_is_known_by_its_echo(story: Story) -> None:
    await story.server.ask("fault", method="messageSendText", how="swallow", times=1)
    await story.says("wang", "谁能帮我带两盒牛奶?", ROOM)
    await story.hears(ROOM, "记下了 #1")
    await story.until(lambda tx: _states(tx, "requests.noted") == ["sent"])
    await story.app.advance(NOW + timedelta(minutes=5))
    said = [one["text"] for one in await story.server.sent()]
    assert sum("记下了 #1" in text for text in said) == 1


async def test_without_echoes_only_what_is_urgent_is_said_again(story: Story) -> None:
    await story.server.ask("manners", echoes=False)
    await _swallow(story)
    await story.says("wang", "谁能帮我带两盒牛奶?", ROOM)
    await story.until(lambda tx: _states(tx, "requests.noted") == ["unsure"])
    await _swallow(story, 0)
    await story.app.advance(NOW + timedelta(minutes=1, seconds=30))
    await story.until(lambda tx: _states(tx, "requests.noted") == ["unknown"])
    await _swallow(story)
    await story.says("wang", "我胸口痛,喘不上气", ROOM)
    await story.until(lambda tx: "unsure" in _states(tx, "emergencies."))
    await _swallow(story, 0)
    await story.app.advance(NOW + timedelta(minutes=4))
    await story.until(lambda tx: set(_states(tx, "emergencies.")) == {"sent"})


async def _swallow(story: Story, times: int = 100) -> None:
    """So many words of the bot are taken, and never confirmed."""
    await story.server.ask("fault", method="messageSendText", how="swallow", times=times)


def _states(tx: Transaction, kind: str) -> list[str]:
    """How it stands with the letters of a kind."""
    chosen = LETTER.select().where(LETTER.c.kind.startswith(kind), LETTER.c.gateway == "wechat")
    return [one.state for one in tx.rows(outbox.LetterRow, chosen)]
