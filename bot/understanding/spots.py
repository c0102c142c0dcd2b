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
_EN_KEYS = frozenset(
    (
        *(
            "casita",
            "villa",
            "cottage",
            "pocket",
            "building",
            "biulding",
            "buildings",
            "bldg",
            "bld",
            "block",
            "blk",
            "tower",
            "unit",
        ),
        *("flat", "apt", "apartment", "room", "rm", "suite", "ste", "condo", "door", "floor"),
        *("fl", "flr", "level", "storey", "story", "section", "lobby", "entrance", "gate"),
        *("gatehouse", "house", "carpark", "car", "parking", "garage", "stairs", "stairwell"),
        *("staircase", "hallway", "corridor", "elevator", "lift", "courtyard", "playground"),
        *(
            "mail",
            "mailroom",
            "laundry",
            "roof",
            "rooftop",
            "basement",
            "wing",
            "landing",
            "community",
            "bin",
            "bike",
        ),
        *("entryway", "street", "st", "road", "rd", "avenue", "ave", "lane", "ln", "drive", "dr"),
        *("boulevard", "blvd", "close", "crescent", "terrace", "place", "court", "way", "corner"),
    )
)
_EN_WORD = re.compile("[a-z]+")
_DASHED = re.compile(r"\d")
_LATIN = re.compile("[A-Za-z]{2}")
_WORD = re.compile("[A-Za-z]{3}")
_BUILDING = re.compile(r"\b(?:[Bb]uilding|[Bb]ldg|[Bb]lock|[Uu]nit|[Rr]oom|[Aa]pt|[Ff]lat)\s?\d")
# What a message must hold besides; the words are asked for last, for they take longest.
_CUE = re.compile(r"[楼层栋幢座零号室路街区村苑园城巷弄门单庭里厦店校院站镇县桥口柜堂岗厕坛场棚边台\d#]")
_CUE_WORD = re.compile(
    r"\b(?:b(?:ld|ui?ld)|block|unit|flat|apt|apartment|room|floor|street|road|tower|house|ave|basement"
    r"|lane|at|in|near)|\b[a-z]\s(?:wing|block)"
)
NOWHERE = Spot()


def cued(low: str) -> bool:
    """Whether a message in lower case may name a place, by its letters and words."""
    if _CUE.search(low) is not None:
        return True
    if low.isascii() and _EN_KEYS.isdisjoint(_EN_WORD.findall(low)):
        return False
    return _CUE_WORD.search(low) is not None


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
    if not _EN_KEYS.isdisjoint(_EN_WORD.findall(text.lower())) or _DASHED.search(text):
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
