"""The reader on labelled lines: every act, every emergency, in both languages.

``zh.tsv`` and ``en.tsv`` hold act, emergency, category, text and (by `` | ``) context. A known
miss carries a ``?`` after its act; their number may only fall.
"""

from __future__ import annotations

import io
import json
import re
import time
import tomllib
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding import rules
from bot.understanding.hear import hear
from bot.understanding.lexicon import chinese_name, english_name, lexicon
from bot.understanding.reader import Reader
from bot.understanding.talk import Talk, in_talk, yes_or_no

FOLDER = Path(__file__).parent
KNOWN_MISSES = {"zh": 6, "en": 2}
READER = Reader()


class Line(NamedTuple):
    act: str
    emergency: str | None
    category: str | None
    text: str
    context: tuple[str, ...]
    missed: bool


def lines(lang: str) -> list[Line]:
    found = []
    for row in (FOLDER / f"{lang}.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        act, emergency, category, text, context = (row.split("\t") + [""] * 4)[:5]
        found.append(
            Line(
                act.rstrip("?"),
                emergency or None,
                category or None,
                text,
                tuple(context.split(" | ")) if context else (),
                act.endswith("?"),
            )
        )
    return found


def reads_right(line: Line) -> bool:
    reading = READER.read(line.text, context=line.context)
    asks = line.act in {"need", "offer", "report"}
    return (
        reading.act == line.act
        and reading.emergency == line.emergency
        and (not asks or reading.category == line.category)
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_labelled_line_reads_as_labelled(lang: str) -> None:
    wrong = [line.text for line in lines(lang) if not line.missed and not reads_right(line)]
    assert wrong == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_known_misses_only_become_fewer(lang: str) -> None:
    missed = [line for line in lines(lang) if line.missed]
    assert len(missed) <= KNOWN_MISSES[lang]
    assert [line.text for line in missed if reads_right(line)] == [], "take the ? off these"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_labelled_emergency_is_missed(lang: str) -> None:
    for line in lines(lang):
        if line.emergency:
            reading = READER.read(line.text, context=line.context)
            assert reading.emergency == line.emergency, line.text
            assert reading.urgency == "urgent"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("接3", 3),
        ("我来 3", 3),
        ("#12", 12),
        ("3号单我来", 3),
        ("I can take #3", 3),
        ("task 4 done", 4),
        ("3号楼501没电了", None),
        ("我家有3个孩子", None),
    ],
)
def test_the_number_of_a_request_is_heard(text: str, number: int | None) -> None:
    assert READER.read(text).refers == number


def test_every_rule_has_a_pattern_that_can_be_read() -> None:
    told = tomllib.loads((rules.FOLDER / "acts.toml").read_text("utf-8"))
    patterns = [one for row in told["derive"] for one in row[2:]]
    patterns += [one for row in told["acts"] for one in row[3:]]
    assert len(patterns) > 100
    for pattern in patterns:
        re.compile(pattern)  # they are compiled when first a message needs them


def test_goods_are_named_with_their_amounts() -> None:
    milk = READER.read("谁能帮我带两盒牛奶?").items[0]
    assert (milk.name, milk.quantity, milk.unit) == ("牛奶", 2, "盒")
    brand = READER.read("anyone got 2 boxes of advil").items[0]
    assert (brand.name, brand.quantity, brand.unit) == ("布洛芬", 2, "box")


def test_a_fault_at_home_asks_for_the_service_that_mends_it() -> None:
    assert READER.read("厨房下水道堵了").items[0].name == "疏通下水道"


def test_names_turn_into_the_language_of_the_listener() -> None:
    assert english_name("布洛芬") == "ibuprofen"
    assert english_name("自家腌的萝卜") == "自家腌的萝卜"
    assert chinese_name("Advil") == "布洛芬"
    assert len(lexicon().entries) > 450


@pytest.mark.parametrize(
    ("text", "talk", "act"),
    [
        ("好了", Talk(asked="settled"), "confirm"),
        ("还没", Talk(asked="settled"), "reopen"),
        ("嗯", Talk(asked="well"), "well"),
        ("👍", Talk(asked="well"), "well"),
        ("头晕", Talk(asked="well"), "unwell"),
        ("可以", Talk(asked="claim"), "claim"),
        ("没空", Talk(asked="claim"), "release"),
        ("搞定", Talk(holds_task=True), "done"),
        ("修好了", Talk(has_request=True), "confirm"),
        ("不用了", Talk(has_request=True), "cancel"),
        ("嗯", Talk(), "chat"),
        ("好", Talk(), "chat"),
        ("收到", Talk(), "chat"),
    ],
)
def test_the_talk_decides_what_a_short_answer_means(text: str, talk: Talk, act: str) -> None:
    assert in_talk(READER.read(text), text, talk).act == act


def test_a_cry_for_help_stays_one_whatever_was_asked() -> None:
    text = "好,我胸口好痛"
    reading = in_talk(READER.read(text), text, Talk(asked="settled"))
    assert reading.emergency == "medical"
    assert reading.act not in {"confirm", "well"}


@pytest.mark.parametrize(
    ("text", "said"),
    [("是的", True), ("ok", True), ("没问题", True), ("不行", False), ("no", False), ("茶", None)],
)
def test_yes_and_no_are_told_apart(text: str, said: bool | None) -> None:
    assert yes_or_no(text) is said


def test_hear_prints_one_reading_a_line_with_the_documented_fields() -> None:
    out, err = io.StringIO(), io.StringIO()
    asked = {"text": "嗯", "context": ["bot: 早上好,今天身体怎么样?"]}
    hear(["接3\n", json.dumps(asked) + "\n", '{"no": "text"}\n'], out, err)
    first, second, _ = (json.loads(line) for line in out.getvalue().splitlines())
    assert list(first) == [
        *("act", "emergency", "category", "items", "place", "phone", "person", "when"),
        *("urgency", "refers", "confidence"),
    ]
    assert (first["act"], first["refers"], second["act"]) == ("claim", 3, "well")
    assert "p99" in err.getvalue()


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_without_an_error(text: str) -> None:
    reading = READER.read(text, at=datetime.fromisoformat("2026-03-01T09:00:00+08:00"))
    assert 0 <= reading.confidence <= 1


@given(st.text(alphabet="有没有谁能帮我需要药水两盒3号楼, needhelp?!不", max_size=200))
@settings(max_examples=200, deadline=None)
def test_text_of_cue_words_is_read_without_an_error(text: str) -> None:
    READER.read(text, context=(f"bot: {text}", f"王: {text}"))


@pytest.mark.parametrize("piece", ["有", "需要", "失踪", "need ", "can anyone ", "妈", "3号", "的"])
def test_long_text_is_read_in_bounded_time(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    start = time.perf_counter()
    READER.read(text)
    assert time.perf_counter() - start < 1.0  # far above what it takes, far below a runaway
