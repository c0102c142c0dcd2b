"""Alerts: answers read and not counted, duty doubled and put back, nothing lost or done twice."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from bot.play import parse_text, run
from bot.understanding.reader import Reader
from bot.understanding.recast import recast
from bot.understanding.talk import Talk
from handlers.alerts import answering
from handlers.kit import Context, Message
from handlers.policy import Policy
from storage import alerts, duty, erasure, people, places
from storage.db import Transaction, transaction
from storage.rosters import add, change

NOW = datetime(2026, 7, 20, 11, tzinfo=UTC)
READER = Reader()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        *[(one, "safe") for one in ("平安", "我没事", "都好", "嗯", "好的", "没漏水,平安", "👍")],
        *[(one, "safe") for one in ("I am safe", "fine", "ok", "no flooding, all is well")],
        *[(one, "help") for one in ("水进屋了", "停电了", "家里漏水了", "我摔了", "头晕,不舒服")],
        *[(one, "help") for one in ("窗户碎了", "被困在电梯里", "帮帮我", "没吃的了")],
        *[(one, None) for one in ("你们那边停电了吗", "什么时候停雨?", "is the power off?")],
        *[(one, "help") for one in ("water is coming in", "no power", "I fell", "please help")],
    ],
)  # fmt: skip
def test_answers_are_read_and_not_counted(database: Engine, text: str, said: str | None) -> None:
    plain = READER.read(text)
    reading = recast(plain, text, Talk(asked="well"))
    message = Message("paper", "1", "c", "s", "甲", text, NOW, NOW, private=True)
    with transaction(database) as tx:
        ctx = Context(tx, NOW, Policy(), reading=reading, message=message)
        assert answering.said(ctx) == said


def _people(tx: Transaction, names: Sequence[str]) -> tuple[int, list[int]]:
    place = places.add(tx, key="b1", name="1号楼", kind="building")
    found = []
    for name in names:
        found.append(people.add(tx, name=name, place_id=place, joined_at=NOW))
        people.add_account(tx, found[-1], "local", name)
    return place, found


def test_a_turn_that_is_taken_back_is_gone_even_if_it_began_yesterday(database: Engine) -> None:
    with transaction(database) as tx:
        place, [one] = _people(tx, ["甲"])
        row = add(tx, place_id=place, people=[one], start=1200, end=360, from_day="2026-07-20",
                  until_day="2026-07-20")  # fmt: skip
        night = datetime(2026, 7, 20, 21, tzinfo=UTC)  # five in the morning there
        assert duty.on_duty(tx, place, night) == [one]
        change(tx, row, until_day="0001-01-01")
        assert duty.on_duty(tx, place, night) == []


def test_the_roll_is_forgotten_a_while_after_the_end_and_totals_stay(database: Engine) -> None:
    with transaction(database) as tx:
        place, [leader, elder] = _people(tx, ["甲", "乙"])
        key = alerts.add(tx, NOW, place_id=place, text="台风", asked_by=leader)
        alerts.move(tx, alerts.get(tx, key), "on", begun_at=NOW)
        alerts.call(tx, alert_id=key, person_id=elder, asked_at=NOW)
        assert alerts.forget(tx, NOW + timedelta(days=900)) == 0  # it is still on
        alerts.move(tx, alerts.get(tx, key), "over", over_at=NOW, totals={"all": 1})
        assert alerts.forget(tx, NOW + timedelta(days=1)) == 1
        assert alerts.roll(tx, key) == []
        assert alerts.get(tx, key).totals == {"all": 1}


def test_whoever_wishes_to_be_forgotten_is_on_no_roll_and_no_list(database: Engine) -> None:
    with transaction(database) as tx:
        place, [leader, elder] = _people(tx, ["甲", "乙"])
        alerts.mark(tx, elder, leader, NOW)
        key = alerts.add(tx, NOW, place_id=place, text="台风", asked_by=leader)
        alerts.call(tx, alert_id=key, person_id=elder, asked_at=NOW)
        erasure.erase(tx, elder)
        assert (alerts.marked(tx), alerts.roll(tx, key)) == ([], [])


BEGIN = """start: 2026-07-20 19:00
without: duty

