"""Pictures of readings: Chinese labels without empty boxes, values where they belong."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import Engine

from bot.app import App
from bot.check import check
from bot.clock import PaperClock
from bot.config.tables import Media, Settings
from bot.media import MediaStore
from bot.plots import fonts
from bot.plots.drawing import ticks
from bot.plots.easel import Easel, Wish, needed
from bot.plots.fonts import LATIN, Face, NoFont, find
from bot.web import readings as pages
from bot.web import server
from bot.words import Words, load
from handlers.readings.ranges import spoken
from storage import checkins, erasure, looks, people, places, vitals
from storage.db import transaction

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


def test_check_says_which_font_is_used_and_what_is_wrong_with_a_named_one(tmp_path: Path) -> None:
    def said(font: str) -> list[tuple[bool, str]]:
        settings = Settings(media=Media(font=font))
        found = [one for one in check(settings) if one.what.startswith("pictures:")]
        return [(one.ok, one.how_to_mend) for one in found]

    chinese()
    assert said("") == [(True, "")]
    [(ok, mend)] = said(str(tmp_path / "none.ttf"))
    assert not ok
    assert "[media] font" in mend


TOKEN = "a" * 43


async def test_the_page_opens_by_its_link_alone_until_it_expires_and_looks_are_logged(
    database: Engine,
) -> None:
    with transaction(database) as tx:
        home = places.add(tx, key="b1", name="1号楼", kind="building", number="1")
        shen = people.add(tx, name="沈奶奶", place_id=home, joined_at=NOW)
        values = {"kind": "blood_pressure", "value": 152, "value2": 96, "unit": "mmHg"}
        vitals.keep(tx, person_id=shen, at=NOW - timedelta(hours=2), **values)
        checkins.add_plan(
            tx, person_id=shen, consent_at=NOW, limits={"blood_pressure": [90, 150, 50, 95]}
        )
        looks.give(tx, TOKEN, shen, shen, NOW + timedelta(days=7))
    clock = PaperClock(NOW)
    app = App(database, [], clock)
    await app.start(live=False)
    made = pages.routes(app.engine, WORDS, Easel(WORDS), app.policy, clock.now)
    async with TestClient(TestServer(server.build(None, made))) as client:

        async def get(path: str) -> tuple[int, bytes]:
            async with client.get(path) as answer:
                assert answer.status == 404 or "no-store" in answer.headers["Cache-Control"]
                return answer.status, await answer.read()

        status, html = await get(f"/readings/{TOKEN}")
        assert status == 200
        assert "沈奶奶" in html.decode()
        assert "血压152/96" in html.decode()
        assert "超出范围" in html.decode()
        status, png = await get(f"/readings/{TOKEN}/picture.png")
        assert status == 200
        assert Image.open(io.BytesIO(png)).width == 900
        assert (await get(f"/readings/{'b' * 43}"))[0] == 404
        seen = await app.engine.write(lambda tx: [one.how for one in looks.of_person(tx, shen)])
        assert seen == ["page"]
        clock.set(NOW + timedelta(days=8))
        assert (await get(f"/readings/{TOKEN}"))[0] == 404
    await app.stop()


async def test_what_is_kept_of_readings_ends_by_age_and_by_wish(database: Engine) -> None:
    with transaction(database) as tx:
        shen = people.add(tx, name="沈奶奶", joined_at=NOW)
        for days_ago in (400, 3):
            at = NOW - timedelta(days=days_ago)
            vitals.keep(tx, person_id=shen, kind="pulse", value=70, unit="/min", at=at)
        looks.seen(tx, shen, shen, NOW, "picture")
        looks.drew(tx, "d" * 64, shen, NOW)
        looks.give(tx, TOKEN, shen, shen, NOW + timedelta(days=7))
    app = App(database, [], PaperClock(NOW))
    await app.start(live=False)  # the daily work is done at every start
    with transaction(database) as tx:
        assert len(vitals.of_person(tx, shen)) == 1
        erasure.erase(tx, shen)
        assert vitals.of_person(tx, shen) == []
        assert looks.of_person(tx, shen) == []
        assert looks.key(tx, TOKEN, NOW) is None
        assert looks.take_pictures(tx, person_id=shen) == []
    await app.stop()


def test_a_picture_is_thrown_away_for_good(tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    photo = store.keep(Easel(WORDS).paint(SHEN, ROWS, wish()))
    assert store.read(photo.digest).startswith(b"\x89PNG")
    store.drop(photo.digest)
    store.drop(photo.digest)  # once more does no harm
    with pytest.raises(KeyError):
        store.read(photo.digest)
