"""Draws what was asked for in chat, or for a page, in the words of the one who looks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import structlog

from bot.engine import Engine
from bot.errands import Act
from bot.gateways.base import Refused
from bot.media import MediaStore
from bot.plots.drawing import Line, Panel, Plot, draw
from bot.plots.fonts import LATIN, Face, NoFont, find
from bot.words import Words
from handlers.kit import Both, Word
from handlers.vitals.measuring import KINDS, UNITS
from storage import people, vitals
from storage.db import Transaction
from storage.errands import ErrandRow
from storage.people import Person
from storage.vitals import Vital

log = structlog.get_logger(__name__)

_DIGITS = "0123456789~/.%°:-()"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be drawn: whose readings, of which kinds and span, for whose eyes."""

    person_id: int
    kinds: Sequence[str]
    since: datetime
    until: datetime
    zone: ZoneInfo
    lang: str
    limits: Mapping[str, Sequence[float]]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Wish:
        """As `handlers.readings.looking` ordered it."""
        return cls(
            int(data["person"]),
            tuple(data["kinds"]),
            datetime.fromisoformat(data["since"]),
            datetime.fromisoformat(data["until"]),
            ZoneInfo(data["zone"]),
            data["lang"],
            data["limits"],
        )


class Easel:
    """Font, words and colours; the pictures themselves belong to the media folder."""

    def __init__(self, words: Words, font: str = "") -> None:
        self._words, self._font = words, font

    @cached_property
    def face(self) -> Face:
        """The font, looked for when it is first needed; Latin letters where there is none."""
        try:
            return find(self._font, needed(self._words))
        except NoFont as why:
            log.warning("labels will be in Latin letters", why=str(why))
            return LATIN

    def paint(self, person: Person, rows: Sequence[Vital], wish: Wish) -> bytes:
        """The picture as PNG. ValueError where there is nothing to draw."""
        lang = wish.lang if self.face.is_chinese else "en"
        found = [self._panel(kind, rows, wish, lang) for kind in wish.kinds]
        panels = [one for one in found if one.lines]
        if not panels:
            raise ValueError("there is nothing to draw")
        name = self._words.plain(Both(person.name, person.name_en), lang)
        ends = (one.astimezone(wish.zone).date() for one in (wish.since, wish.until))
        heading = " ".join((name, " ~ ".join(f"{day:%Y-%m-%d}" for day in ends)))
        day = self._words.plain(Word("plots.day", {"month": "{month}", "day": "{day}"}), lang)
        return draw(Plot(heading, panels, wish.since, wish.until, wish.zone, day), self.face)

    def _panel(self, kind: str, rows: Sequence[Vital], wish: Wish, lang: str) -> Panel:
        mine = [row for row in rows if row.kind == kind]
        limits = wish.limits.get(kind, ())
        title = self._words.plain(Word(f"readings.{kind}"), lang)
        values = (
            ("plots.upper", limits[:2], [(row.at, row.value) for row in mine]),
            (
                "plots.lower",
                limits[2:4],
                [(row.at, row.value2) for row in mine if row.value2 is not None],
            ),
        )
        lines = [
            Line(self._words.plain(Word(label), lang), points, _pair(ends))
            for label, ends, points in values
            if points
        ]
        return Panel(f"{title[:1].upper()}{title[1:]} {UNITS[kind]}", lines)


def _pair(ends: Sequence[float]) -> tuple[float, float] | None:
    return (ends[0], ends[1]) if len(ends) == 2 else None


def needed(words: Words) -> str:
    """Every letter that labels are made of."""
    labels = [f"readings.{kind}" for kind in KINDS] + ["plots.upper", "plots.lower"]
    day = words.plain(Word("plots.day", {"month": 1, "day": 1}), "zh")
    return "".join(
        [words.plain(Word(one), "zh") for one in labels] + [day, _DIGITS, *UNITS.values()]
    )


Paint: TypeAlias = Callable[[Engine, Words], Act]
"""What an app asks for its pictures, by its own engine and words."""


def painting(media: MediaStore, font: str = "") -> Paint:
    """Pictures kept in this folder, drawn with the named font or one that is found."""
    return lambda engine, words: _Painting(engine, Easel(words, font), media).act


class _Painting:
    """The errands of pictures: drawn, stored by content, and thrown away again."""

    def __init__(self, engine: Engine, easel: Easel, media: MediaStore) -> None:
        self._engine, self._easel, self._media = engine, easel, media

    async def act(self, errand: ErrandRow) -> str:
        """The digest of the picture drawn. Refused where there is nothing to draw."""
        match errand.what:
            case "draw_readings":
                return await self._draw(Wish.of(errand.data))
            case "drop_pictures":
                for digest in errand.data["digests"]:
                    await asyncio.to_thread(self._media.drop, digest)
                return ""
            case _:
                raise Refused(f"no such errand: {errand.what}")

    async def _draw(self, wish: Wish) -> str:
        person, rows = await self._engine.write(partial(gathered, wish=wish))
        try:
            png = await asyncio.to_thread(self._easel.paint, person, rows, wish)
        except (ValueError, NoFont) as why:
            raise Refused(str(why)) from why
        photo = await asyncio.to_thread(self._media.keep, png)
        return photo.digest


def gathered(tx: Transaction, wish: Wish) -> tuple[Person, list[Vital]]:
    """Whose readings, and which."""
    rows = vitals.of_person(
        tx, wish.person_id, since=wish.since, until=wish.until, kinds=wish.kinds
    )
    return people.get(tx, wish.person_id), rows
