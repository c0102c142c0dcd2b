"""Doors in English by a bare number, told by the words around it: in 705, Mr Wilks in 17, 14a's.

Each number is looked at once, with the words before it and after it; the surest is taken.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from bot.understanding.spots_terms import roomlike

Span = tuple[int, int]

_NUMBER: Final = re.compile(
    r"(?<![\w.$£€₦₱₹/:'-])(?<!\d,)(?:(?P<scots>\d[FR]\d)|(?P<n>\d{1,4})(?P<letter>[A-Za-z]?)"
    r"|(?P<led>[A-H]\d{1,2}))(?![\w%°-]|[:.,/]\d|/F)"
)
_COUNTED: Final = re.compile(
    r"\s?(?:am|pm|a\.m|p\.m|o'?clock|mins?|minutes|hours?|hrs?|days?|weeks?|months?"
    r"|years?|yrs?|mg|ml|kg|lbs?|km|miles?|people|persons|pax|kids|of|dollars|bucks|quid|pesos|naira"
    r"|rupees|each|more|times|units?|boxes|bags|metres|meters|feet|sq|yds?|cents?|percent|or|to"
    r"|till|street|st|road|rd|ave|avenue|dr|drive|lane|ln|[a-z]+ (?:street|st|road|rd|ave|dr))\b"
)
_HOUSE_NAME: Final = re.compile(  # 22 Ardmore House
    r"\s(?:[A-Z][a-z']+\s){1,2}(?:House|Lodge|Mansions?|Heights|Apartments|Flats|Towers?|Manor|Residences?)\b"
)
_ENDS: Final = re.compile(r"[.!?]{0,3}(?:$|\s(?=[A-Z]))")
_OF_ITS_OWN: Final = re.compile(
    r"'s|\s(?:is|has|balcony|again|still|keeps|kitchen|door)\b"  # 705 is empty
)
_ALONE: Final = re.compile(r"[.!?]*$|[,.?!]\s|\s(?:thank|any|please|pls|help|now|come|who)")
_OWNS: Final = re.compile(r"'s\s[a-z]")
_THING: Final = re.compile(  # 7C is a door, a 3D printer none
    r"\s?(?:printer|print|network|signal|phone|movie|tv|battery|batteries|cup|paper|sheets?|vitamins?"
    r"|size|envelopes?|visa|form|bus|road|roundabout|exit|gate|seat|to\s[A-Z])\b"
)
_DAYTIME: Final = re.compile(r"\s(?:this|in the|tonight|tomorrow|tmrw|sharp|[A-Z][a-z])")
_STREET: Final = re.compile(r"\s[A-Z][a-z]{2,}")
_FRONT: Final = re.compile(r", (?:front|rear)")
_NOT_LETTERED: Final = frozenset(
    ("3D", "4K", "5G", "4G", "3G", "2G", "2D", "A4", "A3", "B12", "B6", "A2", "D3")
)
_AT: Final = frozenset(("at", "in", "inside", "from", "above", "below", "to", "behind", "of", "on"))
_NEXT_TO: Final = frozenset(("outside", "opposite", "beside", "behind", "near"))
_LED: Final = _AT | _NEXT_TO | {"for", "by", "under", "is", "i'm", "we're", "house", "hse", "and"}
_CALLED_AT: Final = frozenset(
    (
        *("knock", "knocked", "knocking", "rang", "ring", "ringing", "buzz", "buzzed", "passed"),
        *("check", "checked", "add", "remove", "register", "outside", "come", "door,"),
    )
)
_WHO: Final = frozenset(
    (
        *(
            "lad",
            "lads",
            "woman",
            "man",
            "women",
            "men",
            "lady",
            "ladies",
            "family",
            "lass",
            "lassie",
        ),
        *("couple", "neighbour", "neighbor", "neighbours", "bloke", "fella", "guy", "guys", "girl"),
        *("girls", "boy", "boys", "student", "students", "people", "folks", "mama", "baba", "aunt"),
        *("auntie", "aunty", "uncle", "mzee", "tenant", "tenants", "resident", "residents", "dad"),
        *(
            "mum",
            "mom",
            "mother",
            "father",
            "gran",
            "nan",
            "lodger",
            "parcel",
            "parcels",
            "package",
        ),
        *("leak", "damp", "bedbugs", "alarm", "pipe", "smoke", "noise", "music", "boiler", "door"),
        *(
            "doors",
            "window",
            "windows",
            "drilling",
            "party",
            "key",
            "keys",
            "fire",
            "mail",
            "light",
        ),
        *(
            "sofa",
            "generator",
        ),
    )
)
_TITLES: Final = frozenset(("mr", "mrs", "ms", "miss", "mr.", "mrs.", "aunty", "auntie", "uncle"))
_PAIRS: Final = frozenset((("next", "to"), ("door", "to"), ("across", "from"), ("front", "of")))
_HOURS: Final = {"at": 12, "from": 31}  # up to here it may be an hour or a day
_NOT_NAMES: Final = frozenset(
    (
        *("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Sep", "Oct", "Nov"),
        *("Dec", "January", "February", "March", "April", "August", "September", "October"),
        *("November", "December", "Bus", "Gate", "Road", "Street", "Lane", "Close", "Platform"),
        *("Route", "Line", "Exit", "Bay", "Channel", "Covid", "Area", "Zone", "Sector", "Phase"),
        *("Grade", "Class", "Year", "Level", "Size", "Psalm", "Chapter", "Episode", "Season"),
        *("Need", "Needs", "Got", "Only", "About", "Under", "Over", "Times", "Score", "Lift"),
        *("Highway", "Ward", "Block", "Tower", "Building", "House", "Typhoon", "Windows", "Number"),
        *("Task", "Request", "Order", "Section", "Lot", "Sugar", "Pressure", "Top", "Interstate"),
        *("Terminal", "Form", "Part", "Room", "Flat", "Unit", "Apt", "Door", "Purok", "Sitio"),
        *("Barangay", "Brgy", "Suite", "Casita", "Villa", "Floor", "Plot", "Pocket", "Wing"),
        *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Mile"),
        *(
            "Week",
            "Day",
            "Under",
            "Parking",
            "Stall",
            "The",
            "At",
            "In",
            "To",
            "For",
            "From",
            "On",
            "By",
            "And",
        ),
    )
)
_MEASURES: Final = re.compile(
    r"\b(?:sugar|fasting|b\.?p\.?|pressure|pulse|oxygen|o2|spo2|sats?|aqi|temp\w*|fever|weighs?|score"
    r"|total|pages?|price|rs|cost|word count|ref|code|call|phone|dial|text|age[ds]?|turn\w*|married"
    r"|widowed|retir\w+|retrench\w*|born|speed|degrees)\b[^,.!?]{0,24}$",
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
    if one.value.upper() in _NOT_LETTERED or _THING.match(one.text, one.end):
        return None
    owned = one.text.startswith("'s", one.end)
    if m["led"]:
        led = not one.words or one.before[-1] in ",.;:!?" or one.before in _LED
        return 4 if owned or led else None
    if m["scots"] or (m["letter"] in "ABCDEGHJKR" and len(m["n"]) < 3):
        return 3 if one.before != "the" else None
    if m["letter"] == "F":
        return 3 if _FRONT.match(one.text, one.end) else None
    if m["letter"] in "abcdefghlr" and (owned or one.before in _AT or one.before in _CALLED_AT):
        return 5
    return _last(one) if m["letter"].upper() in "ABCDEFGH" else None


def _numbered(one: _Seen) -> int | None:
    """How sure a door without a letter is, 1 the surest."""
    text, value, end = one.text, one.value, one.end
    if _HOUSE_NAME.match(text, end):
        return 1
    if _COUNTED.match(text, end) or (one.words and measured(text, one.start)):
        return None
    rank = _last(one)
    if rank is not None:
        return rank
    if len(value) < 4 and value[-1] != "0" and _OWNS.match(text, end):
        return 6
    if len(value) < 4 and _belongs(one) and not _DAYTIME.match(text, end):
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
    name = word.isalpha() and word.istitle() and word not in _NOT_NAMES
    return 2 if name and len(plain) < 4 and one.end >= len(one.text.rstrip(".!")) else None


def _belongs(one: _Seen) -> bool:
    """Outside 31, next door to 9, the lady at 12, Mr Wilks in 17, bedbugs in 23."""
    if one.before in _NEXT_TO or one.two in _PAIRS:
        return True
    if one.before not in ("at", "in", "from") or len(one.words) < 2:
        return False
    if one.before == "in" and one.words[-2] in _LIVING:
        return True
    return one.words[-2] in _WHO or (len(one.words) > 2 and one.words[-3] in _TITLES)


def _is_at(one: _Seen) -> bool:
    """In 705, at 41, knocked on 14, door of 3."""
    value, word, former = one.value, one.before, one.two[0]
    if _STREET.match(one.text, one.end) or one.two == ("up", "to"):
        return False
    called = word in _CALLED_AT or (former, word) in _VISITED
    called |= former in _CALLED_AT and word in ("on", "to") and former[:4] not in ("rang", "ring")
    if called and len(value) < 4:
        return True
    if word not in _AT and word not in ("for", "madam", "auntie", "i'm") and not called:
        return False
    late = len(value) == 2 and int(value) > _HOURS.get(word, 99)
    line = HELP_LINES.fullmatch(value) is not None and word not in ("at", "in", "from")
    return late or (_deep(value) and not line)


_VISITED: Final = frozenset(
    (noun, word) for noun in ("bell", "door", "i'm", "im", "we're") for word in ("at",)
) | frozenset((noun, "of") for noun in ("door", "hall", "stairs"))
_LIVING: Final = frozenset(("is", "are", "lives", "live", "i'm", "im", "we're", "who's", "whoever"))


def _stands(one: _Seen) -> bool:
    """By itself at the head of a sentence or at its end: 705 is empty; the door is open, 1203."""
    among = one.before[-1:].isdigit() or one.before in ("over", "and", "or", "code", "codes")
    if among or not _deep(one.value) or HELP_LINES.fullmatch(one.value):
        return False
    head = not one.words or one.before[-1] in ".!?"
    if head and _OF_ITS_OWN.match(one.text, one.end):
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
