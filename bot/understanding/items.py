"""Goods, services and faults of a message as items: as written, by name, how many."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.understanding import sounds, things
from bot.understanding.amounts import Amount, amounts
from bot.understanding.lexicon import Entry, Hit, lexicon
from bot.understanding.normalise import Plain, written
from handlers.reading import Item

_ERRAND = "代购"
"""Says only how the goods named beside it are to come."""
_BRIEF = 14  # tokens: a message no longer than this names but what it asks for
_LIGHT = re.compile(
    "(?<=[\u4e00-\u9fff])(?:一下|一哈|下子|一次|一趟|几下|下|个|点|些)(?=[\u4e00-\u9fff])"
)
_EDGE = re.compile(
    r"^(?:the|a|an|some|any|my|our|your|spare|extra|of|个|点|些|的|多的|那种)\s?|\s?(?:please|pls|po|的|吗|吧)$"
)
_APART = re.compile("[,。;、!?]")
_VERB = re.compile("^[修换装搬抬洗喂遛陪接看带取拿送教做写填]")


def items_of(
    plain: Plain, low: str, hits: Sequence[Hit], weights: things.Weights | None = None
) -> tuple[Item, ...]:
    """Things asked for or offered in a message (``low`` in lower case), each once, in order."""
    text = plain.text
    counted = amounts(text)
    found = things.spans(low, hits, counted, plain.lang, weights or things.shipped())
    named = [hit for hit in hits if hit.entry.kind != "symptom"]
    if not found and len(things.tokens(low)) <= _BRIEF + 2 * len(counted):
        found = [(hit.start, hit.end) for hit in named]
    items: dict[str, Item] = {}
    for span in found:
        start, end, entry = _known(low, *span, named)
        name = _name(entry) if entry else _EDGE.sub("", text[start:end])
        if not name or name in items:
            continue
        near = None if entry and entry.kind != "thing" else _beside(text, start, end, counted)
        many, unit = (near.number, near.unit) if near else (None, None)
        items[name] = Item(written(plain.raw, text[start:end]), name, many, unit)
    if len(items) > 1:
        items.pop(_ERRAND, None)
    return tuple(items.values())


def _name(entry: Entry) -> str:
    return (entry.cure or entry.name) if entry.kind == "fault" else entry.name


def _known(low: str, start: int, end: int, named: Sequence[Hit]) -> tuple[int, int, Entry | None]:
    """The span, widened to whole words of the lexicon, and the entry it names."""
    inside = [hit for hit in named if hit.start < end and start < hit.end]
    if inside:
        start, end = min(start, inside[0].start), max(end, inside[-1].end)
    words = low[start:end]
    whole = _LIGHT.sub("", words)
    entry = lexicon().entry(words) or (lexicon().entry(whole) if whole != words else None)
    if entry is None and inside:
        entry = _head(inside, start, end, words)
    if entry is None and not inside:
        entry = sounds.alike(whole)
    return start, end, entry if entry is None or entry.kind != "symptom" else None


def _head(inside: Sequence[Hit], start: int, end: int, words: str) -> Entry | None:
    """What a phrase is chiefly about: what is broken, else the word it ends in."""
    for hit in inside:
        if hit.entry.kind in ("fault", "service"):
            return hit.entry
    last = inside[-1]
    if last.end < end and 2 * (last.end - last.start) < end - start:
        return None  # 猫包快递 is a parcel, 热水器不出热水 no hot water
    return None if _VERB.match(words) else last.entry


def _beside(text: str, start: int, end: int, counted: Sequence[Amount]) -> Amount | None:
    """The amount just before a thing (两盒牛奶, 2 boxes of milk) or just after (牛奶两盒)."""
    for amount in counted:
        first, last = amount.span
        before = -1 <= start - last <= 4 and _APART.search(text, last, start) is None
        if before or first < start < last or start <= first < end:
            return amount
    for amount in counted:
        if 0 <= amount.span[0] - end <= 2:
            return amount
    return None
