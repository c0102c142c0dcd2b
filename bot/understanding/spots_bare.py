"""Doors in English by a bare number: where a message ends with it, or a name, or a house does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

Span = tuple[int, int]

_LAST: Final = re.compile(  # bara brith, still warm. 31; Wills and deeds. Frank, 160
    r"(?<![\d.,:])(?<!\b[Nn]o)[,.!;]\s(?:here at\s)?(?P<v>\d{1,4}[A-Ha-h]?)[.!?]{0,3}"
    r"(?:$|\s(?=[A-Z]))"
)
_SIGNED: Final = re.compile(r"(?P<name>[A-Z][a-z]+)\s(?P<v>\d{1,3}[A-Ha-h]?)[.!]{0,3}$")
_HOUSE_NAME: Final = re.compile(  # 22 Ardmore House
    r"(?<![\w/-])(?P<v>\d{1,4}[A-Ha-h]?)\s(?:[A-Z][a-z']+\s){1,2}"
    r"(?:House|Lodge|Mansions?|Heights|Apartments|Flats|Towers?|Manor|Residences?)\b"
)
_NOT_NAMES: Final = frozenset(
    (
        *("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Sep", "Oct", "Nov"),
        *("Dec", "January", "February", "March", "April", "August", "September", "October"),
        *("November", "December", "Bus", "Gate", "Road", "Street", "Lane", "Close", "Platform"),
        *("Route", "Line", "Exit", "Bay", "Channel", "Covid", "Area", "Zone", "Sector", "Phase"),
        *("Grade", "Class", "Year", "Level", "Size", "Psalm", "Chapter", "Episode", "Season"),
        *("Need", "Needs", "Got", "Only", "About", "Under", "Over", "Times", "Score", "Lift"),
        *("Highway", "Ward", "Block", "Tower", "Building", "House", "Typhoon", "Windows", "Iphone"),
        *("Number", "Task", "Request", "Order", "Section", "Lot", "Sugar", "Pressure", "Top"),
        *("Interstate", "Terminal", "Form", "Part", "Room", "Flat", "Unit", "Apt", "Door"),
        *("Purok", "Sitio", "Barangay", "Brgy", "Suite", "Casita", "Villa"),
        *("Floor", "Plot", "Pocket", "Wing", "Parking", "Stall"),
    )
)  # fmt: skip
_MEASURES: Final = re.compile(
    r"\b(?:sugar|fasting|b\.?p\.?|pressure|pulse|oxygen|o2|spo2|sats?|aqi|temp\w*|fever|weighs?|score"
    r"|total|pages?|price|rs|cost|word count|ref|code|call|phone|dial|text|age[ds]?"
    r"|turn\w*|married|widowed|retir\w+|retrench\w*|born|speed|degrees)\b[^,.!?]{0,24}$",
    re.IGNORECASE,
)
_YEARS: Final = range(1950, 2036)


def bare(text: str) -> Iterator[tuple[str, Span]]:
    """The number of a door and where it stands, surest first."""
    for m in _HOUSE_NAME.finditer(text):
        yield m["v"].upper(), m.span("v")
    for pattern in (_LAST, _SIGNED):
        for m in pattern.finditer(text):
            value = m["v"]
            named = pattern is _LAST or m["name"] not in _NOT_NAMES
            if named and _may_be_door(value) and not measured(text, m.start("v")):
                yield value.upper(), m.span("v")


def measured(text: str, at: int) -> bool:
    """Whether the number at ``at`` is a reading or a count: sugar 310, AQI 480."""
    return _MEASURES.search(text, max(0, at - 40), at) is not None


def _may_be_door(value: str) -> bool:
    plain = value.rstrip("ABCDEFGHabcdefgh")
    if len(plain) < 3:
        return plain[0] != "0"
    return int(plain) not in _YEARS and (plain[-2:] != "00" or plain != value)
