"""Doors in English that stand without the word: B-604, T4-1203, #09-32, 7C, no. 14."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.understanding.numbers import digits
from bot.understanding.spots_bare import bare, measured
from bot.understanding.spots_floors import floor, named_floor
from bot.understanding.spots_terms import roomlike

Span = tuple[int, int]
Found = tuple[dict[str, str], Span]

_NOT_DOOR = (
    r"(?![\w%°]|[:.,]\d|\s?(?:am|pm|a\.m|p\.m|o'?clock|mins?|minutes|hours?|hrs?|days?|weeks?|months?"
    r"|years?|yrs?|mg|ml|kg|lbs?|km|miles?|people|persons|pax|kids|of|dollars|bucks|quid|pesos|naira"
    r"|rupees|each|more|times|units?|boxes|bags|metres|meters|feet|sq|yds?|more|cents?|percent|or|to"
    r"|till|street|st|road|rd|ave|avenue|dr|drive|lane|ln|[a-z]+ (?:street|st|road|rd|ave|dr))\b)"
)
_WINGED = re.compile(  # B-604, T4-1203, A/702, A 1403, C-9, 5B-1802, 5-201
    r"(?<![\w/-])(?P<b>T\d{1,2}|\d{1,2}[A-H](?=-)|\d{1,2}(?=-\d{3})|[A-HJ-Z])"
    r"(?:\s?[-/]\s?(?P<r>\d{2,4}[A-Z]?|(?<=[A-H]-)\d)|\s(?P<s>\d{3,4}))"
    r"(?![\w-]|[:.]\d|\s(?:vitamin|paper|sheet|size|visa|days?|hours?|years?)|(?:\sto\s|\s?-\s?)[A-Z]\b)"
    r"(?<!A-[345])(?<!B-12)(?<!F-.50)(?<!S-26)(?<!T-20)"
)
_STACKED = re.compile(  # A-12-03, B 11-9: block, floor, door
    r"(?<![\w/-])(?P<b>[A-HJ-Z]\d?(?=-)|\d{1,2}[A-Z]?(?=-)|[A-H])[- ]"
    r"(?P<f>\d{1,2})-(?P<r>\d{1,2}[A-Z]?)(?![\w/-])"
)
_BAY = re.compile(r"(?<![\w-])(?P<f>[PB][1-5])-(?P<r>\d{1,3})(?![\w-])")  # the place of a car
_WING = re.compile(
    r"\b(?:(?P<a>[A-HJ-Z])(?:\s|-)(?:wing|block|blk|tower|building)|wing\s(?P<w>[A-HJ-Z]))\b"
    r"|(?<![\w-])T(?P<t>\d{1,2})(?![\w-])(?=[.,?!;]|$|\s(?:lobby|lift|gate|park|basement))"
)
_WINGS = re.compile("wing|bl|tower|building")
_HDB = re.compile(
    r"(?:(?<![\w#])(?P<b>\d{1,3}[A-Z]?)\s)?#\s?(?P<f>[BL]?\d{1,2})-(?P<r>\d{1,4})(?!\w)"
)
_SLASHED = re.compile(  # 11/3: floor and door; 5/22 Elm: door and number in the street
    r"(?<![\w/.:$£€-])(?P<a>\d{1,2})/(?P<b>\d{1,3})(?![\w/-])(?!\s?(?:days?|hours?|of|mg|stars))"
)
_NUMBER = re.compile(
    r"(?<![\w.])(?P<w>[a-z]+\s)?(?:no\.?|number)\s?(?P<v>\d{1,3}[a-z]?)(?!\w|\s\d|[:.]\d|-\d)"
    r"(?!\s(?:one|of|times|people|bus|seed|ward))(?P<end>(?=[.]|$))?",
    re.IGNORECASE,
)
_NOT_A_HOUSE = re.compile(
    "lift|gate|bus|route|token|park|form|bench|bed|slot|treadmill|machine|borehole|tap|well|signal|phone|contact|account|order|ref|reference|case|ticket|plate|bay|car"
    "|stall|platform|task|request|flight|room|line|channel|chapter|typhoon|train|pole|pump|the|a"
)
_BESIDE = frozenset(("at", "outside", "near", "opposite", "above", "below", "from", "by"))
_TASKED = re.compile(  # I'll take number 7 is a task, not a house
    r"\b(?:tak\w+|do(?:ing|ne)?|volunteer|claim|put|mark|clos\w+|cancel|finish\w*|drop|release|excuse"
    r"|(?:un)?assign|swap|chang\w+|ok|good|mine|show|what'?s|about|status|got|have|give|sign|switch)"
    r"\b[^,.!?]{0,24}$",
    re.IGNORECASE,
)
_LETTERED = re.compile(  # 7C, 31A
    r"(?<![\w$£€./:-])(?<![Tt]he )(?P<v>\d{1,2}[A-EGHJKR]|\d[FR]\d|\d{1,2}F(?=, (?:front|rear)))"
    r"(?P<w>)(?![\w-])"
    r"(?!\s?(?:printer|print|network|signal|phone|movie|tv|battery|batteries|cup))"
)
_LETTER_FIRST = re.compile(  # B4, C12: where a door is spoken of, for so are roads and vitamins
    r"(?:(?:^|[,.;:!?]\s?|\b(?:[Aa]t|[Ii]n|[Tt]o|[Ff]rom|[Ff]or|of|near|[Oo]utside|[Bb]y|[Aa]bove"
    r"|[Bb]elow|[Oo]pposite|under|behind|inside|is|[Ii]'m|[Ww]e're|house|hse|[Hh]ouse no|and)\s)"
    r"(?P<v>[A-H]\d{1,2})(?=$|[,.!?;:]|'s\b|\s)|(?<![\w-])(?P<w>[A-H]\d{1,2})(?='s\b))"
    r"(?!\s(?:paper|sheets?|vitamins?|size|envelopes?|visa|form|bus|road|roundabout|exit|gate|seat"
    r"|print|to\s[A-Z])\b)"
)
_HOUSE = re.compile(  # the lady at 12, Mr Wilks in 17, bedbugs in 23, outside 31, 12's door
    r"(?:\b(?:outside|opposite|beside|behind|near|next (?:door )?to|across from|in front of"
    r"|(?:m(?:rs?|s|iss)|auntie?|aunty|uncle|lady|girl|boy)\.? [a-z]+ (?:in|at|from)"
    r"|(?:lads?|wo?m[ae]n|lady|ladies|family|lass|lassie|couple|neighbou?rs?|bloke|fella|guys?|girls?"
    r"|boys?|students?|people|folks?|mama|baba|aunt(?:ie|y)|uncle|mzee|tenants?|residents?|lodger|dad"
    r"|mum|mom|mother|father|gran|nan|parcels?|package|leak|damp|bed ?bugs|alarm|pipe|smoke|noise"
    r"|music|boiler|doors?|windows?|drilling|party|keys?|fire|mail|light|sofa|generator)"
    r" (?:at|from|in))\s(?P<v>\d{1,3})(?P<x>)"
    rf"{_NOT_DOOR}(?!-|\s(?:this|in the|tonight|tomorrow|tmrw|sharp|(?-i:[A-Z][a-z])))"
    r"|(?<![\w.$£€'])(?P<w>\d{1,2}[1-9]|[1-9])'s\s(?=[a-z]))",
    re.IGNORECASE,
)
_LOW_LETTERED = re.compile(  # at 14a, 2b's
    r"(?:\b(?:[Aa]t|[Ii]n|[Ff]rom|[Oo]utside|[Aa]bove|[Bb]elow|[Oo]pposite|[Tt]o|[Oo]f|[Ff]or"
    r"|[Kk]nock) (?P<v>\d{1,3}[a-hlr])(?![\w-])|(?<![\w.-])(?P<w>\d{1,3}[a-h])(?='s\b))(?!\.m)"
)
_NOT_LETTERED = frozenset(
    ("3D", "4K", "5G", "4G", "3G", "2G", "2D", "A4", "A3", "B12", "B6", "A2", "D3")
)
_AT = re.compile(  # in 705, above 1402, knocked on 14
    r"(?<![\w'])(?P<near>(?:knock|rang|ring|buzz|passed|check|add|remove|register)(?:ed|ing)?"
    r"(?: on| at| for)?|outside|(?:bell|door|hall|stairs) (?:at|of)|door,"
    r"|(?:im|i'm|i am|we're|we are|is|lives) in"
    r"|come(?: to)?|(?:im|i'm|we're) at|at|in|inside|from|above|below|(?<!up )to|behind|of|on|for"
    r"|madam|auntie|i'm)"
    rf"\s(?P<v>\d{{1,4}}){_NOT_DOOR}",
    re.IGNORECASE,
)
_PLAIN = frozenset(
    (
        *("at", "in", "inside", "from", "above", "below", "to", "behind", "of", "on", "for"),
        *("madam", "auntie", "i'm"),
    )
)
_STANDING = re.compile(  # at the head of a sentence or by itself at its end
    r"(?:^|(?<=[.!?]\s))(?P<h>\d{3,4})(?:'s|(?=\s(?:is|has|balcony|again|still|keeps|kitchen|door)\b))"
    r"|(?:^|[,.?!]\s|\s)(?P<v>\d{3,4})(?=[.!?]*$|[,.?!]\s|\s(?:thank|any|please|pls|help|now|come|who)\w*)"
)
_FROM = {"at": 12, "from": 31}  # up to here it may be an hour or a day
_DIGIT = re.compile(r"\d")
_NO = re.compile(r"(?:no\.?|umber) ?\d", re.IGNORECASE)
_DEEP_DIGITS = re.compile(r"\d{3}")
_NEAR = re.compile(
    r"(?:\bat|from|knock\w* ?\w*|outside|in|to|come|at|bu[sz]z|r[ai]ng|passed|on|door,) \d{2}",
    re.IGNORECASE,
)
_NAME = re.compile(r"\s[A-Z][a-z]{2,}")
_MEASURED = re.compile(
    r"(?:sugar|fasting|aqi|temp\w*|fever|call|phone|dial|bp|over|and|or|code'?s?|\d)[,:]?\s\d{3,4}$",
    re.IGNORECASE,
)
HELP_LINES = re.compile("10[1-478]|11[0-3]|1[12]0|119|[2-9]11|9(?:88|99)")
_AMONG = re.compile("at|to|from|outside|in|with|for|by|near|opposite|above|below")
_YEARS = range(1950, 2036)
_BEFORE, _BEYOND = 96, 48  # letters around figures that are looked at
_TO_LAST = re.compile(r".*\d", re.DOTALL)


def doors(text: str, had: dict[str, str], taken: list[Span]) -> Iterator[Found]:
    """Parts that ``text`` gives beside those it names outright, and where; ``taken`` is read."""
    left = text
    for start, end in taken:
        left = left[:start] + "\0" * (end - start) + left[end:]
    first = _DIGIT.search(left)
    low, near = 0, ""
    if first is not None:
        # All that tells a door stands near a figure: the rest of a long message is not looked at.
        low = max(0, first.start() - _BEFORE)
        last = _TO_LAST.match(left, first.start())
        near = left[low : (last.end() if last else 0) + _BEYOND]
    for found, (start, end) in _near(near, had) if near else ():
        yield found, (start + low, end + low)
    wing = None
    if "b" not in had and (near or _WINGS.search(left) is not None):
        wing = _WING.search(left)
    if wing is not None:
        yield {"b": wing["a"] or wing["w"] or wing["t"]}, wing.span()
    if "f" not in had:
        yield from named_floor(left)


def _near(text: str, had: dict[str, str]) -> Iterator[Found]:
    """The door and the floor told by a figure in ``text``."""
    if "r" not in had:
        yield from _with_door(text, "b" in had)
    if "f" not in had:
        yield from floor(text)


def _with_door(text: str, known: bool) -> Iterator[Found]:
    if "-" in text and (m := _BAY.search(text)) is not None:
        yield {"f": m["f"], "r": m["r"]}, m.span()
    elif "-" in text and not known and (m := _stacked(text)) is not None:
        yield {"b": m["b"], "f": m["f"].lstrip("0"), "r": m["r"].lstrip("0")}, m.span()
    elif "#" in text and (m := _HDB.search(text)) is not None:
        home = {"f": m["f"].lstrip("L0") or "0", "r": str(int(m["r"]))}
        if m["b"] and not known:
            home["b"] = m["b"]
        yield home, m.span() if m["b"] and not known else (m.start("f") - 1, m.end())
    elif not known and (m := _WINGED.search(text)) is not None:
        yield {"b": m["b"].lstrip("T") or "T", "r": digits(m["r"] or m["s"])}, m.span()
    elif "/" in text and (m := _SLASHED.search(text)) is not None and (parts := _slashed(text, m)):
        yield parts, m.span()
    else:
        door = next(_rooms(text), None)
        if door is not None:
            yield {"r": door[0]}, door[1]


def _stacked(text: str) -> re.Match[str] | None:
    """Block, floor and door with dashes; without a letter or a nought it is a date or a score."""
    m = _STACKED.search(text)
    return m if m and (m["b"][-1:].isalpha() or m["r"][0] == "0") and int(m["f"]) else None


def _slashed(text: str, m: re.Match[str]) -> dict[str, str] | None:
    first, second = int(m["a"]), int(m["b"])
    if (first, second) in ((24, 7), (50, 50), (9, 11)) or second == 10 or not first or not second:
        return None
    street = re.match(r"\s[A-Z][a-z]+", text[m.end() : m.end() + 20]) is not None
    if street or second >= 20:
        return {"r": str(first)}
    return {"f": str(first), "r": str(second)} if second <= 6 and first <= 40 else None


def _rooms(text: str) -> Iterator[tuple[str, Span]]:
    for m in _NUMBER.finditer(text) if _NO.search(text) else ():
        before = (m["w"] or "").strip().lower()
        said = "no" in m[0][len(m["w"] or "") :].lower() and "umber" not in m[0]
        placed = said or m["end"] is not None or _AMONG.fullmatch(before) is not None
        tasked = before not in _BESIDE and _TASKED.search(
            text, 0, m.end("w") if m["w"] else m.start()
        )
        if placed and not tasked and _NOT_A_HOUSE.fullmatch(before) is None:
            yield m["v"].upper(), (m.start() + len(m["w"] or ""), m.end("v"))
    yield from bare(text)
    for pattern in (_LETTERED, _LETTER_FIRST, _LOW_LETTERED, _HOUSE):
        for m in pattern.finditer(text):
            part = "v" if m["v"] else "w"
            value = m[part].upper()
            if value not in _NOT_LETTERED:
                yield value, m.span(part)
    if _DEEP_DIGITS.search(text) is None and _NEAR.search(text) is None:
        return
    for m in _AT.finditer(text):
        value, word = m["v"], m["near"].lower()
        two = len(value) == 2 and int(value) > _FROM.get(word, 99)
        called = HELP_LINES.fullmatch(value) is not None and word not in ("at", "in", "from")
        door = (_deep(value) and not called) or two or (word not in _PLAIN and len(value) <= 3)
        if door and not _street(text, m) and not measured(text, m.start("v")):
            yield value, m.span("v")
    for m in _STANDING.finditer(text):
        value = m["h"] or m["v"]
        reading = _MEASURED.search(text, max(0, m.start() - 12), m.end()) is not None
        line = HELP_LINES.fullmatch(value) is not None
        if (
            _deep(value)
            and not reading
            and not line
            and not measured(text, m.start("h" if m["h"] else "v"))
        ):
            yield value, m.span("h" if m["h"] else "v")


def _deep(value: str) -> bool:
    """Whether a bare number reads as floor and door of a tower, and no year or help line."""
    if len(value) < 3 or int(value) in _YEARS or not roomlike(value):
        return False
    return len(value) == 3 or int(value[-2:]) <= 12


def _street(text: str, m: re.Match[str]) -> bool:
    """Whether a street follows: at 915 Maple."""
    return _NAME.match(text, m.end()) is not None
