"""Pictures of readings: Chinese labels without empty boxes, values where they belong."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.plots import fonts
from bot.plots.drawing import ticks
from bot.plots.easel import Easel, Wish, needed
from bot.plots.fonts import LATIN, Face, NoFont, find
from bot.words import Words, load
from handlers.readings.ranges import spoken

WORDS = Words(load())
NOW = datetime(2026, 3, 30, 2, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def chinese() -> Face:
    """The machine's font; without one there is nothing that this could be tried with."""
    try:
        return find("", needed(WORDS))
    except NoFont as why:
        pytest.skip(str(why))


def wish(lang: str = "zh", days: int = 30, kinds: tuple[str, ...] = ("blood_pressure",)) -> Wish:
    limits = {"blood_pressure": [90, 150, 50, 95], "glucose": [3.9, 8]}
    return Wish(1, kinds, NOW - timedelta(days=days), NOW, SHANGHAI, lang, limits)


def row(days_ago: float, value: float, value2: float | None = None, kind: str = "") -> Any:
    kind = kind or ("blood_pressure" if value2 else "glucose")
    at = NOW - timedelta(days=days_ago)
    return SimpleNamespace(kind=kind, value=value, value2=value2, at=at)


SHEN: Any = SimpleNamespace(name="沈奶奶", name_en="Granny Shen")
ROWS = [row(20, 128, 76), row(10, 152, 86), row(1, 140, 80), row(2, 6.1)]


def inked(face: Face, letter: str) -> bytes:
    return bytes(face.at(40).getmask(letter, mode="1"))


def test_every_letter_of_the_labels_is_in_the_font_and_none_is_the_empty_box() -> None:
    face = chinese()
    box = inked(face, fonts.NO_LETTER)
    letters = set(needed(WORDS)) - {" "}
    assert {"血", "压", "温", "糖", "氧", "脉", "高", "低", "月", "日"} <= letters
    assert [one for one in letters if inked(face, one) == box] == []
    assert face.missing("".join(letters)) == ""


def test_letters_that_a_font_lacks_are_known_and_left_out() -> None:
    assert LATIN.missing("血压 135/80") == "压血"
    assert LATIN.drawable("血压 135/80") == " 135/80"


def test_the_picture_with_chinese_labels_differs_from_one_of_empty_boxes() -> None:
    drawn = Easel(WORDS)
    drawn.__dict__["face"] = chinese()
    boxes = Easel(Words(load()))
    boxes.__dict__["face"] = LATIN
    zh, latin = (Image.open(io.BytesIO(one.paint(SHEN, ROWS, wish()))) for one in (drawn, boxes))
    assert zh.size == latin.size == (900, 364)
    title = (20, 66, 60, 100)
    assert zh.crop(title).tobytes() != latin.crop(title).tobytes()
    assert len(set(zh.crop(title).convert("L").tobytes())) > 10  # letters, not nothing


def test_without_a_font_labels_are_latin() -> None:
    easel = Easel(WORDS)
    easel.__dict__["face"] = LATIN
    png = easel.paint(SHEN, ROWS, wish("zh"))
    assert png == easel.paint(SHEN, ROWS, wish("en"))


def test_a_named_font_must_be_one_and_have_the_letters(tmp_path: Path) -> None:
    no_font = tmp_path / "no.ttf"
    no_font.write_bytes(b"no font")
    with pytest.raises(NoFont, match=r"no\.ttf"):
        find(str(no_font), "血")
    latin = next(
        (one for folder in fonts.folders() for one in folder.rglob("DejaVuSans.ttf")), None
    )
    if latin is not None:
        with pytest.raises(NoFont, match="lacks 血"):
            find(str(latin), "血")


def test_a_panel_for_each_kind_that_has_readings() -> None:
    easel = Easel(WORDS)
    both = easel.paint(SHEN, ROWS, wish(kinds=("blood_pressure", "glucose", "pulse")))
    assert Image.open(io.BytesIO(both)).size == (900, 664)
    with pytest.raises(ValueError, match="nothing to draw"):
        easel.paint(SHEN, [], wish())


def test_what_is_beyond_the_limits_is_ringed() -> None:
    """Not by its colour alone: the ring is there for who sees no red."""
    easel = Easel(WORDS)
    inside, beyond = (
        Image.open(io.BytesIO(easel.paint(SHEN, [row(10, value, 80), row(3, 120, 70)], wish())))
        for value in (149, 151)
    )

    def red(image: Image.Image) -> int:
        pixels = zip(*[iter(image.convert("RGB").tobytes())] * 3, strict=True)
        return sum(r > 170 and g < 90 and b < 80 for r, g, b in pixels)

    assert red(beyond) > red(inside) + 20


@given(st.floats(0, 300), st.floats(0, 300))
def test_round_values_stand_around_all_others(one: float, other: float) -> None:
    low, high = sorted((one, other))
    marks = list(ticks(low, high))
    assert marks[0] <= low
    assert marks[-1] >= high
    assert 2 <= len(marks) <= 8


def test_limits_are_said_as_ranges() -> None:
    assert spoken([90, 150, 50, 95]) == "90–150 / 50–95"
    assert spoken([3.9, 8]) == "3.9–8"
