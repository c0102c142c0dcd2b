"""English words of time: tomorrow morning, by 5pm, in half an hour, on Saturday."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.understanding.normalise import lowered
from bot.understanding.numbers import number
from bot.understanding.times_en_words import (
    BOTH,
    BOUNDS,
    CLOCK_KEY,
    CLOCKED,
    DATED,
    DAYS,
    DELAY,
    DIGIT,
    ENDS,
    GROUPS,
    HOURS,
    HOURS_LED,
    IN,
    LATER,
    LOOSE,
    MINUTES,
    MONTHS,
    PARTS,
    PAST,
    RANGED,
    SLANG,
    WORD,
)
from bot.understanding.times_said import Said
from bot.understanding.times_spans import TELLING, phrases


def said(text: str) -> list[Said]:
    """All times ``text`` names, in order; the widest words for each."""
    low = lowered(text)
    words, numbered = WORD.findall(low), DIGIT.search(low) is not None
    plainly = _by_grammar(low, words, numbered=numbered)
    if not numbered and TELLING.isdisjoint(words):
        return plainly
    found = [_meant(low, span) for span in phrases(low)]
    taken = [one.span for one in found]
    found += [
        one
        for one in plainly
        if all(one.span[1] <= start or end <= one.span[0] for start, end in taken)
    ]
    return sorted(found, key=lambda one: one.span)


def _meant(low: str, span: tuple[int, int]) -> Said:
    """What the words of a span mean; no instant if the grammar does not know them."""
    words = LOOSE.sub("", low[span[0] : span[1]])
    hours = HOURS_LED.match(words)
    if hours is not None and hours["part"]:
        hour = number(hours["h"]) or 0
        part = "small" if hours["part"] == "morning" and hour < 6 else hours["part"]
        return Said(span, part=part, hour=hour)
    for part in (words, SLANG.sub("", words)):
        inner = _said(part)
        if inner:
            return _ranged(replace(inner[0], span=span), words)
    if words in ("now", "right now", "rn"):
        return Said(span, after=0.0)
    if hours is not None:
        until = number(hours["u"]) if hours["u"] else None
        bound = None if until else BOUNDS.get(hours["lead"] or "")
        return Said(span, hour=number(hours["h"]), until=until, bound=bound)
    minutes = IN.match(words)
    if minutes is not None:
        return Said(span, after=number(minutes["m"]))
    return Said(span, ("unsaid", 0))


def _ranged(one: Said, words: str) -> Said:
    """With both its ends: Saturday from 9 to 12."""
    hours = RANGED.search(words)
    if hours is None or one.until is not None or one.exact:
        return one
    return replace(one, hour=float(hours["h"]), until=float(hours["u"]), part=None, bound=None)


def _said(low: str) -> list[Said]:
    return _by_grammar(low, WORD.findall(low), numbered=DIGIT.search(low) is not None)


def _by_grammar(low: str, words: Sequence[str], *, numbered: bool) -> list[Said]:
    """The times that the grammar knows in a line in lower case, of these words."""
    keys = _keys(low, words, numbered=numbered)
    if not keys:
        return []
    heard: list[Said] = []
    for wants, pattern, read in _GRAMMAR:
        for m in pattern.finditer(low) if wants & keys else ():
            if len(heard) < 16 and not PAST.search(low, max(0, m.start() - 10), m.start()):
                one = read(m)
                if one is not None:
                    heard.append(one)
    found: list[Said] = []
    for one in sorted(heard, key=lambda h: h.span[0] - h.span[1]):  # the longest first
        if all(one.span[1] <= f.span[0] or f.span[1] <= one.span[0] for f in found):
            found.append(one)
    return sorted(found, key=lambda f: f.span)


def _keys(low: str, words: Sequence[str], *, numbered: bool) -> set[str]:
    """Which kinds of time words the line holds."""
    keys = {GROUPS[word] for word in words if word in GROUPS}
    if not BOTH.isdisjoint(words):
        keys |= {"day", "delay"}
    if numbered:
        keys |= {"clock", "day"} if CLOCK_KEY.search(low) else set()
        keys |= {"day"} if "the " in low else set()  # the 28th
    return keys


def _dated(m: re.Match[str]) -> Said | None:
    parts = m.groupdict()
    if parts.get("lead") == "since" or m[0] in ("mon", "sun", "sat", "wed", "fri", "may"):
        return None
    day, week, month, year = _day(parts)
    part = PARTS.get(parts.get("part") or parts.get("part2") or "")
    if parts.get("tonight"):
        part = part or "evening"
    hour, until, exact = _hours(parts)
    lead = parts.get("lead") or ""
    bound = BOUNDS.get(lead)
    if until is not None and lead in ("after", "from"):
        bound = None
    inner = re.search(r" (by|before|after) ", m[0][1:]) if hour is not None else None
    if inner is not None and bound is None:
        bound = BOUNDS[inner[1]]
    if parts.get("edge") and parts["eow"] == "day":
        hour, exact = 18.0, True
    start = m.end() - len(re.sub(r"^(?:(?:about|around|the(?! (?:week|end|day|\d)))\s)+", "", m[0]))
    return Said(
        (start, start + len(m.string[start : m.end()].rstrip("."))),
        day,
        week,
        month,
        year,
        part=None if exact else part,
        hour=hour,
        until=until,
        exact=exact,
        bound=bound,
    )


_Day = tuple[tuple[str, int] | None, int | None, int | None, int | None]


def _day(parts: dict[str, str | None]) -> _Day:
    """(day, week, month, year) of the date named; all None for none."""
    get = parts.get
    month = year = week = None
    day: tuple[str, int] | None = None
    if get("tom") or get("today") or get("tonight") or get("thispart"):
        day = ("in", int(bool(get("tom"))))
    elif name := get("wd"):
        day, week = ("weekday", DAYS.index(name[:3])), 1 if get("wk") == "next" else None
    elif kind := get("what"):
        day = (kind, int(get("rel") == "next"))
    elif get("wkend"):
        day = ("weekend", 0)
    elif edge := get("eow"):
        day = ENDS[edge]
    elif name := get("mo1") or get("mo2"):
        day, month = ("date", int(get("d1") or get("d2") or 1)), MONTHS.index(name[:3]) + 1
    elif iso := get("iso"):
        year, month, n = map(int, iso.split("-"))
        day = ("date", n)
    elif dom := get("dom"):
        day = ("date", int(dom))
    elif get("overmorrow"):
        day = ("in", 2)
    return day, week, month, year


def _hours(parts: dict[str, str | None]) -> tuple[float | None, float | None, bool]:
    """(hour, until, whether am or pm is known)."""
    until: float | None = None
    if parts.get("th"):
        late = parts["tap"] == "p"
        until = _twelve(int(parts["th"] or 0), late) + int(parts["tm"] or 0) / 60
        hour = _twelve(int(parts["fh"] or 0), (parts["fap"] or parts["tap"] or "p")[0] == "p")
        hour += int(parts["fm"] or 0) / 60
        return (hour - 12 if hour >= until and not parts["fap"] else hour), until, True
    if parts.get("h"):
        sharp = _twelve(int(parts["h"] or 0), parts["ap"] == "p")
        return sharp + int(parts["m"] or 0) / 60, None, True
    if parts.get("h24"):
        hour = int(parts["h24"] or 0) + int(parts["m24"] or 0) / 60
        if parts["uh24"]:
            until = int(parts["uh24"]) + int(parts["um24"] or 0) / 60
        return hour, until, hour >= 13 or len(parts["h24"] or "") == 2
    if parts.get("noon"):
        return (24.0 if parts["noon"] == "midnight" else 12.0), None, True
    bare = parts.get("oc") or parts.get("bare")
    return (float(bare) if bare else None), None, False


def _twelve(hour: int, late: bool) -> float:
    return float(hour % 12 + 12 * late)


def _delay(m: re.Match[str]) -> Said | None:
    lead = m["in"]
    if lead is None and not (m["fromnow"] or "'s" in m[0]):
        return None
    word = m["n"] or m["n2"]
    count = 3.0 if word == "a few" else number(word)
    if count is None:
        return None
    minutes = (count + (0.5 if m["half"] or m["half2"] else 0)) * MINUTES[m["u"][:2]]
    if lead == "within":
        return Said(m.span(), after=minutes, within=True)
    if minutes >= 1440:
        return Said(m.span(), ("in", int(minutes // 1440)))
    return Said(m.span(), after=minutes)


def _later(m: re.Match[str]) -> Said:
    if m["soon"]:
        return Said(m.span(), after=120.0, within=True)
    if m["part"]:
        return Said(m.span(), part=m["part"], bound="by" if m[0].startswith("by") else None)
    hour = HOURS[m["work"].split()[-1]]
    if m["wb"] in ("before", "by"):
        return Said(m.span(), hour=hour, exact=True, bound="before")
    return Said(m.span(), hour=hour, until=min(24.0, hour + 4), exact=True)


# (keys one of which must be heard, pattern, its reader)
_Reader = Callable[[re.Match[str]], Said | None]
_GRAMMAR: tuple[tuple[set[str], re.Pattern[str], _Reader], ...] = (
    ({"delay"}, DELAY, _delay),
    ({"day", "delay"}, DATED, _dated),
    ({"clock"}, CLOCKED, _dated),
    ({"later", "day"}, LATER, _later),
)
