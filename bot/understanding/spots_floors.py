"""Floors in English: 22F, landing 13, basement 2, the lady on 3, the lights on the 7th."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.understanding.numbers import number

Span = tuple[int, int]
Found = tuple[dict[str, str], Span]

_FLOOR_F = re.compile(
    r"(?<![\w#$£€./:-])(?:(?P<v>\d{1,2})/?F|L(?P<l>\d{1,2}))(?![\w-])(?!\s?fever)"
)
_DEEP = re.compile(r"(?<![\w-])(?P<v>[BP][1-5])(?![\w-]|\s?mask)")
_PARKED = re.compile(r"parking|car ?park|garage|level|floor|storage|drainage", re.IGNORECASE)
_BASEMENT = re.compile(r"\b[Bb]asement(?:\s(?:level\s)?(?P<n>[1-5]))?\b(?!\s?(?:prices?|deal))")
_MAIN = re.compile(r"[Mm]ain (?:floor|level)\b")
_NTH = re.compile(
    r"\b(?:(?:on|up tae|above|my floor,)\s(?:the\s)?|(?:at|from|fae)\s(?:the\s)?(?=\d{1,2}[snrt]))"
    r"(?P<v>\d{1,2})(?P<th>st|nd|rd|th)?\b"
    r"(?!\s?(?:am|pm|of|min|hour|day|week|year|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|[:/.]\d"
    r"|\s?%|-)"
)
_ON = re.compile(  # the lady on 3, trash room on 4, we live on 14, up to the 7th
    r"\b(?:(?:ladies|lady|(?:wo|gentle)?m[ae]n|tenants?|people|neighbou?rs?|guys?|family|folks?|kids?|residents?"
    r"|room|hall|chute|landing|corridor|hallway|stairs|stairwell|elevators?|lifts?|lights?|live[sd]?|living"
    r"|i'?m|we'?re) on|(?<!back )up to|get to) (?:the )?"
    r"(?P<v>\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)(?:st|nd|rd|th)?"
    r"(?=$|[,.?!;]|\s(?:has|is|was|with|who|and|again|keeps|but|needs|hasn't|isn't|can't|please|if))",
    re.IGNORECASE,
)
_UP = re.compile(
    r"\b(?:flair|landing|hallway|corridor|passage|(?<!to )(?<!'t )(?<!not )lift|elevator"
    r"|chute|stair\w*|balcony|railing|compactor|buggy|pram|windows?|smoke"
    r"|lights?|upstairs|floor|tubelight|smells?|reeks|renovation|rubbish|gas|sofa|telly)\b",
    re.IGNORECASE,
)
_STOREY = re.compile(
    r"\b(?:(?P<v>\d{1,2}) ?(?:th|st|nd|rd)? (?:flair|landing|storey|floor)"
    r"|landing (?P<w>\d{1,2}))\b"
)


def floor(text: str) -> Iterator[Found]:
    """The floor that a figure in ``text`` tells."""
    for pattern in (_FLOOR_F, _STOREY, _DEEP):
        m = pattern.search(text)
        if m is not None and (pattern is not _DEEP or m[0][0] != "B" or _PARKED.search(text)):
            yield {"f": next(value for value in m.groups() if value)}, m.span()
            return
    m = _ON.search(text)
    if m is not None:
        yield {"f": str(int(number(m["v"]) or 0))}, m.span("v")
        return
    m = _NTH.search(text)
    if m is not None and int(m["v"]) and _UP.search(text) is not None:
        yield {"f": m["v"]}, m.span("v")


def named_floor(text: str) -> Iterator[Found]:
    """The basement, the main floor."""
    if "asement" in text and (m := _BASEMENT.search(text)) is not None:
        yield {"f": f"B{m['n'] or 1}"}, m.span()
    elif "ain " in text and (m := _MAIN.search(text)) is not None:
        yield {"f": "G"}, m.span()
