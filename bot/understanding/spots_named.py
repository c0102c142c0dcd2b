"""English spots in words: the bench by block C, outside the chemist, my front door, at Tesco."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from bot.understanding.normalise import lowered
from bot.understanding.spots_nouns import AT, BESIDE, KIND_ONLY, KINDS, NOUNS, PART_OF, SHY, THE

Span = tuple[int, int]

_JOINS: Final = frozenset(
    ("of", "by", "in", "at", "outside", "behind", "near", "opposite", "beside", "under", "on")
)
_WORD: Final = re.compile(r"[A-Za-z&]+(?:['’-][A-Za-z]+)*")
_PROPER: Final = re.compile(
    r"\b(?:at|in|near|outside|inside|reached|opposite|passing|via|going to|drive to|driving to"
    r"|ride to|lift to|get to|off to|headed to|heading to|bus to|over to|down to|up to)\s"
    r"(?P<name>(?:the\s)?[A-Z][a-z]+(?:'s)?(?:\s[A-Z][a-z]+){0,2})(?!\w|['’]\w)"
)
_NOT_PROPER: Final = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Jan|Febr)uary|March|April|May|June|July|August"
    r"|(?:Sept|Nov|Dec)ember|October|Christmas|Easter|Eid|Ramadan|English|Spanish|Arabic|French"
    r"|Chinese|Hindi|Tamil|Mrs?\b|Ms|Miss|Dr|Aunt|Uncle|Auntie|Granny|I\b|God|Jesus|Thanksgiving"
    r"|(?:Tower|Block|Flat|Unit|Apt|Building|Bldg|Room|Door|Wing|Level|Floor|Pocket|House)\b"
)


class _Word(NamedTuple):
    low: str
    start: int
    end: int


def knows(words: Sequence[str]) -> bool:
    """Whether one of these words, in lower case, is of a spot."""
    return not NOUNS.isdisjoint(words)


def named(text: str, words: Sequence[str]) -> Span | None:
    """The first spot that ``text``, of these words, names in words; None if none."""
    low = lowered(text)
    places = {at for noun in NOUNS.intersection(words) if (at := low.find(noun)) >= 0}
    for at in sorted(places):
        begin = max(0, at - _REACH)
        near = _words(text, begin, at + _REACH)
        found = next((i for i, word in enumerate(near) if word.start >= at), None)
        if found is not None and near[found].low in NOUNS:
            span = _around(text, near, found)
            if span is not None:
                return span
    return proper(text)


def _words(text: str, start: int, end: int) -> list[_Word]:
    return [_Word(m[0].lower(), m.start(), m.end()) for m in _WORD.finditer(text, start, end)]


_REACH: Final = 72  # letters before and after a noun that may belong to it


def proper(text: str) -> Span | None:
    """A shop, street or town by its name: at Tesco, going to Macon."""
    m = _PROPER.search(text)
    if m is None or _NOT_PROPER.match(m["name"].removeprefix("the ")):
        return None
    return m.span("name")


_JOIN: Final = re.compile(
    r"\b(?P<join>of|in|at|on|to|by|outside|behind|near|opposite|beside|under|below|above"
    r"|(?:in )?front of|next to|across from)\s(?:the\s)?$",
    re.IGNORECASE,
)


def widened(text: str, start: int, end: int) -> Span:
    """A door's span with what is said before and after it: the lift in block 2, B-8 roof."""
    m = _JOIN.search(text, max(0, start - 20), start)
    if m is not None:
        words = _words(text, max(0, m.start() - _REACH), m.start())
        noun = bool(words) and words[-1].low in NOUNS and words[-1].end + 1 == m.start()
        whole = _around(text, words, len(words) - 1, told=True) if noun else None
        if whole is not None:
            start = whole[0]
        elif m["join"].lower() not in AT and m["join"].lower() != "of":
            start = m.start()
    after = _words(text, end, end + 40)
    at = next((i for i, word in enumerate(after[:3]) if word.low in NOUNS), None)
    if at is not None and text[end : after[0].start] in (" ", "'s ", ", "):
        near = all(w.low in KINDS for w in after[:at]) and all(
            _joined(text, after, i) for i in range(at)
        )
        if near and not (after[at].low in SHY and text[end] == ","):
            end = after[at].end
    return start, end


def _around(text: str, words: Sequence[_Word], at: int, *, told: bool = False) -> Span | None:
    """The words that belong to the noun at ``at``; None if it stands for something else."""
    last = _compound(text, words, at)
    first = at
    while first and words[first - 1].low in KINDS and _joined(text, words, first - 1):
        first -= 1
    if not told and first == at and words[at].low in KIND_ONLY:
        return None
    first, owned = _determined(text, words, first)
    told = told or owned
    before = words[first - 1].low if first and _joined(text, words, first - 1) else ""
    if not told:
        plain = last > at or first < at or words[at].low not in SHY
        if not plain or not (before in AT or before in BESIDE or (not first and last > at)):
            return None
    first = _related(words, first)
    return words[first].start, words[_onward(text, words, last)].end


def _joined(text: str, words: Sequence[_Word], at: int) -> bool:
    """Whether nothing but a blank stands between a word and the next."""
    return text[words[at].end : words[at + 1].start] == " "


def _determined(text: str, words: Sequence[_Word], first: int) -> tuple[int, bool]:
    """From the article or owner on, with two words at most between: the blue gate."""
    for back in range(1, 4):
        at = first - back
        if at < 0 or not _joined(text, words, at):
            break
        if words[at].low in THE:
            return at, True
        if words[at].low in AT or words[at].low in BESIDE or words[at].low in _STOPS:
            break
    return first, False


_STOPS: Final = frozenset(
    (
        *(
            "a",
            "an",
            "and",
            "or",
            "is",
            "are",
            "was",
            "has",
            "have",
            "i",
            "we",
            "he",
            "she",
            "they",
        ),
        *(
            "of",
            "for",
            "with",
            "not",
            "no",
            "any",
            "some",
            "need",
            "next",
            "it",
            "who",
            "what",
            "if",
        ),
    )
)


def _related(words: Sequence[_Word], first: int) -> int:
    """With what is said of where it lies: outside, in front of, the back of."""
    if first > 1 and words[first - 1].low == "of" and words[first - 2].low in PART_OF:
        first -= 2
        if first and words[first - 1].low in ("in", "the", "at"):
            first -= 1
        return first
    if first > 1 and (words[first - 2].low, words[first - 1].low) in _PAIRS:
        return first - 2
    return first - (first > 0 and words[first - 1].low in BESIDE)


_PAIRS: Final = frozenset((("next", "to"), ("across", "from"), ("front", "of"), ("close", "to")))


def _onward(text: str, words: Sequence[_Word], last: int) -> int:
    """To the end of what it lies by: the bench by the gate."""
    if (
        last + 2 >= len(words)
        or words[last + 1].low not in _JOINS
        or not _joined(text, words, last)
    ):
        return last
    for at in range(last + 2, min(last + 6, len(words))):
        low = words[at].low
        stops = at > last + 2 and (low in _STOPS or low in AT)
        if stops or not _joined(text, words, at - 1):
            return last
        if low in NOUNS:
            return _compound(text, words, at)
    return last


def _compound(text: str, words: Sequence[_Word], at: int) -> int:
    """The last of the nouns that stand together: car park."""
    while at + 1 < len(words) and words[at + 1].low in NOUNS and _joined(text, words, at):
        at += 1
    return at
