"""Building, unit, floor and room in a message, and the widest words that name the place."""

from __future__ import annotations

import re

from bot.understanding import spots_en, spots_zh
from handlers.reading import Spot

Span = tuple[int, int]

# A line with none of these names no place; most chat is done here.
_KEY = re.compile(
    "[0-9楼栋幢座弄区苑园路街巷门村厦库梯厅柜站院场店桥口桩亭房室营户]"
    "|居委|物业|大堂|楼道|通道|公寓|广场|胡同|公园|超市|车棚"
)
_EN_KEY = re.compile(
    r"\d|\b(?:building|bldg|bld|block|blk|tower|unit|flat|apt|apartment|room|floor|level|lobby|"
    r"entrance|gate|"
    r"house|car ?park|parking|garage|stair|hallway|corridor|elevator|lift|courtyard|playground|"
    r"street|road|avenue|lane|corner|basement|roof|hall|laundry)",
    re.IGNORECASE,
)
_LATIN = re.compile("[A-Za-z]{2}")
_WORD = re.compile("[A-Za-z]{3}")
NOWHERE = Spot()


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
    if found is None and _EN_KEY.search(text) is not None:
        found = spots_en.place(text)
        if found is None and text.isascii() and _WORD.search(text) is None:
            found = spots_zh.place(text)  # 3-2-501 is written without a word of either language
    return found or (NOWHERE, None)
