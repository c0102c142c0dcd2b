"""Building, unit, floor and room in a message, and the widest words that name the place."""

from __future__ import annotations

import re

from bot.understanding import spots_en, spots_zh
from handlers.reading import Spot

Span = tuple[int, int]

# A line with none of these names no place; most chat is done here.
_KEY = re.compile(
    "[0-9层楼栋幢座弄区苑园路街巷门村厦库梯厅柜站院场店桥口桩亭房室营户堂岗厕坛边棚]"
    "|单元|[零〇]|居委|物业|楼道|通道|公寓|胡同|超市|天台|机场|码头"
)
_EN_WORD = re.compile("[a-z]+")
_LATIN = re.compile("[A-Za-z]{2}")
_WORD = re.compile("[A-Za-z]{3}")
_BUILDING = re.compile(r"\b(?:[Bb]uilding|[Bb]ldg|[Bb]lock|[Uu]nit|[Rr]oom|[Aa]pt|[Ff]lat)\s?\d")
# What a message must hold: one of these signs, or an English word that speaks of a place.
_CUE = re.compile(
    r"[楼层栋幢座零号室路街区村苑园城巷弄门单庭里厦店校院站镇县桥口柜堂岗厕坛场棚边台\d#]"
)
NOWHERE = Spot()


def cued(low: str) -> bool:
    """Whether a message in lower case may name a place, by its letters and words."""
    if _CUE.search(low) is not None:
        return True
    return not spots_en.CUES.isdisjoint(_EN_WORD.findall(low))


def spot(text: str) -> Spot:
    """The place ``text`` names, parts as digits or capitals; empty if none.

    A bare 3号 is a date, #12 a request, 3-5天 a while, 135/80 a reading: none of them is a place.
    """
    return spot_at(text)[0]


def spot_at(text: str) -> tuple[Spot, Span | None]:
    """The place, and where its words stand in ``text``."""
    found: tuple[Spot, Span] | None = None
    if not text.isascii():
        if _KEY.search(text) is not None:
            found = spots_zh.place(text)
        if found is None and _LATIN.search(text) is None:
            return NOWHERE, None
    if found is not None and (text.isascii() or _BUILDING.search(text) is None):
        return found
    found = _fuller(found, spots_en.place(text))
    if found is None and text.isascii() and _WORD.search(text) is None and _KEY.search(text):
        found = spots_zh.place(text)  # 3-2-501 is written without a word of either language
    return found or (NOWHERE, None)


def _fuller(zh: tuple[Spot, Span] | None, en: tuple[Spot, Span] | None) -> tuple[Spot, Span] | None:
    """The reading with more parts, where both languages name a place."""
    if zh is None or en is None:
        return zh or en
    return en if _parts(en[0]) > _parts(zh[0]) else zh


def _parts(place: Spot) -> int:
    return sum(part is not None for part in (place.building, place.unit, place.floor, place.room))
