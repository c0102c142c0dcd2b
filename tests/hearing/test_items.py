"""Tests that things asked for are found, whether known or not, misspelt or not, and named well."""

from __future__ import annotations

import time

import pytest

from bench.sound_table import everyday
from bot.understanding import sounds
from bot.understanding.acts import category
from bot.understanding.items import items_of
from bot.understanding.normalise import written
from bot.understanding.reader import Reader
from bot.understanding.signs import tokens
from handlers.reading import Item

READER = Reader()


def found(text: str) -> list[Item]:
    heard = READER.heard(text)
    about = category("need", heard.low, heard.hits, heard.danger)
    return list(items_of(heard.plain, heard.low, heard.hits, about or ""))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("借个梯子", ["梯子"]),
        ("带两斤排骨", ["排骨"]),
        ("谁能帮我修一下水龙头?", ["修水管"]),
        ("帮我搬一下柜子", ["搬东西"]),
        ("厨房下水道堵了", ["疏通下水道"]),
        ("灯不亮了", ["修电"]),
        ("anyone got a spare hacksaw i could borrow", ["锯子"]),
        ("could someone pick up bread and eggs for me", ["面包", "鸡蛋"]),
        ("I have a tumble dryer to give away", ["烘干机"]),
    ],
)
def test_things_are_named_as_everybody_calls_them(text: str, names: list[str]) -> None:
    assert [item.name for item in found(text)] == names


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("谁家有富余的琉璃瓦?借我两块", "琉璃瓦"),
        ("需要两个滴定管", "滴定管"),
        ("anyone got a spare theodolite i could borrow?", "theodolite"),
    ],
)
def test_a_thing_no_lexicon_has_is_found_by_the_words_around_it(text: str, words: str) -> None:
    assert [item.text for item in found(text)] == [words]


@pytest.mark.parametrize(
    ("heard", "name"),
    [
        ("布洛分", "布洛芬"),
        ("退骚药", "退烧药"),
        ("止同药", "止痛药"),
        ("连花清文", "连花清瘟"),
        ("下水到堵了", "下水道堵塞"),
        ("一盒布洛分", "布洛芬"),
        ("口照", "口罩"),
    ],
)
def test_words_misspelt_by_ear_are_known_by_their_sound(heard: str, name: str) -> None:
    entry = sounds.alike(heard)
    assert entry is not None
    assert entry.name == name


def test_words_that_sound_like_nothing_known_are_let_be() -> None:
    assert sounds.alike("绣球的枝子") is None
    assert sounds.alike("") is None
    assert sounds.alike("hacksaw") is None


def test_the_table_of_sounds_holds_every_character_of_everyday_use() -> None:
    lines = sounds.FILE.read_text(encoding="utf-8").splitlines()
    assert {char for line in lines for char in line.partition(" ")[2]} == set(everyday())


def test_a_number_beside_a_thing_is_how_many() -> None:
    rice, noodles = found("被子二十床,方便面五箱,哪个好心的送来")
    assert (rice.quantity, rice.unit, noodles.quantity, noodles.unit) == (20, "床", 5, "箱")


def test_words_are_given_as_they_were_written() -> None:
    assert written("🙏 聽日八點半我去醫院", "听日八点半") == "聽日八點半"
    assert written("３号楼有水吗", "3号楼") == "３号楼"
    assert written("never", "words") == "words"


def test_one_drug_is_never_another() -> None:
    lexicon = READER.heard("").hits
    assert not lexicon
    names = [found(f"谁有{drug}")[0].name for drug in ("氯沙坦", "缬沙坦", "雷米普利", "赖诺普利")]
    assert len(set(names)) == 4


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("does anyone have a bag of rice to spare?", [("rice", 1, "bag")]),
        ("can I borrow half a dozen eggs please", [("eggs", 6, None)]),
        ("要两根葱2根", [("葱", 2, "根")]),
        ("谁家有旧毛巾旧毛衣不要的", [("旧毛巾", None, None), ("旧毛衣", None, None)]),
    ],
)
def test_each_thing_stands_by_itself_without_its_measure(
    text: str, items: list[tuple[str, float | None, str | None]]
) -> None:
    assert [(one.text, one.quantity, one.unit) for one in found(text)] == items


def test_a_very_long_message_is_searched_no_further_than_a_long_one() -> None:
    long = "谁有多的梯子借我用一下 " * 900
    heard = READER.heard(long)
    start = time.perf_counter()
    items_of(heard.plain, heard.low, heard.hits)
    assert time.perf_counter() - start < 0.2  # some 5 ms where nothing else runs
    assert len(tokens(heard.low)) <= 160
