"""Tests that a message is cleaned and its places, phones, amounts, people and times are found."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding import trad
from bot.understanding.amounts import amounts
from bot.understanding.normalise import LIMIT, normalise
from bot.understanding.numbers import digits, number
from bot.understanding.people import person
from bot.understanding.phones import phones
from bot.understanding.spots import spot, spot_at
from bot.understanding.times import when

AT = datetime.fromisoformat("2026-11-25T10:00:00+08:00")  # a Wednesday
HERE = Path(__file__).parent


def table(name: str) -> list[list[str | None]]:
    """Rows of a table beside this file, ``-`` for nothing."""
    lines = (HERE / f"slots_{name}.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return [[None if cell == "-" else cell for cell in line.split("\t")] for line in lines]


def plain(raw: str | None) -> str:
    return normalise(raw or "").text


@pytest.mark.parametrize("row", table("places"), ids=lambda row: row[0])
def test_a_place_is_found_in_every_form_and_in_no_trap(row: list[str | None]) -> None:
    found = spot(plain(row[0]))
    assert [found.building, found.unit, found.floor, found.room, found.text] == row[1:]


@pytest.mark.parametrize("row", table("phones"), ids=lambda row: row[0])
def test_phone_numbers_are_found_and_other_numbers_let_be(row: list[str | None]) -> None:
    assert phones(plain(row[0]))[0] == tuple((row[1] or "").split())


@pytest.mark.parametrize("row", table("amounts"), ids=lambda row: row[0])
def test_amounts_are_read_with_their_units(row: list[str | None]) -> None:
    found = "; ".join(
        f"{'-' if a.number is None else format(a.number, 'g')} {a.unit or '-'}"
        for a in amounts(plain(row[0]))
    )
    assert found == (row[1] or "")


@pytest.mark.parametrize("row", table("people"), ids=lambda row: row[0])
def test_the_person_is_found_with_age_and_kind(row: list[str | None]) -> None:
    found = person(plain(row[0]))
    age = None if found.age is None else format(found.age, "g")
    assert [found.text, age, found.kind] == row[1:]


@pytest.mark.parametrize("row", table("times"), ids=lambda row: row[0])
def test_times_in_words_become_instants_and_the_past_is_none(row: list[str | None]) -> None:
    found = when(plain(row[0]), AT)
    assert ([found.text, found.start, found.end] if found else [None] * 3) == row[1:]


def test_without_a_time_of_sending_only_the_words_are_given() -> None:
    found = when("明早8点来拿", None)
    assert found is not None
    assert (found.text, found.start, found.end) == ("明早8点", None, None)


def test_the_evening_pushes_a_bare_morning_to_tomorrow() -> None:
    late = AT.replace(hour=21)
    found = when("早上8点送来", late)
    assert found is not None
    assert found.start == "2026-11-26T08:00:00+08:00"


def test_spans_point_at_the_words() -> None:
    text = "请送到3号楼2单元501,电话13800001234,要两盒布洛芬"
    place, span = spot_at(text)
    assert span is not None
    assert text[span[0] : span[1]] == place.text
    assert [text[a:b] for a, b in phones(text)[1]] == ["13800001234"]
    assert [text[a.span[0] : a.span[1]] for a in amounts(text)] == ["两盒"]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("我來，請問藥店開門嗎", "我来,请问药店开门吗"),
        ("求͏︅助", "求助"),
        ("３号楼２单元", "3号楼2单元"),
        ("停\u200b水\u202e了", "停水了"),
        ("第一行\n\n第二行\t完", "第一行 第二行 完"),
        ("z\u0335\u0321\u0327a\u0338l\u0337g\u0336o\u0322", "zalgo"),
        ("cafe\u0301", "café"),
        ("①号", "1号"),
        ("好\ud83d的", "好的"),
        ("接3 #12", "接3 #12"),
        ("3#楼2#单元", "3#楼2#单元"),
        ("need #water here", "need water here"),
    ],
)
def test_text_is_folded_to_one_plain_form(raw: str, text: str) -> None:
    assert normalise(raw).text == text


def test_a_quote_is_split_from_the_reply() -> None:
    heard = normalise("「小李：3号楼缺水」\n- - - - - - - - - - - - - - -\n我来")
    assert heard.quoted == ("小李", "3号楼缺水")
    assert heard.text == "我来"
    nested = normalise("「小王：「小李：缺水」\n- - - - -\n我来」\n- - - - -\n谢谢")
    assert nested.text == "谢谢"


def test_a_chain_is_recognised_by_its_name_or_its_lines() -> None:
    assert normalise("#接龙\n团购大米\n1. 张三 2袋\n2. 李四 1袋").chain == ("张三 2袋", "李四 1袋")
    assert len(normalise("报名\n1. 老张\n2. 老李\n3. 小赵").chain) == 3
    assert normalise("1. 先关水阀\n2. 再打电话").chain == ()


@pytest.mark.parametrize(
    ("raw", "forwarded"),
    [
        ("转发：防疫小知识", True),
        ("[转] 停水通知", True),
        ("Fwd: school is closed", True),
        ("帮转:急需发电机", True),
        ("转给小李", False),
        ("转发给我一下", False),
        ("三号楼转角有积水", False),
    ],
)
def test_forwarded_marks_are_recognised(raw: str, forwarded: bool) -> None:
    assert normalise(raw).forwarded is forwarded


def test_mentions_hashtags_and_emoji_are_taken_out_and_kept() -> None:
    heard = normalise("@小李 @Li Ming\u2005 #社区互助# 我家漏水🆘[流泪]")
    assert set(heard.mentions) == {"小李", "Li Ming"}
    assert heard.hashtags == ("社区互助",)
    assert heard.emoji == ("🆘", "[流泪]")
    assert heard.text == "我家漏水"
    assert normalise("write to me@example.org").mentions == ()


@pytest.mark.parametrize(
    ("raw", "lang"),
    [
        ("有人吗", "zh"),
        ("anybody home?", "en"),
        ("我在building 3", "zh"),
        ("could you bring 药 to my mother", "en"),
        ("👍", "zh"),
        ("12", "zh"),
    ],
)
def test_the_language_is_told_by_script(raw: str, lang: str) -> None:
    assert normalise(raw).lang == lang


def test_no_simplified_character_is_taken_for_a_traditional_one() -> None:
    def simplified(char: str) -> bool:
        try:
            return bool(char.encode("gb2312"))
        except UnicodeEncodeError:
            return False

    both = set("於後乾夥徵甯矽菸瞭鉅獃疋麽摺")  # simplified texts have them in names only
    assert {t for t in trad.SIMPLIFIED if simplified(t)} <= both
    assert not set(trad.SIMPLIFIED.values()) & set(trad.SIMPLIFIED)
    assert len(trad.SIMPLIFIED) > 1300


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("两", 2),
        ("俩", 2),
        ("仨", 3),
        ("半", 0.5),
        ("十二", 12),
        ("二十", 20),
        ("一百二", 120),
        ("一百零二", 102),
        ("三千五", 3500),
        ("一二〇三", 1203),
        ("a dozen", 12),
        ("half", 0.5),
        ("twenty-five", 25),
        ("two hundred", 200),
        ("12.5", 12.5),
        ("好", None),
        ("", None),
    ],
)
def test_numerals_have_their_values(word: str, value: float | None) -> None:
    assert number(word) == value


def test_door_numbers_keep_their_zeros() -> None:
    assert (digits("五零一"), digits("十二"), digits("b2")) == ("501", "12", "B2")


@settings(max_examples=400, deadline=None)
@given(st.text(st.characters(), max_size=200))
def test_any_text_passes_all_of_them(raw: str) -> None:
    everything(raw)


@settings(max_examples=400, deadline=None)
@given(
    st.text(
        "0123456789-#:./ 一二三十百号楼栋单元室层门座弄路月日周下午点半个盒岁amp tof", max_size=60
    )
)
def test_any_jumble_of_key_characters_passes_all_of_them(raw: str) -> None:
    everything(raw)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(), max_size=120))
def test_cleaning_twice_changes_nothing_more(raw: str) -> None:
    once = normalise(raw).text
    assert unicodedata.is_normalized("NFKC", once)
    assert "  " not in once
    once.encode("utf-8")  # no lone surrogates are left


NASTY = [
    *"1一楼号月周半点岁家在好路-「#@\u0301\ufdfa \n",
    *(
        "1-",
        "1 ",
        "1:",
        "3号楼",
        "今天",
        "一盒半",
        "我妈",
        "妈的",
        "小区",
        "138-",
        "0(",
        "+1",
        "12 ",
    ),
    *("twenty ", "half ", "on ", "by the ", "building ", "a ", "1 a ", "「a:", "」- - -", "\n1.a"),
    *(
        "1个月",
        "街道",
        "0571 ",
        "in 3 ",
        "corner of ",
        "好路口",
        "Ａ",
        "😀",
        "\u05b0\u05bc",
        "@a",
        "#a",
    ),
]


@pytest.mark.parametrize("piece", NASTY, ids=ascii)
def test_ten_thousand_nasty_characters_are_read_like_any_others(piece: str) -> None:
    # Every repetition in the patterns is bounded, so a slow one would show as a hanging test.
    everything((piece * 10_000)[:10_000])
    everything("急" + (piece * 10_000)[:9_998] + "!")


def everything(raw: str) -> None:
    """Cleans ``raw`` and asks for every slot, in the plain text and in the raw one."""
    heard = normalise(raw)
    assert len(heard.text) <= LIMIT
    for text in (heard.text, raw[:LIMIT]):
        numbers, spans = phones(text)
        assert len(numbers) == len(spans)
        assert all(n.isascii() and n.isdigit() and 7 <= len(n) <= 15 for n in numbers)
        _, span = spot_at(text)
        assert span is None or 0 <= span[0] < span[1] <= len(text)
        assert all(0 <= a.span[0] < a.span[1] <= len(text) for a in amounts(text))
        assert (person(text).age or 0) <= 121
        found = when(text, AT)
        if found is not None and found.start and found.end:
            assert datetime.fromisoformat(found.start) <= datetime.fromisoformat(found.end)
