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
# Patterns begin with plain letters, so that the engine skips to where they may stand.
_NTH = re.compile(  # on the 7th: a floor where lifts or stairs are spoken of, else a day
    r"(?:on|On|up tae|above|my floor,|at|At|from|fae) (?:the )?(?P<v>\d{1,2})(?P<th>st|nd|rd|th)?\b"
    r"(?!\s?(?:am|pm|of|min|hour|day|week|year|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"|[:/.]\d|\s?%|-)"
)
_NTHS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    *("tenth", "eleventh", "twelfth"),
)
_ON = re.compile(  # the lady on 3, trash room on 4, we live on 14, up to the 7th, I'm on the second
    r" (?P<lead>on|to) (?:the )?"
    r"(?:(?P<v>\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)(?:st|nd|rd|th)?"
    rf"|(?<=the )(?P<o>{'|'.join(_NTHS)}))(?:'s)?"
    r"(?=$|[,.?!;]|\s(?:has|is|was|with|who|and|again|keeps|but|needs|hasn't|isn't|can't|please|if))"
)
_HALTED = re.compile(  # elevator stopped at 11; a lift at 3 with its doors open
    r"\b(?:lift|elevator)\b(?:'s)?[^.!?]{0,24}?"
    r"\b(?:stopped|stuck|stops|jammed|sat|sitting|parked|is|'s)(?: (?:again|up))? at (?P<v>\d{1,2})"
    r"(?!\s?(?:am|pm|[:.]\d|o'clock)|\w)"
)
_LOBBY = re.compile(r"\b(?:lift |elevator )?lobby (?P<v>\d{1,2})(?![\w:.-])")
_ON_IT = frozenset(
    (
        *("lady", "ladies", "woman", "women", "man", "men", "gentleman", "tenant", "tenants"),
        *("people", "neighbour", "neighbours", "neighbor", "guy", "guys", "family", "folks", "kid"),
        *("kids", "resident", "residents", "room", "hall", "chute", "landing", "corridor"),
        *("hallway", "stairs", "stairwell", "elevator", "elevators", "lift", "lifts", "light"),
        *(
            "lights",
            "wall",
            "doors",
            "live",
            "lives",
            "lived",
            "living",
            "i'm",
            "im",
            "we're",
            "were",
            "flat",
            "apartment",
            "couple",
            "closet",
            "they're",
            "he's",
            "she's",
        ),
    )
)
_UP = re.compile(
    r"\b(?:flair|landing|hallway|corridor|passage|(?<!to )(?<!'t )(?<!not )lift|elevator"
    r"|chute|stair\w*|balcony|railing|compactor|buggy|pram|windows?|smoke"
    r"|lights?|upstairs|floor|tubelight|smells?|reeks|renovation|rubbish|gas|sofa|telly|extinguishers?)\b",
    re.IGNORECASE,
)
_STOREY = re.compile(
    r"\b(?:(?P<v>\d{1,2}) ?(?:th|st|nd|rd)? (?:flair|landing|storey|floor)"
    r"|landing (?P<w>\d{1,2}))\b"
)


def floor(text: str) -> Iterator[Found]:
    """The floor that a figure in ``text`` tells."""
    m = _FLOOR_F.search(text) if "F" in text or "L" in text else None
    if m is None and any(word in text for word in ("flair", "landing", "storey", "floor")):
        m = _STOREY.search(text)
    if m is None and ("B" in text or "P" in text):
        m = _DEEP.search(text)
        m = m if m and (m[0][0] != "B" or _PARKED.search(text)) else None
    if m is not None:
        yield {"f": next(value for value in m.groups() if value)}, m.span()
        return
    lift = _HALTED.search(text.lower()) if "lift" in text or "levator" in text else None
    lift = lift or (_LOBBY.search(text) if "lobby" in text else None)
    if lift is not None:
        yield {"f": lift["v"]}, lift.span()
        return
    for nth in _NTH.finditer(text):
        if not text[max(0, nth.start() - 1) : nth.start()].isalnum() and int(nth["v"]):
            if (nth["th"] or not nth[0].startswith(("at", "At", "from"))) and _UP.search(text):
                yield {"f": nth["v"]}, nth.span("v")
            return


def named_floor(text: str) -> Iterator[Found]:
    """The basement, the main floor; the floor somebody lives on."""
    for on in _ON.finditer(text):
        word = text[text.rfind(" ", 0, on.start()) + 1 : on.start()].lower()
        former = text[max(0, on.start() - 8) : on.start()]
        upward = on["lead"] == "to" and word in ("up", "get") and "back" not in former
        if upward or (on["lead"] == "on" and word in _ON_IT):
            which = _NTHS.index(on["o"]) + 1 if on["o"] else int(number(on["v"]) or 0)
            yield {"f": str(which)}, on.span("o" if on["o"] else "v")
            return
    if "asement" in text and (m := _BASEMENT.search(text)) is not None:
        yield {"f": f"B{m['n'] or 1}"}, m.span()
    elif "ain " in text and (m := _MAIN.search(text)) is not None:
        yield {"f": "G"}, m.span()
