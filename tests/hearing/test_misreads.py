"""Messages that were once misread, each read as a neighbour means it."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.understanding.reader import Reader
from bot.understanding.talk import Talk

READER = Reader()
ASKS = 0.5  # from here on the bot at least asks


@pytest.mark.parametrize(
    "text",
    [
        "求助",
        "救命啊谁来帮帮我",
        "有谁能陪我去医院吗",
        "谁能帮忙送点菜?",
        "我家厨房水槽下面一直往外冒水",
        "我要验孕棒",
        "要退烧药",
        "老公发烧39度5，家里没药了，能帮忙吗",
        "any plumber here? pipe blocked",
        "someone pls help my sink leaks",
    ],
)
def test_a_plea_in_few_words_is_heard(text: str) -> None:
    reading = READER.read(text)
    assert (reading.act, reading.confidence >= ASKS) == ("need", True)


@pytest.mark.parametrize(
    "text",
    ["好吧我来看看电视", "我来过", "周末的绘画班照常,欢迎带孩子来", "我爷爷当年就是心梗走的"],
)
def test_talk_that_sounds_like_an_act_is_talk(text: str) -> None:
    reading = READER.read(text)
    assert (reading.act, reading.emergency) == ("chat", None)


def test_a_burst_pipe_is_no_fire_and_a_fall_one_cannot_rise_from_is_an_emergency() -> None:
    burst = READER.read("急!家里水管爆了")
    assert (burst.act, burst.category, burst.emergency) == ("need", "repair", None)
    assert READER.read("厨房爆炸了,着火了").emergency == "fire"
    assert READER.read("我摔了一跤起不来").emergency == "medical"


@pytest.mark.parametrize(
    ("talk", "text", "act"),
    [
        (Talk(holds_task=True), "拿到了，已经给老人家了", "done"),
        (Talk(holds_task=True), "got it, dropped it at the door", "done"),
        (Talk(holds_task=True), "120来了", "done"),
        (Talk(holds_task=True), "送上救护车了", "done"),
        (Talk(has_request=True), "120来了", "confirm"),
    ],
)
def test_news_of_a_task_is_heard_by_what_the_speaker_has_open(
    talk: Talk, text: str, act: str
) -> None:
    assert READER.in_talk(READER.read(text), text, talk).act == act


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("谁能帮忙送点菜?", [("蔬菜", None)]),
        ("我是3号楼502的,谁能帮我买点菜?", [("蔬菜", None)]),
        ("need 3 boxes of eggs", [("鸡蛋", 3)]),
        ("need 1 bag of rice", [("大米", 1)]),
        ("sink is blocked, water", [("疏通下水道", None)]),
        ("谁能帮我\x07买\x1b[31m菜", [("蔬菜", None)]),
    ],
)
def test_what_is_wanted_is_named_once(text: str, items: list[tuple[str, float | None]]) -> None:
    assert [(item.name, item.quantity) for item in READER.read(text).items] == items


def test_mark_up_is_no_part_of_a_message() -> None:
    plain = READER.heard("<b>谁能帮我买</b><script>alert(1)</script>菜").plain.text
    assert plain == "谁能帮我买alert(1)菜"
    assert READER.heard("3 < 5 and 7 > 6").plain.text == "3 < 5 and 7 > 6"


def test_an_hour_that_no_clock_shows_is_no_time() -> None:
    at = datetime.fromisoformat("2026-03-02T10:00:00+08:00")
    assert READER.read("改到明天25点", at=at).when is None
    assert READER.read("改到明天15点", at=at).when is not None
