"""Doors in English that stand without the word: B-604, T4-1203, #09-32, 7C, no. 14."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.understanding.numbers import digits
from bot.understanding.spots_bare import bare
from bot.understanding.spots_floors import floor, named_floor

Span = tuple[int, int]
Found = tuple[dict[str, str], Span]

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
_STAIRED = re.compile(  # in 3-2: building and stair
    r"(?:\b(?:in|at|of|elevator|lift)|,) (?P<b>\d{1,2})-(?P<u>[1-6])"
    r"(?![\w:-]|\.\d|\s?(?:am|pm|days?|hours?|weeks?|years?|on|tomorrow|today|tonight|people)\b)"
)
_BAY = re.compile(r"(?<![\w-])(?P<f>[PB][1-5])-(?P<r>\d{1,3})(?![\w-])")  # the place of a car
_WING = re.compile(
    r"\b(?:(?P<a>[A-HJ-Z])(?:\s|-)(?:wing|block|blk|tower|building|hallway|stairwell)|wing\s(?P<w>[A-HJ-Z]))\b"
    r"|\b(?:in|behind|outside|at|by|all of) (?P<l>(?<=all of )A|[B-H])(?=$|[,.?!;]"
    r"|\s(?:has|is|are|again|hallway|lobby|stairwell|please)\b)"
    r"|\b(?:[Dd]oors? on|[Dd]oor|[Rr]ow) (?P<d>[A-H])(?![\w'-])"
    r"|\b(?P<s>[A-H]) side\b"
    r"|(?<![\w-])T(?P<t>\d{1,2})(?![\w-])(?=[.,?!;]|$|\s(?:lobby|lift|gate|park|basement))"
)
_WINGS = ("wing", "block", "blk", "tower", "building")
_LONE = re.compile(r" [A-HT]\d?\d?(?=$|[ ,.!?;])|^T\d")
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
    "lift|gate|bus|route|token|park|form|bench|bed|slot|treadmill|machine|borehole|tap|well|signal"
    "|phone|contact|account|order|ref|reference|case|ticket|plate|bay|car"
    "|stall|platform|task|request|flight|room|line|channel|chapter|typhoon|train|pole|pump|the|a"
)
_BESIDE = frozenset(("at", "outside", "near", "opposite", "above", "below", "from", "by"))
_TASKED = re.compile(  # I'll take number 7 is a task, not a house
    r"\b(?:tak\w+|do(?:ing|ne)?|volunteer|claim|put|mark|clos\w+|cancel|finish\w*|drop|release|excuse"
    r"|(?:un)?assign|swap|chang\w+|ok|good|mine|show|what'?s|about|status|got|have|give|sign|switch)"
    r"\b[^,.!?]{0,24}$",
    re.IGNORECASE,
)
_LOT = re.compile(  # of mobile homes or allotments: lot 14; in spot 44
    r"(?<![\w-])(?<!parking )(?:lot|(?:in|on|at) (?:spot|site)) (?:no\.? ?)?"
    r"(?P<v>\d{1,3}[a-z]?)"
    r"(?![\w:.%-]|\s(?:of|more|people))",
    re.IGNORECASE,
)
_QUEUED = re.compile(r"\b(?:queue|ticket|line|clinic|called|waiting|killing time)\b")
_DIGIT = re.compile(r"\d")
_NO = re.compile(r"(?:no\.?|umber) ?\d", re.IGNORECASE)
_AMONG = re.compile("at|to|from|outside|in|with|for|by|near|opposite|above|below")
_BEFORE, _BEYOND = 96, 48  # letters around figures that are looked at


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
        near = left[low : max(map(left.rfind, "0123456789")) + _BEYOND]
    for found, (start, end) in _near(near, had) if near else ():
        yield found, (start + low, end + low)
    if "b" not in had and _winged(left) and (wing := _WING.search(left)) is not None:
        yield {"b": next(letter for letter in wing.groups() if letter)}, wing.span()
    if "f" not in had:
        yield from named_floor(left)


def _winged(text: str) -> bool:
    """Whether ``text`` may name a wing or tower by its letter."""
    return _LONE.search(text) is not None or any(word in text for word in _WINGS)


def _near(text: str, had: dict[str, str]) -> Iterator[Found]:
    """The door and the floor told by a figure in ``text``."""
    if "r" not in had:
        for found, (start, end) in _with_door(text, "b" in had):
            yield found, (start, end)
            text = text[:start] + "\0" * (end - start) + text[end:]  # nor is it the floor too
    if "f" not in had:
        yield from floor(text)


def _with_door(text: str, known: bool) -> Iterator[Found]:
    if "-" in text and (m := _BAY.search(text)) is not None:
        yield {"f": m["f"], "r": m["r"]}, m.span()
    elif "-" in text and not known and (m := _stacked(text)) is not None:
        yield {"b": m["b"], "f": m["f"].lstrip("0"), "r": m["r"].lstrip("0")}, m.span()
    elif "-" in text and not known and (m := _STAIRED.search(text)) is not None:
        yield {"b": m["b"], "u": m["u"]}, (m.start("b"), m.end("u"))
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
        apart = not before and text[: m.start()].rstrip()[-1:] in (",", "!", "?", ".")
        alone = (apart or m["end"] is not None) and _QUEUED.search(text) is None
        placed = said or alone or _AMONG.fullmatch(before) is not None
        tasked = before not in _BESIDE and _TASKED.search(
            text, 0, m.end("w") if m["w"] else m.start()
        )
        if placed and not tasked and _NOT_A_HOUSE.fullmatch(before) is None:
            yield m["v"].upper(), (m.start() + len(m["w"] or ""), m.end("v"))
    if (lot := _LOT.search(text)) is not None:
        yield lot["v"].upper(), lot.span()
    door = bare(text)
    if door is not None:
        yield door
