"""How a check-in is settled and answered in plain words, both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.words import load, sentences
from handlers.checkins import hours, reports, terms
from handlers.sentences import Sentences

DOCS = Path(__file__).parent.parent / "docs" / "checkins.md"
KNOWN = {
    1: ("王奶奶", "Granny Wang"),
    2: ("沈奶奶", "Granny Shen"),
    3: ("黄伯", "Uncle Huang"),
    4: ("Mr Okafor", "Mr Okafor"),
}


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        (
            "给沈奶奶加上每天9点的问候,结对邻居李阿姨",
            "沈奶奶",
            ([540], "red", "", None, {"neighbour": ["李阿姨"]}),
        ),
        (
            "check on Grandma Shen every day at 9, paired neighbour Auntie Li",
            "Grandma Shen",
            ([540], "red", "", None, {"neighbour": ["auntie li"]}),
        ),
        (
            "给沈奶奶加上隔天9点和18点的问候,"
            "家人王芳、陈建国 13900000000,钥匙在老钱那里,由小李打电话",
            "沈奶奶",
            (
                [540, 1080],
                "yellow",
                "",
                "call",
                {
                    "family": ["王芳", "陈建国13900000000"],
                    "key_holder": ["老钱"],
                    "caller": ["小李"],
                },
            ),
        ),
        (
            "check on Mr Okafor every other day at 9 and 6 pm, "
            "family Ann and Bo, key with Liza, rung by Emma",
            "Mr Okafor",
            (
                [540, 1080],
                "yellow",
                "",
                "call",
                {"family": ["ann", "bo"], "key_holder": ["liza"], "caller": ["emma"]},
            ),
        ),
        ("沈奶奶的问候改成每周一三五9点", "沈奶奶", ([540], "green", "135", None, {})),
        ("change my check-in to every Monday at 10", "", ([600], None, "1", None, {})),
        (
            "沈奶奶的问候改成上门,由马师傅上门",
            "沈奶奶",
            ([], None, "", "door", {"caller": ["马师傅"]}),
        ),
        ("沈奶奶的结对邻居没有", "沈奶奶", ([], None, "", None, {"neighbour": []})),
        ("my key is with Auntie Li", "", ([], None, "", None, {"key_holder": ["auntie li"]})),
        (
            "每天9点打电话问候沈奶奶,监护人沈丽",
            "沈奶奶",
            ([540], "red", "", "call", {"guardian": ["沈丽"]}),
        ),
        ("今天天气真好", "", ([], None, "", None, {})),
    ],
)
def test_terms_are_read_from_words(text: str, name: str, found: tuple[object, ...]) -> None:
    read = terms.read(text, without=name)
    assert (read.at, read.tier, read.weekdays, read.channel, read.people) == found


def test_named_weekdays_are_the_days_and_every_day_takes_them_back() -> None:
    assert terms.read("改成每周一三五").columns() == {"tier": "red", "weekdays": "135"}
    assert terms.read("改成每周四").columns() == {"tier": "green", "weekdays": "4"}
    assert terms.read("every day").columns() == {"tier": "red", "weekdays": "1234567"}


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("早晚8点", [480, 1200]),
        ("9点和18点", [540, 1080]),
        ("二十点半", [1230]),
        ("at 9 and 6 pm", [540, 1080]),
        ("every day at 9:15", [555]),
        ("at 12 am", [0]),
        ("每周一三五9点", [540]),
        ("3号楼", []),
        ("8:75", []),
    ],
)
def test_several_hours_are_read_and_weekdays_are_no_hours(text: str, minutes: list[int]) -> None:
    assert hours.minutes_in(text) == minutes


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("周一到周五", "12345"),
        ("周六到周一", "167"),
        ("工作日", "12345"),
        ("每周一、周三", "13"),
        ("Mon, Wed and Fri", "135"),
        ("Friday to Monday", "1567"),
        ("weekends", "67"),
        ("每周", ""),
    ],
)
def test_weekdays_are_read_from_words(text: str, days: str) -> None:
    assert hours.weekdays_in(text) == days


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1 好 135/80, 2 没接, 3 头晕", {1: "well", 2: "missed", 3: "unwell"}),
        ("1 fine 135/80, 2 no answer, 3 dizzy", {1: "well", 2: "missed", 3: "unwell"}),
        ("1 好\n2 没接\n3 头晕", {1: "well", 2: "missed", 3: "unwell"}),
        ("1好2没接3头晕", {1: "well", 2: "missed", 3: "unwell"}),
        ("1. 好\n2. 没接", {1: "well", 2: "missed"}),
        ("1 fine bp 135/80 2 no answer 3 ok", {1: "well", 2: "missed", 3: "well"}),
        ("1和3都好,2没接", {1: "well", 3: "well", 2: "missed"}),
        ("1 and 3 are fine", {1: "well", 3: "well"}),
        ("都好", {1: "well", 2: "well", 3: "well", 4: "well"}),
        ("1 没接,其他都好", {1: "missed", 2: "well", 3: "well", 4: "well"}),
        ("1 no answer, the rest are fine", {1: "missed", 2: "well", 3: "well", 4: "well"}),
        ("王奶奶好,沈奶奶没接", {1: "well", 2: "missed"}),
        ("Granny Wang fine, Mr Okafor fell", {1: "well", 4: "unwell"}),
        ("更正 2 好,刚打通,都好", {2: "well"}),
        ("1 血压135/80 体温36度 心率72", {1: "well"}),
        ("1 blah", {1: None}),
        ("9 好", {}),
        ("谢谢", {}),
    ],
)
def test_a_call_list_is_answered_line_by_line(text: str, found: dict[int, str | None]) -> None:
    read = reports.read(text, KNOWN, list(KNOWN))
    assert {one.line: one.found for one in read} == found


def test_a_corrected_reading_is_the_one_that_holds() -> None:
    [read] = reports.read("1 不是135/80,是145/80", KNOWN, [])
    assert "135" not in read.said
    assert "145/80" in read.said


def test_the_sentences_of_the_docs_are_heard() -> None:
    listed = sentences(load())
    ears = Sentences({name: forms for name, forms in listed.items() if name.startswith("checkins")})
    joining, changing = DOCS.read_text("utf-8").split("\n## ")[1:3]
    rows = [line for line in f"{joining}\n{changing}".splitlines() if line.startswith("| ")]
    quoted = [one for row in rows for one in re.findall(r"`([^`]+)`", row)]
    answers = {"同意", "I agree"}
    assert len(quoted) > 20
    assert [one for one in quoted if one not in answers and ears.match(one) is None] == []
