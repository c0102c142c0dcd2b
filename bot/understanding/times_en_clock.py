"""Hours and delays in English: half past nine, quarter to three, 16:30, in half an hour."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.understanding.numbers import number
from bot.understanding.times_en_words import NAMED_HOURS
from bot.understanding.times_said import Said

_CLOCK: Final = re.compile(r"(\d{1,2})(?:[:.h](\d\d))?(?:\s?(?:([ap])\.?m?\.?|-?ish))?")
_SHORTS: Final = {"half": 0.5, "quarter": 0.25}
_MINUTES = {"mi": 1, "ho": 60, "hr": 60, "da": 1440, "we": 10080, "wk": 10080}
_MINUTES |= {"fo": 20160, "mo": 43200}


def hour(words: Sequence[str], codes: str, at: int) -> tuple[float, bool | None]:
    """The hour named at ``at`` and whether it is after noon; None if that is not said."""
    word = words[at]
    if word in NAMED_HOURS:
        return NAMED_HOURS[word], True
    if codes[at] in "k8":
        return int(word[:2]) + int(word[2:]) / 60, True
    clock = _CLOCK.fullmatch(word)
    if clock is None and codes[at + 1 : at + 2] == "g":  # ten thirty
        return (number(word) or 0) + (number(words[at + 1]) or 0) / 60, None
    if clock is None:
        return (number(word) or 0) + _past(words, codes, at), None
    told, part = int(clock[1]) + int(clock[2] or 0) / 60, clock[3]
    if part is not None:
        return told % 12 + 12 * (part == "p"), part == "p"
    sure = told >= 13 or (clock[2] is not None and len(clock[1]) == 2 and ":" in word)
    return told + _past(words, codes, at), told >= 12 if sure else None


def _past(words: Sequence[str], codes: str, at: int) -> float:
    """What half, quarter past and ten to add to the hour after them."""
    led = codes[max(0, at - 2) : at]
    if led[-1:] == "H":
        return _SHORTS[words[at - 1]]
    if led == "H/":
        return _SHORTS[words[at - 2]]
    if led == "Hr":
        return -_SHORTS[words[at - 2]]
    return (number(words[at - 2]) or 0) / 60 if led[1:] == "/" else 0.0


def delay(words: list[str], codes: str, span: tuple[int, int]) -> Said | None:
    """In half an hour, within two days, an hour from now, in ten."""
    half = 0.5 if "&AH" in codes else 0.0
    head = codes.partition("&")[0]
    counted = [word for word, letter in zip(words, head, strict=False) if letter in "HAGnvmg"]
    unit = next((w for w, letter in zip(words, head, strict=False) if letter in "uwW"), "min")
    said = " ".join(word for word in counted if word != "few") or "a"
    count = 3.0 if "few" in counted else number(said)
    if count is None:
        return None
    minutes = (count + half) * _MINUTES.get(unit[:2], 0)
    if words[0] == "within" or set("jT") & set(codes):
        return Said(span, after=minutes, within=True)
    if minutes >= 1440:
        return Said(span, ("in", int(minutes // 1440)))
    return Said(span, after=minutes)
