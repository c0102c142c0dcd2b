"""Doors in English by a bare number, told by the words around it: in 705, Mr Wilks in 17, 14a's.

Each number is looked at once, with the words before it and after it; the surest is taken.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from bot.understanding.spots_bare_words import (
    AT,
    CALLED_AT,
    CAME_TO,
    HOURS,
    LED,
    LIVING,
    NEXT_TO,
    NOT_LETTERED,
    NOT_NAMES,
    PAIRS,
    SOON,
    TITLES,
    VISITED,
    WHO,
    WITHIN,
)
from bot.understanding.spots_terms import roomlike

Span = tuple[int, int]

_NUMBER: Final = re.compile(
    r"(?<![\w.$£€₦₱₹/:'-])(?<!\d,)(?:(?P<scots>\d[FR]\d)|(?P<n>\d{1,4})(?P<letter>[A-Za-z]?)"
    r"|(?P<led>[A-H]\d{1,2}))(?![\w%°-]|[:.,/]\d|/F)"
)
_COUNTED: Final = re.compile(
    r"\s?(?:am|pm|a\.m|p\.m|o'?clock|mins?|minutes|hours?|hrs?|days?|weeks?|months?"
    r"|years?|yrs?|mg|ml|kg|lbs?|km|miles?|people|persons|pax|kids|dollars|bucks|quid|pesos|naira"
    r"|rupees|each|more|times|units?|boxes|bags|metres|meters|feet|sq|yds?|cents?|percent"
    r"|street|st|road|rd|ave|avenue|dr|drive|lane|ln|[a-z]+ (?:street|st|road|rd|ave|dr))\b"
)
_RANGED: Final = re.compile(r"\s(?:of|or|to|till?)\b")  # 5 to 9, but add 214 to the list
_HOUSE_NAME: Final = re.compile(  # 22 Ardmore House
    r"\s(?:[A-Z][a-z']+\s){1,2}(?:House|Lodge|Mansions?|Heights|Apartments|Flats|Towers?|Manor|Residences?)\b"
)
_ENDS: Final = re.compile(r"[.!?]{0,3}(?:$|\s(?=[A-Z]))")
_OF_ITS_OWN: Final = re.compile(
    r"'s|\s(?:is|has|balcony|again|still|keeps|kitchen|door)\b"  # 705 is empty
)
_DOES: Final = re.compile(r"\s(?:will|goes|is|isn't|won't|can't|needs|wants|says|said)\b")
_ALONE: Final = re.compile(r"[.!?]*$|[,.?!]\s|\s(?:thank|any|please|pls|help|now|come|who)")
_OWNS: Final = re.compile(r"'s\s[a-z]")
_THING: Final = re.compile(  # 7C is a door, a 3D printer none
    r"\s?(?:printer|print|network|signal|phone|movie|tv|battery|batteries|cup|paper|sheets?|vitamins?"
    r"|size|envelopes?|visa|form|bus|road|roundabout|exit|gate|seat|to\s[A-Z])\b"
)
_DAYTIME: Final = re.compile(r"\s(?:this|in the|tonight|tomorrow|tmrw|sharp|[A-Z][a-z])")
_STREET: Final = re.compile(r"\s[A-Z][a-z]{2,}")
_FRONT: Final = re.compile(r", (?:front|rear)")
_MEASURES: Final = re.compile(
    r"\b(?:sugar|fasting|b\.?p\.?|(?:blood|my|his|her|your) pressure|pulse|oxygen|o2|spo2|sats?|aqi"
    r"|temp\w*|fever|weighs?|score|total|pages?|price|rs|cost|word count|ref|code|call|phone|dial"
    r"|text|age[ds]?|turn\w*|married|widowed|retir\w+|retrench\w*|born|speed|degrees)\b[^,.!?]{0,24}$",
    re.IGNORECASE,
)
_YEARS: Final = range(1950, 2036)
HELP_LINES: Final = re.compile("10[1-478]|11[0-3]|1[12]0|119|[2-9]11|9(?:88|99)")


class _Seen(NamedTuple):
    """A number and its surroundings: lower-case words before it, the last with its signs."""

    text: str
    value: str
    start: int
    end: int
    words: list[str]

    @property
    def before(self) -> str:
        return self.words[-1] if self.words else ""

    @property
    def two(self) -> tuple[str, str]:
        return (self.words[-2], self.words[-1]) if len(self.words) > 1 else ("", self.before)


def bare(text: str) -> tuple[str, Span] | None:
    """The door told by a number of its own in ``text``, and where the number stands."""
    best: tuple[int, str, Span] | None = None
    for m in _NUMBER.finditer(text):
        left = text[max(0, m.start() - 40) : m.start()]
        hash_led = left[-1:] == "#"  # #12B and #1610, but #12 is a task
        left = left.removesuffix("#")
        if (left and not left[-1].isspace()) or (hash_led and len(m[0]) < 3):
            continue
        one = _Seen(text, m[0], m.start(), m.end(), left.lower().split()[-4:])
        rank = _lettered(one, m) if m["n"] is None or m["letter"] else _numbered(one)
        if rank is not None and (best is None or rank < best[0]):
            best = rank, m[0].upper(), m.span()
    return None if best is None else best[1:]


def _lettered(one: _Seen, m: re.Match[str]) -> int | None:
    """How sure a door 7C, 14a, B4, 2F1 is; None if it is none."""
    if one.value.upper() in NOT_LETTERED or _THING.match(one.text, one.end):
        return None
    owned = one.text.startswith("'s", one.end)
    if m["led"]:
        led = not one.words or one.before[-1] in ",.;:!?" or one.before in LED
        return 4 if owned or led else None
    if m["scots"] or (m["letter"] in "ABCDEGHJKR" and len(m["n"]) < 3):
        return 3 if one.before != "the" else None
    if m["letter"] == "F":  # on 2F is a floor
        inside = one.before in ("in", "of") or one.two in CAME_TO
        return 3 if _FRONT.match(one.text, one.end) else 5 if inside else None
    if m["letter"] in "abcdefghlr" and (owned or one.before in AT or one.before in CALLED_AT):
        return 5
    return _last(one) if m["letter"].upper() in "ABCDEFGH" else None


def _numbered(one: _Seen) -> int | None:
    """How sure a door without a letter is, 1 the surest."""
    text, value, end = one.text, one.value, one.end
    if _HOUSE_NAME.match(text, end):
        return 1
    if _COUNTED.match(text, end) or (len(value) < 3 and _RANGED.match(text, end)):
        return None
    called = one.before in CALLED_AT or one.two[0] in CALLED_AT
    if one.words and not called and measured(text, one.start):
        return None
    short = len(value) < 4
    owns = short and value[-1] != "0" and _OWNS.match(text, end) is not None
    if _last(one):
        return 2
    if owns or (short and _belongs(one) and not _DAYTIME.match(text, end)):
        return 6
    return 7 if _is_at(one) else 8 if _stands(one) else None


def _last(one: _Seen) -> int | None:
    """Whether a message or sentence ends with it: still warm. 31; Stan, 9; Mei 6."""
    if not one.words or _ENDS.match(one.text, one.end) is None:
        return None
    plain = one.value.rstrip("ABCDEFGHabcdefgh")
    long = len(plain) > 2 and (int(plain) in _YEARS or plain[-2:] == "00")
    if long or plain[0] == "0" or (len(plain) > 3 and not roomlike(plain)):
        return None
    word = one.text[: one.start].split()[-1]
    if word[-1] in ",.!;":
        return 2 if word[:2].lower() != "no" and not word[-2:-1].isdigit() else None
    name = word.isalpha() and word.istitle() and word not in NOT_NAMES
    return 2 if name and len(plain) < 4 and one.end >= len(one.text.rstrip(".!")) else None


def _belongs(one: _Seen) -> bool:
    """Outside 31, next door to 9, the lady at 12, Mr Wilks in 17, bedbugs in 23."""
    if one.before in NEXT_TO or one.two in PAIRS or one.two in CAME_TO:
        return True
    if one.before not in ("at", "in", "from", "for") or len(one.words) < 2:
        return False
    if one.before == "for":
        return one.words[-2] in ("parcel", "parcels", "package", "packages", "post", "mail", "ring")
    if one.before == "in" and (one.words[-2] in LIVING or _named(one)):
        return True
    if one.before != "at" and one.words[-2] in WITHIN:
        return True
    return one.words[-2] in WHO or (len(one.words) > 2 and one.words[-3] in TITLES)


def _named(one: _Seen) -> bool:
    """Whether a name stands before the last word: Jordan in 11; but back in 10."""
    name = one.text[: one.start].split()[-2]
    return name.istitle() and name.isalpha() and name not in SOON and len(one.words) > 2


def _is_at(one: _Seen) -> bool:
    """In 705, at 41, knocked on 14, door of 3."""
    value, word, former = one.value, one.before, one.two[0]
    if _STREET.match(one.text, one.end) or one.two == ("up", "to"):
        return False
    called = word in CALLED_AT or (former, word) in VISITED
    called |= former in CALLED_AT and word in ("on", "to") and former[:4] not in ("rang", "ring")
    if called and len(value) < 4:
        return True
    if word not in AT and word not in ("for", "madam", "auntie", "i'm") and not called:
        return False
    late = len(value) == 2 and int(value) > HOURS.get(word, 99)
    line = HELP_LINES.fullmatch(value) is not None and word not in ("at", "in", "from")
    return late or (_deep(value) and not line)


def _stands(one: _Seen) -> bool:
    """By itself at the head of a sentence or at its end: 705 is empty; the door is open, 1203."""
    among = one.before[-1:].isdigit() or one.before in ("over", "and", "or", "code", "codes")
    if among or not _deep(one.value) or HELP_LINES.fullmatch(one.value):
        return False
    head = not one.words or one.before[-1] in ".!?"
    if (head and _OF_ITS_OWN.match(one.text, one.end)) or _DOES.match(one.text, one.end):
        return True
    return _ALONE.match(one.text, one.end) is not None


def measured(text: str, at: int) -> bool:
    """Whether the number at ``at`` is a reading or a count: sugar 310, AQI 480."""
    return _MEASURES.search(text, max(0, at - 40), at) is not None


def _deep(value: str) -> bool:
    """Whether a bare number reads as floor and door of a tower, and no year."""
    if len(value) < 3 or int(value) in _YEARS or not roomlike(value):
        return False
    return len(value) == 3 or int(value[-2:]) <= 12
