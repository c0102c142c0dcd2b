"""How long something took, as people say it: `40分钟`, `一个半小时`, `1 hour 20 minutes`."""

from __future__ import annotations

import re
import unicodedata

_DIGITS = {one: at for at, one in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2, "半": 0.5}
_WORDS = {"a": 1, "an": 1, "half": 0.5, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_N = r"\d{1,4}(?:\.\d)?|[一二两三四五六七八九十]{1,3}|半|half an?|an?|half|one|two|three|four|five"
_SPAN = re.compile(
    r"(?:.{0,12}?(?:用了|花了|大概|大约|约|差不多|忙了|做了|took|about|around|roughly)\s*)?"
    rf"(?:(?P<h>{_N})\s*个?(?P<half>半)?\s*(?:小时|钟头|hours?|hrs?|h)"
    r"(?P<more>半|\s*and a half)?\s*(?:零|and|又)?\s*)?"
    rf"(?:(?P<m>{_N})\s*(?:分钟|分|minutes?|mins?))?"
    r"\s*(?:左右|吧|了|哦|呢)*",
    re.IGNORECASE,
)
_EDGES = " \t\n。.!！~～,，?？"


def minutes_in(text: str) -> int | None:
    """Minutes, where the whole of a short text is a span of time; else None."""
    plain = unicodedata.normalize("NFKC", text).strip(_EDGES)
    found = _SPAN.fullmatch(plain) if len(plain) <= 40 else None
    if found is None or (found["h"] is None and found["m"] is None):
        return None
    hours = _count(found["h"]) + (0.5 if found["half"] or found["more"] else 0)
    return round(hours * 60 + _count(found["m"]))


def _count(said: str | None) -> float:
    if said is None:
        return 0
    low = said.lower()
    if low.startswith("half"):
        return 0.5
    if low in _WORDS:
        return _WORDS[low]
    if "十" in low:
        tens, _, ones = low.partition("十")
        return 10 * (_DIGITS[tens] if tens else 1) + (_DIGITS[ones] if ones else 0)
    return float(low) if low[0].isdecimal() else _DIGITS[low[0]]
