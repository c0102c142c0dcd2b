"""A road that is lost: deaf, logged out; who is told, by which other road, and what afterwards."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine as Database

from bot.gateways.base import Letter
from bot.gateways.paper import PaperGateway
from handlers.kit import LoggedIn, LoggedOut
from storage import people
from storage.db import Transaction
from storage.roads import gaps
from tests.paper_wechat import NOW, Quarter, kinds, lived_in


@pytest.fixture
async def quarter(database: Database) -> AsyncIterator[Quarter]:
    async with lived_in(database) as here:
        await here.bound()
        await here.app.watch()
        yield here


async def test_deafness_is_told_outside_once_and_the_gap_afterwards(quarter: Quarter) -> None:
    quarter.wechat.deaf_since = NOW
    await quarter.passes(timedelta(minutes=4))
    await quarter.app.watch()
    assert quarter.alarms == []
    for _ in range(3):
        await quarter.passes(timedelta(minutes=2))
        await quarter.app.watch()
    assert kinds(await quarter.passes(timedelta())) == []
    assert len(quarter.alarms) == 1
    assert "听不到 wechat" in quarter.alarms[0]
    assert "nothing on wechat" in quarter.alarms[0]
    quarter.wechat.deaf_since = None
    await quarter.app.watch()
    told = await quarter.passes(timedelta())
    assert [(one.conversation, one.kind) for one in told] == [("wu", "roads.hears_again")]
    assert "10:00" in told[0].text
    assert "10:10" in told[0].text
    [gap] = await quarter.looks(lambda tx: gaps(tx, "wechat"))
    assert gap.ended - gap.began == timedelta(minutes=10)


async def test_a_gap_from_before_a_restart_is_told_too(quarter: Quarter) -> None:
    quarter.wechat.deaf_since = NOW
    await quarter.passes(timedelta(minutes=6))
    await quarter.app.watch()
    quarter.wechat.deaf_since = None
    for ear in quarter.app.ears:
        ear._is_deaf = None  # as after a restart
    await quarter.app.watch()
    assert kinds(await quarter.passes(timedelta())) == ["roads.hears_again"]


async def test_a_log_out_is_told_by_another_road(database: Database) -> None:
    async with lived_in(database) as quarter:
        other = PaperGateway("other")
        bot = quarter.app
        await bot.stop()
        quarter.app = type(bot)(
            database,
            [quarter.wechat, other],
            quarter.clock,
            bound={"wechat"},
            outside=quarter._alarm,
        )
        await quarter.app.start(live=False)
        await quarter.bound()
        wu = await quarter.person("wu")
        assert wu is not None
        await quarter.looks(lambda tx: people.add_account(tx, wu.id, "other", "wu there"))
        await quarter.happens(LoggedIn, account="bot", account_name="邻帮")
        assert await quarter.happens(LoggedOut, account="bot") == []
        assert [letter.kind for _, letter in other.sent] == ["roads.logged_out"]
        assert len(quarter.alarms) == 1
        await quarter.happens(LoggedOut, account="bot")
        assert len(quarter.alarms) == 1
        await quarter.happens(LoggedIn, account="bot")
        assert len(quarter.alarms) == 2
        assert "又登录了" in quarter.alarms[1]


async def test_nothing_is_sent_to_an_account_that_is_logged_out(quarter: Quarter) -> None:
    assert await quarter.happens(LoggedOut, account="bot") == []
    assert len(quarter.alarms) == 1


async def test_nobody_is_alarmed_about_a_silence_that_is_the_bots(database: Database) -> None:
    async with lived_in(database, greets=True) as quarter:

        def links(tx: Transaction) -> None:
            for account, name in (("wang", "王奶奶"), ("li", "小李"), ("wu", "吴站长")):
                people.add_account(tx, people.named(tx, name)[0].id, "wechat", account)

        await quarter.looks(links)
        await quarter.app.watch()
        greeted = await quarter.passes(timedelta(hours=22, minutes=35))
        assert "wang" in {letter.conversation for letter in greeted}
        quarter.wechat.deaf_since = quarter.clock.now()
        await quarter.passes(timedelta(minutes=6))
        await quarter.app.watch()
        assert _about_wang(await quarter.passes(timedelta(hours=1, minutes=30))) == []
        quarter.wechat.deaf_since = None
        await quarter.app.watch()
        again = await quarter.passes(timedelta(minutes=2))
        assert {one.conversation for one in _about_wang(again)} == {"wang"}
        assert kinds(await quarter.says("wang", "嗯"))[0].startswith("checkins.")
        assert _about_wang(await quarter.passes(timedelta(hours=2))) == []


def _about_wang(letters: list[Letter]) -> list[Letter]:
    """Those that name her; others have no account here and are looked after from the start."""
    return [one for one in letters if "王奶奶" in one.text]
