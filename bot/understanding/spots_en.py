"""English places: building 3, unit 2, flat 12B, #501, 3rd floor, the lobby, 12 Elm Street."""

from __future__ import annotations

import re

from bot.understanding.numbers import digits, number
from bot.understanding.spots_bare import HELP_LINES
from bot.understanding.spots_doors import doors
from bot.understanding.spots_named import knows, named, proper, widened
from bot.understanding.spots_nouns import SPOTS
from bot.understanding.spots_terms import roomlike
from handlers.reading import Spot

Span = tuple[int, int]

_WORDS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_ORDINAL_WORDS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_ORDINALS = {word: i for i, word in enumerate(_ORDINAL_WORDS.split(), 1)}
# What may stand between the word and its number; a letter or a word needs a space: block C.
_NO = r"\.?\s?(?:#\s?|(?:no\.?|number)\s?(?=\d))?(?:(?=\d)|(?<=[\s#]))"
_BUILDING = re.compile(
    rf"(?<![\w-])(?:building|bui?lding|bldg|bld|block|blk|tower|house|chawl|hostel|plot|pocket){_NO}"
    rf"(?P<v>\d{{1,4}}[a-z]?|[a-z]\d{{0,2}}|{_WORDS})(?![\w%])(?!\s?(?:days?|hours?|min|years?|"
    rf"people|of us|am|pm|kg|away|times)\b)"
    r"|(?<![\w.-])(?:no\.?\s?|number\s)(?P<w>\d{1,3}[a-z]?)\s(?:building|bldg|block)\b",
    re.IGNORECASE,
)
_UNIT = re.compile(
    rf"(?<![\w-])(?:unit|entrance|stairwell|staircase|stair){_NO}(?P<v>\d{{1,4}}[a-z]?|"
    rf"[a-z]\d?|{_WORDS})(?![\w%]|/\d|\s(?:dollars|bucks|times)\b)",
    re.IGNORECASE,
)
_ROOM = re.compile(
    rf"(?<![\w-])(?:flat|apt|apartment|room|rm(?=[. ])|suite|ste|condo|door|casita|villa"
    rf"|cottage){_NO}"
    rf"(?P<v>\d{{1,3}}-[a-z]|\d{{1,5}}\s?[a-z]?|[a-z]-?\d{{1,4}}|{_WORDS})"
    rf"(?![\w%:]|/\d|-\d{{3}})(?!\s(?:days?|hours?|min\w*|"
    rf"people|times)\b)",
    re.IGNORECASE,
)
_FLOOR = re.compile(
    r"(?<![\w.-])(?:(?P<n>\d{"
    r"1,2})(?:(?:st|nd|rd|th)|(?=\s(?:floor|flr)\b))|"
    r"(?P<o>" + "|".join(_ORDINALS) + r"))\s(?:floor|fl|flr|level|storey|story)\b"
    rf"|(?<![\w-])(?:floor|level|flr){_NO}(?P<v>\d{{1,2}}|{_WORDS})(?![\w%.])|"
    rf"(?P<g>\bground\sfloor\b)",
    re.IGNORECASE,
)
_WORD = re.compile("[a-z]+")
# Words one of which a part needs; asked first, for the patterns look at every letter.
_HOUSES = frozenset(
    (
        *("building", "bulding", "bldg", "bld", "block", "blk", "tower", "house"),
        *("chawl", "hostel", "plot", "pocket"),
    )
)
_STAIRS = frozenset(("unit", "entrance", "stairwell", "staircase", "stair"))
_FLOORS = frozenset(("floor", "fl", "flr", "level", "storey", "story"))
_DOORS = frozenset(("flat", "apt", "apartment", "room", "rm", "suite", "ste", "condo", "door")) | {
    "casita",
    "villa",
    "cottage",
}
_PARTS = (
    ("b", _BUILDING, _HOUSES),
    ("u", _UNIT, _STAIRS),
    ("f", _FLOOR, _FLOORS),
    ("r", _ROOM, _DOORS),
)
CUES = _HOUSES | _STAIRS | _FLOORS | _DOORS | SPOTS
"""English words one of which a message must hold to name a place, if it has no figure."""
_FLOORED = re.compile(r"[Ff]lo|FLO|[Ff]lr?\b|[Ll]evel|[Ss]tore?y")
_STAIR = re.compile("[1-8]|[A-Z]")
_HOUSE = re.compile(r"\bhouse\s(?:no\.?\s?)?(\d{1,3}[a-z]?)\b", re.IGNORECASE)
_HASH = re.compile(
    r"[\s,]{0,3}#\s?(?:(?P<f>\d{1,2})-(?=\d{2,4}(?!\w)))?(?P<v>\d{1,4}[a-z]?)(?!\w)", re.IGNORECASE
)
_DECKED = re.compile(r"[\s,]{1,2}(?P<f>\d{1,2})-(?P<v>\d{1,2}[a-z]?)(?![\w-])", re.IGNORECASE)
_FOLLOWING = re.compile(
    (
        r"(?:\s?[,-]\s?|\s)(?P<v>\d{3,4}[a-z]?)(?![\w%:.-])(?!\s(?:people|dollars|days|kg|am|"
        r"pm)\b)"
    ),
    re.IGNORECASE,
)
_LEADING = re.compile(
    (
        r"(?<![\w#$£€.:/-])(?P<v>\d{3,4}[a-z]?)(?:\s?,\s?|\s(?:in|of|at)\s|"
        r"\s)(?:the\s)?$"
    ),
    re.IGNORECASE,
)
_STREET = (
    r"\d{1,5}[a-z]? (?!people|persons|kids|min|hour|day|mile|km|on|of|in|"
    r"more)(?:[a-z][a-z'.]{1,20} ){1,3}?(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|"
    r"boulevard|blvd|"
    r"close|crescent|terrace|place|court|way)\b\.?"
)
_ADDRESS = re.compile(rf"(?<![\w$£€.:/-]){_STREET}", re.IGNORECASE)
_NUMBERED = re.compile(
    rf"(?<![\w$£€.:/-]){_STREET}"
    r"|\b(?:the )?corner of [a-z0-9' ]{2,25}? (?:and|&) [a-z0-9']{2,20}(?: (?:street|st|road|rd|"
    r"avenue|ave)\b)?",
    re.IGNORECASE,
)
_STREETS = frozenset(
    (
        *("street", "st", "road", "rd", "avenue", "ave", "lane", "ln", "drive", "dr", "boulevard"),
        *("blvd", "close", "crescent", "terrace", "place", "court", "way", "corner"),
    )
)
_FALSE = re.compile(r"(?:house of|block of|on the way|my way|the way)", re.IGNORECASE)


