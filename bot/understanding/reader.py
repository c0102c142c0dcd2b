"""Reads a message: clean text, slots, lexicon, danger, act, and what the talk makes of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from bot.understanding.acts import EDGES, Judge, category
from bot.understanding.amounts import Amount, amounts
from bot.understanding.dangers import Dangers
from bot.understanding.lexicon import Hit, Lexicon, lexicon
from bot.understanding.normalise import Plain, normalise
from bot.understanding.people import person
from bot.understanding.phones import phones
from bot.understanding.spots import spot
from bot.understanding.talk import in_talk, talk_from
from bot.understanding.times import when
from handlers.reading import ForWhom, Item, Reading, Spot

_DIGIT = re.compile(r"\d")
_MANY_DIGITS = re.compile(r"(?:\d[ \-.()]{0,2}){7}")
_PLACE_CUE = re.compile(
    r"[楼栋幢座号室路街区村苑园城巷弄门单庭里厦店校院站镇县桥]|\d|#"
    r"|\b(?:b(?:ld|ui?ld)|block|unit|flat|apt|apartment|room|floor|street|road|tower|house|ave"
    r"|lane|at|in|near)",
    re.IGNORECASE,
)
_REFERS = re.compile(
    r"(?:^|[\s,。:])(?:(?:我来|我接|接|领|认领|做|去|抢|取消|关闭|转|完成|退|放弃)(?:单|任务)?\s?#?)"
    r"(\d{1,6})(?=号?单|号$|$|[\s,。!]|我来|谢谢|吧|了)"
    r"|#\s?(\d{1,6})(?![\d#*])"
    r"|(?<![\d.:])(\d{1,6})\s?号(?:单|任务|求助|需求|件|工单)"
    r"|\b(?:task|no\.?|number|request|job|order|ticket|case|take|claim|do|got|cancel|close)\s?#?"
    r"(\d{1,6})\b(?!\s?(?:am|pm|min|hour|day|box|bottle|pack|kg|people|kids|mg|of|more|or|to"
    r"|week|month|year|pill|bag|pint|mask)|:|\.\d|-)"
    r"|^(\d{1,6})\s?号?\s?,?(?:我来|我接|我去|我可以|我送)",
    re.IGNORECASE,
)
_UNIT_NUMBER = re.compile(
    r"(?:apt|apartment|unit|flat|room|suite|floor|block|bldg|building)\.?\s?#\s?\d", re.IGNORECASE
)
_LABELS = frozenset(("request", "求助", "急求", "求救", "sos", "寻人", "紧急求助", "🆘", "needed"))
_SLOTTED = frozenset(("need", "offer", "report", "unwell", "vouch", "question", "claim", "command"))


class Reader:
    """Turns text into a `Reading`; one instance serves all threads."""

    def __init__(self, words: Lexicon | None = None) -> None:
        self._lexicon = words or lexicon()
        self._judge = Judge()
        self._dangers = Dangers()

    def read(
        self,
        text: str,
        *,
        at: datetime | None = None,
        lang: str | None = None,
        context: Sequence[str] = (),
    ) -> Reading:
        """The reading of one message.

        ``at`` is when it was sent, ``lang`` (zh, en) overrides the guess, ``context`` holds the
        earlier lines of the talk, oldest first, as ``name: line``. Never raises on any text.
        """
        plain = normalise(text)
        reading = self._read(plain, at, lang or plain.lang)
        if context:
            return in_talk(reading, text, talk_from(context))
        return reading

    def why(self, text: str) -> list[str]:
        """The tags a message is decided by, for those who tune the rules."""
        plain = normalise(text)
        low = _lower(plain.text)
        hits = self._lexicon.find(low)
        mask = self._judge.tags(low, hits, plain.lang, 0)
        return self._judge.names.names(self._judge.verdict(low, mask).tags)

    def _read(self, plain: Plain, at: datetime | None, lang: str) -> Reading:
        low = _lower(plain.text)
        hits = self._lexicon.find(low)
        danger = self._dangers.find(low)
        numbers = phones(plain.text)[0] if _MANY_DIGITS.search(low) else ()
        place = spot(plain.text) if _PLACE_CUE.search(low) else Spot()
        judge = self._judge
        extra = (
            (judge.dangers[danger] if danger else 0)
            | (judge.phone if numbers else 0)
            | (judge.place if place else 0)
            | (judge.room if place.room else 0)
            | (judge.forwarded if plain.forwarded else 0)
            | (judge.hashtag if plain.hashtags else 0)
            | (judge.asked if _asks_by_label(plain) else 0)
        )
        mask = judge.tags(low, hits, lang, extra)
        act, sure, mask = judge.verdict(low, mask)
        reading = Reading(
            act=act,
            emergency=danger,
            place=place,
            phone=numbers,
            urgency=judge.urgency(act, mask, danger=danger is not None),
            refers=_refers(plain.text) if _DIGIT.search(low) else None,
            confidence=sure,
        )
        if act not in _SLOTTED and danger is None:
            return reading
        return reading.but(
            category=category(act, low, hits, danger, wanted=judge.wants(mask)),
            items=items_of(plain.text, hits) if act in ("need", "offer") else (),
            person=person(plain.text) if act != "command" else ForWhom(),
            when=when(plain.text, at),
        )


def _asks_by_label(plain: Plain) -> bool:
    """Whether a bracket or hashtag says it is a plea: [Request], #求助#."""
    return any(
        label.strip("[]").lower() in _LABELS for label in (*plain.emoji, *plain.hashtags) if label
    )


def _lower(text: str) -> str:
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _refers(text: str) -> int | None:
    found = _REFERS.search(text.strip(EDGES.replace("#", "")))
    if found is None or _UNIT_NUMBER.search(text):
        return None
    return int(next(group for group in found.groups() if group))


def items_of(text: str, hits: Sequence[Hit]) -> tuple[Item, ...]:
    """Goods and services named, each once, with the amount that stands beside it."""
    counted = amounts(text) if hits else ()
    items: dict[str, Item] = {}
    for hit in hits:
        kind = hit.entry.kind
        name = hit.entry.cure if kind == "fault" else hit.entry.name
        if kind == "symptom" or not name or name in items:
            continue
        near = _beside(hit, counted)
        items[name] = Item(
            text[hit.start : hit.end],
            name,
            near.number if near else None,
            near.unit if near else None,
        )
    return tuple(items.values())


def _beside(hit: Hit, counted: Sequence[Amount]) -> Amount | None:
    """The amount just before a thing (两盒牛奶, 2 boxes of milk) or just after (牛奶两盒)."""
    if hit.entry.kind != "thing":
        return None
    for amount in counted:
        start, end = amount.span
        if -1 <= hit.start - end <= 4 or (start < hit.start < end):
            return amount
    for amount in counted:
        if 0 <= amount.span[0] - hit.end <= 2:
            return amount
    return None
