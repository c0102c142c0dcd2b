"""What English words of time mean: a phrase, letter by letter, to what was said."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot.understanding.times_en_clock import delay, hour
from bot.understanding.times_en_words import (
    AFTER,
    BEFORE,
    DAYS,
    EVENTS,
    FEASTS,
    MONTHS,
    PARTS,
    TAGALOG,
    TOMORROW,
)
from bot.understanding.times_said import Bound, Said

Span = tuple[int, int]
_EDGES: Final[dict[tuple[str, str], tuple[str, int]]] = {
    ("end", "day"): ("in", 0),
    ("end", "week"): ("weekday", 6),
    ("end", "month"): ("month_end", 0),
    ("end", "year"): ("year_end", 0),
    ("start", "week"): ("weekday", 0),
    ("start", "month"): ("month_start", 0),
}
_HOURS: Final = "cnvqkm8"


@dataclass
class _Sum:
    """What has been understood so far of one phrase."""

    day: tuple[str, int] | None = None
    week: int | None = None
    month: int | None = None
    year: int | None = None
    length: int = 1
    part: str | None = None
    hours: list[tuple[float, bool | None]] = field(default_factory=list)  # and whether pm is said
    bound: Bound | None = None
    event: float | None = None
    unsaid: bool = False
    habit: bool = False


def meaning(kind: str, tokens: Sequence[str], codes: str, span: Span) -> Said | None:
    """The phrase of these words and letters as said; None for what is past or a habit."""
    words = [token.strip() for token in tokens]
    if kind == "delay":
        return delay(words, codes, span)
    if kind in ("now", "soon"):
        return Said(span, after=0.0 if kind == "now" else 120.0, within=kind == "soon")
    got = _Sum()
    for at, letter in enumerate(codes):
        step = _READ.get(letter)
        if step is not None:
            step(got, at, words, codes)
    return _said(got, span)


def _lead(got: _Sum, at: int, words: Sequence[str], codes: str) -> None:
    if codes[at - 1 : at] in ("W", "w"):
        return  # the day after tomorrow
    if got.day is None and not got.hours:
        got.part = None  # any evening before the 30th
    ranged = got.hours and codes[at + 1 : at + 2] and codes[at + 1] in _HOURS
    if got.bound is None and not (ranged and codes[at] == "b"):
        word = words[at]
        got.bound = "from" if word in AFTER else "before" if word in BEFORE else "by"


def _today(got: _Sum, at: int, words: Sequence[str], codes: str) -> None:
    word = words[at]
    if got.day is None:
        got.day = ("in", int(word in TOMORROW) + (codes[at - 2 : at] == "Wa"))
    got.part = got.part or PARTS.get(word)


def _weekday(got: _Sum, at: int, words: Sequence[str], codes: str) -> None:
    word = words[at]
    n = TAGALOG.index(word) if word in TAGALOG else 6 if word == "domingo" else _index(DAYS, word)
    if got.day is None:
        got.day = ("weekday", n)
        got.week = 1 if "next" in words[:at] else None
    elif got.day[0] == "weekday" and got.length == 1 and codes[at - 1] in "r-bUT":
        got.length = (n - got.day[1]) % 7 + 1


def _index(names: Sequence[str], word: str) -> int:
    return names.index(word[:3])


def _plural(got: _Sum, at: int, words: Sequence[str], codes: str) -> None:
    word, got.habit = words[at], True
    if word in PARTS:
        got.part = PARTS[word]
    elif word[:3] in DAYS:
        _weekday(got, at, words, codes)
    elif word == "weekends":
        got.day = got.day or ("weekend", 0)
    else:
        got.unsaid = True


def _weekend(got: _Sum, at: int, words: Sequence[str], _: str) -> None:
    if got.day is None:
        got.day = ("weekend", int("next" in words[:at]))


def _period(got: _Sum, at: int, words: Sequence[str], codes: str) -> None:
    """A day, week, month or year: this, next, or the end of it."""
    word, before = words[at], words[:at]
    following = int("next" in before)
    edges = [token for token, letter in zip(before, codes, strict=False) if letter == "J"]
    edge = _EDGES.get((edges[0], word)) if edges else None
    if edge is not None:
        got.day = got.day or edge
        got.week = following if edge[0] == "weekday" and following else got.week
    elif not edges and word in ("wk", "week", "month", "year") and got.day is None:
        again = codes[at + 1 : at + 3] == "aT"  # the week after next
        got.day = ({"wk": "week"}.get(word, word), 2 if again else following)
    elif word == "day" and codes[at - 1 : at] == "V" and not set(codes[at:]) & set("tdDo"):
        got.day = got.day or ("in", 0)
    elif codes[at + 1 : at + 2] != "a" and (got.day is None or got.day[0] == "weekday"):
        got.unsaid = True
        got.day = None


def _part(got: _Sum, at: int, words: Sequence[str], codes: str) -> None:
    before = codes[max(0, at - 1) : at]
    got.part = got.part or PARTS.get(words[at])
    if got.day is None and (before == "T" or (before == "j" and "I" not in codes)):
        got.day = ("in", 0)


def _thing(got: _Sum, at: int, words: Sequence[str], _: str) -> None:
    """First thing tomorrow is in the morning."""
    if words[at] == "thing":
        got.part = got.part or "morning"


def _event(got: _Sum, at: int, words: Sequence[str], _: str) -> None:
    told = EVENTS.get(words[at])
    if told is None:
        got.unsaid, got.bound = got.day is None and not got.hours, got.bound if got.day else None
    elif not got.hours:
        got.event = told


def _feast(got: _Sum, at: int, words: Sequence[str], codes: str) -> None:
    date = FEASTS.get(words[at])
    if date is None or codes[at + 1 : at + 2] in ("p", "K", "w"):
        got.unsaid = True
    else:
        got.month, got.day = date[0], ("date", date[1])


def _month(got: _Sum, at: int, words: Sequence[str], codes: str) -> None:
    got.month = got.month or _index(MONTHS, words[at]) + 1
    beside = codes[max(0, at - 2) : at] + codes[at + 1 : at + 2]
    if got.day is None and not set("onm") & set(beside):
        got.unsaid = True


def _nth(got: _Sum, at: int, words: Sequence[str], codes: str) -> None:
    n = int(re.sub(r"\D", "", words[at]))
    if got.day is None:
        got.day = ("date", n)
    elif got.day[0] == "date" and n > got.day[1] and set(codes[:at]) & set("r-bU"):
        got.length = n - got.day[1] + 1


def _iso(got: _Sum, at: int, words: Sequence[str], _: str) -> None:
    got.year, got.month, n = map(int, words[at].split("-"))
    got.day = ("date", n)


def _hour(got: _Sum, at: int, words: Sequence[str], codes: str) -> None:
    """An hour, or the day of the month named beside it."""
    before, after = codes[max(0, at - 1) : at], codes[at + 1 : at + 2]
    of_month = before in ("M", "Y") or (after in ("M", "Y") and codes[at] in "nm")
    if of_month or (codes[at] == "m" and got.day is not None and got.day[0] == "date"):
        _nth(got, at, words, codes)
    elif codes[at] != "m" and after != "/":  # ten past four is told of at the four
        got.hours.append(hour(words, codes, at))


def _said(got: _Sum, span: Span) -> Said:
    """The sum as said."""
    if got.hours:
        return _at_hours(got, span)
    if got.event is not None:
        if got.bound == "from":
            until = min(24.0, got.event + 4)
            one = Said(span, got.day, hour=got.event, until=until, exact=True)
        else:
            limit: Bound | None = "before" if got.bound else None
            one = Said(span, got.day, hour=got.event, exact=True, bound=limit)
        return replace(one, week=got.week, month=got.month)
    if got.day is None and (got.unsaid or got.part is None):
        return Said(span, ("unsaid", 0))
    bound = got.bound if got.length == 1 else None
    return Said(
        span,
        got.day,
        got.week,
        got.month,
        got.year,
        got.length,
        got.part,
        bound=bound,
        habit=got.habit,
    )


def _at_hours(got: _Sum, span: Span) -> Said:
    first, late = got.hours[0]
    until = got.hours[1][0] if len(got.hours) > 1 else None
    ends_late = got.hours[1][1] if len(got.hours) > 1 else None
    if late is None and ends_late is not None and until is not None:
        first += 12 * (ends_late and first + 12 < until)  # 2-4pm, but 9-1pm
        late = True
    exact = late is not None
    part = None if exact else got.part
    if part == "morning" and first < 6:
        part = "small"
    bound = None if until is not None else got.bound
    return Said(
        span,
        got.day,
        got.week,
        got.month,
        got.year,
        got.length,
        part,
        first,
        until,
        exact,
        bound,
    )


_Step = Callable[[_Sum, int, Sequence[str], str], None]
_READ: Final[Mapping[str, _Step]] = (
    dict.fromkeys("ba<", _lead)
    | dict.fromkeys("dD", _weekday)
    | dict.fromkeys("MY", _month)
    | dict.fromkeys("eE", _event)
    | dict.fromkeys("wW", _period)
    | dict.fromkeys(_HOURS, _hour)
    | dict.fromkeys("p1", _part)
    | {"t": _today, "Q": _plural, "K": _weekend, "i": _thing, "h": _feast, "o": _nth, "S": _iso}
)