_WINGED = re.compile(r"([A-Za-z])-(\d{3,4})")  # flat C-701
_TRIPLE = re.compile(r"(?<![\w./:-])(\d{1,3})-(\d{1,2})-(\d{3,4})(?![\w./:-])")


def place(text: str) -> tuple[Spot, Span] | None:
    """The place, and where its words stand; None if ``text`` names none."""
    parts: dict[str, str] = {}
    spans: list[Span] = []
    words = _WORD.findall(text.lower())
    for part, pattern, needs in _PARTS:
        if needs.isdisjoint(words) or (part == "f" and _FLOORED.search(text) is None):
            continue
        for m in pattern.finditer(text):
            value = _value(m)
            if value is not None:
                winged = _WINGED.fullmatch(m["v"]) if part == "r" else None
                parts |= {"b": winged[1].upper(), "r": winged[2]} if winged else {part: value}
                spans.append(m.span())
                break
    if spans and "r" not in parts:
        _door(text, parts, spans)
    triple = None if text.count("-") < 2 else _TRIPLE.search(text)
    if triple is not None and roomlike(triple[3]) and parts.keys() <= {"f"}:
        floor = parts.get("f")
        return Spot(triple[1], triple[2], floor, triple[3], triple[0]), triple.span()
    if "r" not in parts:
        _home(text, parts, spans)
    for more, at in list(doors(text, parts, spans)):
        parts = {**more, **parts}
        spans.append(at)
    if not spans:
        numbered = None if _STREETS.isdisjoint(words) else _NUMBERED.search(text)
        if numbered is not None and _FALSE.search(numbered[0]) is None:
            return Spot(text=numbered[0].rstrip(".")), numbered.span()
        spot = named(text, words) if knows(words) else proper(text)
        return None if spot is None else (Spot(text=text[spot[0] : spot[1]]), spot)
    street = None if _STREETS.isdisjoint(words) else _ADDRESS.search(text)
    if street is not None and _FALSE.search(street[0]) is None:
        spans.append(street.span())
    start, end = _span(text, sorted(spans))
    get = parts.get
    return Spot(get("b"), get("u"), get("f"), get("r"), text[start:end]), (start, end)


def _value(m: re.Match[str]) -> str | None:
    """The part as digits or capitals; None if a lone letter is but an article."""
    group = m.groupdict()
    if group.get("g"):
        return "G"
    if group.get("o"):
        return str(_ORDINALS[group["o"].lower()])
    word = str(group.get("v") or group.get("w") or group.get("n") or "")
    if len(word) == 1 and word.isalpha() and (word in "Iin" or not (word.isupper() or word > "a")):
        return None
    word = word.replace(" ", "").replace("-", "")
    if word.isalpha() and len(word) > 1:
        value = number(word)
        return None if value is None else str(int(value))
    return digits(word)


def _door(text: str, parts: dict[str, str], spans: list[Span]) -> None:
    """A door beside the parts found: building 3 #501, unit 2, 501, 501 in building 3."""
    last = max(spans, key=lambda s: s[1])
    decked = _DECKED.match(text, last[1]) if "b" in parts else None
    after = _HASH.match(text, last[1]) or decked or _FOLLOWING.match(text, last[1])
    if after is not None and HELP_LINES.fullmatch(after["v"]) is None:
        parts["r"] = digits(after["v"])
        if "f" not in parts and after.groupdict().get("f"):
            parts["f"] = str(int(after["f"]))  # blk 12 #08-517: the eighth floor
            parts["r"] = parts["r"].lstrip("0")
        spans.append(after.span())
        return
    first = min(spans)
    before = _LEADING.search(text, max(0, first[0] - 16), first[0])
    if before is not None and "b" in parts:
        parts["r"] = digits(before["v"])
        spans.append((before.start(), first[0]))


def _home(text: str, parts: dict[str, str], spans: list[Span]) -> None:
    """A home by another name: unit 12, but unit 2 of building 3 is a stair; block D, house 5."""
    if "u" in parts and ("b" not in parts or _STAIR.fullmatch(parts["u"]) is None):
        parts["r"] = parts.pop("u")
    house = _HOUSE.search(text) if "r" not in parts and "b" in parts else None
    if house is not None and house[1].upper() != parts["b"]:
        parts["r"] = house[1].upper()
        spans.append(house.span())


def _span(text: str, spans: list[Span]) -> Span:
    """The parts that stand together, with the area named before or after them."""
    start, end = spans[0]
    for left, right in spans[1:]:
        if left - end <= 8:
            end = max(end, right)
    return widened(text, start, end)