吴站长 to bot: 启动警戒:台风,关好门窗
(...)
吴站长 to bot: 确认
(...)
"""


async def _said(talk: str) -> list[tuple[str, str | None]]:
    """``(text key, listener)`` of all that the bot said privately or in groups after the talk."""
    played = await run(parse_text(BEGIN + talk))
    return [(line.key, line.to) for line in played.lines if line.sender is None]


@pytest.mark.parametrize("kill", ["", "(restart)\n(...)\n"], ids=["no restart", "a restart"])
async def test_everybody_is_asked_once_and_again_whatever_happens_between(kill: str) -> None:
    said = await _said(f"{kill}(10 min later)\n(...)\n{kill}(10 min later)\n(...)\n{kill}")
    elders = {"王奶奶", "沈奶奶", "陈爷爷", "蒋爷爷"}
    for key in ("alerts.roll", "alerts.roll_again"):
        assert sorted(to or "" for one, to in said if one == key) == sorted(elders)
    asked = [to for one, to in said if one == "lookins.neighbour"]
    assert sorted(map(str, asked)) == sorted(["李阿姨", "郑阿姨", "孙阿姨", "小陈"])


async def test_a_drill_is_called_so_in_every_line() -> None:
    talk = """start: 2026-07-20 10:00
without: duty, checkins

吴站长 to bot: 把王奶奶列为重点
(...)
吴站长 to bot: 启动演练:防汛演练
(...)
吴站长 to bot: 确认
(...)
(30 min later)
(...)
李强 to bot: 演练情况
(...)
吴站长 to bot: 演练情况
(...)
吴站长 to bot: 解除演练
(...)
吴站长 to bot: 确认
(...)
"""
    played = await run(parse_text(talk))
    at = next(n for n, line in enumerate(played.lines) if line.text == "启动演练:防汛演练")
    bot = [line.text for line in played.lines[at:] if line.sender is None]
    assert len(bot) > 15
    assert [text for text in bot if "【演练】" not in text] == []


async def test_nobody_but_those_who_serve_reads_a_name_or_a_door() -> None:
    talk = "(20 min later)\n(...)\n吴站长: 点名还有谁没回?\n(...)\n张阿姨: 点名还有谁没回?\n(...)\n"
    played = await run(parse_text(BEGIN + talk))
    groups = [line.text for line in played.lines if line.sender is None and not line.private]
    elders = ("王奶奶", "沈奶奶", "陈爷爷", "蒋爷爷")
    assert [text for text in groups if any(one in text for one in elders)] == []
    doors = [line.to for line in played.lines if line.key == "alerts.missing"]
    assert doors == ["吴站长"]


@pytest.mark.parametrize("seed", range(3))
async def test_every_silence_ends_at_somebody_and_every_count_adds_up(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  the same street each time
    elders = [f"老人{letter}" for letter in "甲乙丙丁戊己庚辛壬癸"]
    talk = ["start: 2026-07-20 10:00", "without: checkins, duty"]
    talk += [f"person: {one}, building {dice.randrange(1, 4)}" for one in elders]
    talk += ["", *(f"吴站长 to bot: 把{one}列为重点" for one in elders)]
    talk += ["吴站长 to bot: 启动警戒:台风", "吴站长 to bot: 确认"]
    silent = []
    for one in elders:
        answer = dice.choice(["平安", "水进屋了", ""])
        if answer:
            talk.append(f"{one} to bot: {answer}")
        else:
            silent.append(one)
        if dice.random() < 0.3:
            talk.append("(restart)")
    talk += ["(12 min later)", "(restart)", "(12 min later)", "吴站长 to bot: 警戒情况"]
    played = await run(parse_text("\n".join(talk) + "\n"))
    bot = [line for line in played.lines if line.sender is None]
    status = next(line.text for line in bot if line.key == "alerts.status")
    all_, safe, unknown, needs = map(int, re.findall(r"(?:点名|平安|还没回|要帮忙) (\d+)", status))
    assert (all_, unknown) == (len(elders), len(silent))
    assert safe + unknown + needs == all_
    texts = [line.text for line in bot if line.key == "lookins.neighbour"]
    asked = {one for one in elders if any(one in text for text in texts)}
    assert asked == set(silent)
    assert sorted(line.to or "" for line in bot if line.key == "alerts.roll") == sorted(elders)
