"""Notices to many: what an order means, each time once, never before what is urgent."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine as Database

from bot import exchange, worlds
from bot.app import App
from bot.clock import PaperClock
from bot.delivery import Manners
from bot.gateways.base import Letter
from bot.gateways.paper import PaperGateway
from bot.pace import Limits, Pace
from bot.play import parse_text, run
from handlers.broadcasts import calendar, heads
from handlers.kit import Message
from storage import broadcasts, outbox, people, places, rooms
from storage.db import Transaction, transaction

MONDAY = date(2026, 3, 2)
WEEKLY = {"every": "week", "days": [1], "at": 540}
DAILY = {"every": "day", "days": [], "at": 600}


@pytest.fixture
def tx(database: Database) -> Any:
    with transaction(database) as tx:
        exchange.bring_in(tx, exchange.read(worlds.path_of("xingfuli")), NOON)
        yield tx


def understood(tx: Transaction, head: str) -> tuple[Any, ...] | None:
    """Places, audience, time, urgency and collection of a head."""
    near = places.by_key(tx, "xingfuli")
    found = heads.read(tx, head, near.id if near else None, MONDAY)
    if found is None:
        return None
    named = [(place.name if place else "") for at in found.places for place in [places.get(tx, at)]]
    when = found.when.rule or found.when.day or found.when.minute
    return " ".join(named), found.audience, when, found.urgent, found.guide


@pytest.mark.parametrize(
    ("head", "meant"),
    [
        ("给幸福里所有楼群发通知", ("幸福里", "buildings", None, False, None)),
        ("给幸福里所有群发公告", ("幸福里", "groups", None, False, None)),
        ("群发", ("", "groups", None, False, None)),
        ("每周一9点群发", ("", "groups", WEEKLY, False, None)),
        ("@邻帮 每周一早上9:00群发", ("", "groups", WEEKLY, False, None)),
        ("给1、2号楼群发紧急通知", ("1号楼 2号楼", "groups", None, True, None)),
        ("给幸福里1号楼和三号楼发通知", ("1号楼 3号楼", "groups", None, False, None)),
        ("给1到3号楼群发", ("1号楼 2号楼 3号楼", "groups", None, False, None)),
        ("给幸福里的志愿者群发", ("幸福里", "volunteers", None, False, None)),
        ("给3号楼登记的居民群发", ("3号楼", "private", None, False, None)),
        ("今晚8点给2号楼群发", ("2号楼", "groups", MONDAY, False, None)),
        ("每天10点推送健康问答", ("", "groups", DAILY, False, "*")),
        ("每天10点推送《冬季十问》", ("", "groups", DAILY, False, "冬季十问")),
        ("tell all groups of Xingfuli", ("幸福里", "groups", None, False, None)),
        ("every Monday at 9 tell all groups", ("", "groups", WEEKLY, False, None)),
        ("notify buildings 1 and 3", ("1号楼 3号楼", "groups", None, False, None)),
        ("send an urgent notice to building 2", ("2号楼", "groups", None, True, None)),
        ("tell everybody enrolled in building 3", ("3号楼", "private", None, False, None)),
        ("every day at 10 push the health Q&A", ("", "groups", DAILY, False, "*")),
    ],
)
def test_an_order_is_read_whole(tx: Transaction, head: str, meant: tuple[Any, ...]) -> None:
    assert understood(tx, head) == meant


@pytest.mark.parametrize(
    "head",
    [
        "我昨天给他发消息",
        "他说群发",
        "我给大家发个通知",
        "给楼上那家发消息",
        "tell me",
        "please tell my mother",
        "the hotel",
        "今天天气真好",
        "1" * 100,
    ],
)
def test_what_is_not_understood_to_the_last_word_is_no_order(tx: Transaction, head: str) -> None:
    assert understood(tx, head) is None


def test_the_colon_of_an_hour_does_not_end_the_head() -> None:
    assert heads.split("每周一9:00群发:8:30停水") == ("每周一9:00群发", "8:30停水")
    assert heads.split("tell building 2: lift out") == ("tell building 2", "lift out")
    assert heads.split("给2号楼发通知：\n停水\n明天") == ("给2号楼发通知", "停水\n明天")


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Asia/Shanghai", "UTC"])
@pytest.mark.parametrize("minute", [0, 90, 150, 210, 540, 1439])
def test_a_day_has_each_notice_once_through_changes_of_the_clock(zone: str, minute: int) -> None:
    rule = {"every": "day", "days": [], "at": minute}
    due, days = datetime(2027, 1, 1, tzinfo=UTC), list[date]()
    for _ in range(365):
        due = calendar.after(rule, zone, due)
        days.append((due.astimezone(ZoneInfo(zone)) - timedelta(minutes=61)).date())
    shown = {due.astimezone(ZoneInfo(zone)).strftime("%H:%M")}
    assert Counter(days).most_common(1)[0][1] == 1
    assert len(shown) == 1


def test_the_31st_is_the_last_of_a_shorter_month() -> None:
    rule, due, days = (
        {"every": "month", "days": [31], "at": 600},
        datetime(2027, 1, 1, tzinfo=UTC),
        [],
    )
    for _ in range(5):
        due = calendar.after(rule, "Asia/Shanghai", due)
        days.append((due.month, due.day))
    assert days == [(1, 31), (2, 28), (3, 31), (4, 30), (5, 31)]


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("每周一到周五8点", [1, 2, 3, 4, 5]),
        ("每周三、周五8点", [3, 5]),
        ("工作日8点", [1, 2, 3, 4, 5]),
    ],
)
def test_days_of_the_week_are_named_in_many_ways(said: str, days: list[int]) -> None:
    _, when = calendar.read(said, MONDAY)
    assert when.rule == {"every": "week", "days": days, "at": 480}


async def told(talk: str, what: str) -> int:
    """How many notices with these words went out."""
    played = await run(parse_text(f"without: checkins\n{talk}"))
    return sum(line.sender is None and what in line.text for line in played.lines)


ORDERED = "吴站长 to bot: 每天12点给2号楼群发:喝水\n吴站长 to bot: 确认\n"


async def test_however_often_it_is_restarted_each_time_is_said_once() -> None:
    restarts = "(restart)\n(30 seconds later)\n" * 8
    assert await told(f"{ORDERED}(at 11:58)\n{restarts}(5 min later)\n{restarts}", "】喝水") == 1


async def test_of_what_was_missed_only_the_newest_is_said_and_not_hours_late() -> None:
    assert await told(f"{ORDERED}(bot down for 75 hours)\n(1 min later)\n", "】喝水") == 1
    assert await told(f"{ORDERED}(bot down for 80 hours)\n(1 min later)\n", "】喝水") == 0


async def test_a_long_notice_with_lines_goes_out_as_it_was_written() -> None:
    body = "停水通知\n    " + "请大家提前接水。" * 120 + "\n    Thank You"
    sent = "停水通知\n" + "请大家提前接水。" * 120 + "\nThank You"
    talk = f"吴站长 to bot: 给2号楼发通知:{body}\n吴站长 to bot: 确认\n"
    assert await told(talk, f"】{sent}\n") == 1


class Timed(PaperGateway):
    """Notes when each letter went."""

    def __init__(self, clock: PaperClock) -> None:
        super().__init__()
        self._clock = clock
        self.at: list[tuple[float, Letter]] = []

    async def send(self, letter: Letter) -> str:
        self.at.append(((self._clock.now() - NOON).total_seconds(), letter))
        return await super().send(letter)


NOON = datetime(2027, 3, 1, 4, 0, tzinfo=UTC)
GROUPS = 200


@dataclass
class District:
    """A bot on a paced account with many groups, and a coordinator."""

    database: Database

    def __post_init__(self) -> None:
        self.clock = PaperClock(NOON)
        self.gateway = Timed(self.clock)
        manners = Manners(Pace(Limits(jitter=0), lambda: 0.0), hands=4)
        self.app = App(self.database, [self.gateway], self.clock, manners={"paper": manners})
        with transaction(self.database) as tx:
            self._furnish(tx)
        self._said = 0

    @staticmethod
    def _furnish(tx: Transaction) -> None:
        grid = places.add(tx, key="g", name="长街", kind="grid")
        for one in range(GROUPS):
            columns = {"name": f"{one}号楼", "kind": "building", "number": str(one)}
            place = places.add(tx, key=f"b{one}", parent_id=grid, **columns)
            rooms.add(tx, gateway="paper", external=f"r{one}", place_id=place)
        for name, role in (("吴站长", "coordinator"), ("小张", "volunteer")):
            person = people.add(
                tx, name=name, place_id=grid, joined_at=NOON, vouched=True, noticed=True
            )
            people.add_account(tx, person, "paper", name)
            people.give_role(tx, person, grid, role, NOON)

    async def say(self, who: str, text: str) -> None:
        self._said += 1
        now = self.clock.now()
        where = f"private {who}"
        await self.app.hear(
            Message("paper", f"m{self._said}", where, who, who, text, now, now, private=True)
        )

    async def after(self, seconds: float) -> None:
        await self.app.advance(NOON + timedelta(seconds=seconds))

    def when(self, kind: str) -> list[float]:
        return [at for at, letter in self.gateway.at if letter.kind.startswith(kind)]


@pytest.fixture
async def district(database: Database) -> AsyncIterator[District]:
    here = District(database)
    await here.app.start(live=False)
    yield here
    await here.app.stop()


async def test_nothing_urgent_waits_behind_a_notice_to_many(district: District) -> None:
    await district.say("吴站长", "给长街所有楼群发通知:明天停水")
    await district.say("吴站长", "确认")
    await district.after(30)
    begun = len(district.when("broadcasts.notice"))
    assert 0 < begun < GROUPS / 2
    await district.say("小张", "我胸痛,喘不上气")
    await district.after(33)
    danger = district.when("emergencies.")
    assert danger
    assert min(danger) == 30
    assert len(district.when("broadcasts.notice")) - begun <= 2
    await district.after(1500)
    assert len(district.when("broadcasts.notice")) == GROUPS


async def test_an_urgent_notice_overtakes_one_that_is_not(district: District) -> None:
    await district.say("吴站长", "给长街所有楼群发通知:明天停水")
    await district.say("吴站长", "确认")
    await district.after(30)
    await district.say("吴站长", "给7号楼发紧急通知:请绕行")
    await district.say("吴站长", "确认")
    await district.after(40)
    assert district.when("broadcasts.urgent_notice")[0] <= 33


async def test_letters_to_many_are_made_some_at_a_time(district: District) -> None:
    await district.say("吴站长", "给长街所有楼群发通知:明天停水")
    await district.say("吴站长", "确认")
    made = await district.app.engine.write(lambda tx: outbox.depth(tx)[0])
    assert made <= 102
    await district.after(1)
    unmade = await district.app.engine.write(lambda tx: broadcasts.next_targets(tx, 1, GROUPS))
    assert unmade == []
