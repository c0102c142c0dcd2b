"""Times in words to instants and intervals, reckoned from when the message was sent.

Conventions, all on the wall clock of the sender's offset:

- Parts of a day: small hours 00–06, morning 08–12, noon 12–14, afternoon 13–18, dusk 17–19,
  evening and tonight 18–22, late night 22–24. A whole day runs from 00:00 to the next 00:00.
- An interval already begun starts at the time of sending; one already over is the past: None. A
  part of the day without a day, gone by, is tomorrow's if said after 18:00, else the past.
- ``by``, ``before``, 前: from the time of sending to that time (for a day or month: its end, for
  a weekday its start if 前 is said, its end if ``by`` is). ``after``, 后: from then, open end.
- A clock time without part of day is the next one between 07:00 and 18:59, or the next at all if
  the day is named as tonight; on a named day 1–6 means the afternoon.
- A bare weekday is the next one, today included; 下周三 and ``next Wednesday`` lie in the next
  week from Monday on. A weekend is Saturday and Sunday. 这两天 is today and tomorrow, 这几天 three
  days. Work ends at 18:00, dark falls at 18:30, bedtime is 22:00, lunch 12:00, supper 18:00.
- ``in half an hour`` is an instant; ``within``, 内 an interval; 待会儿 the next two hours.

Ages, durations of an illness (烧了三天) and the past (昨天, three days ago) are no times.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bot.understanding import times_en, times_zh
from bot.understanding.times_said import Said
from handlers.reading import When

Hours = tuple[float, float]
HOURS: dict[str, Hours] = {
    "small": (0, 6),
    "day": (8, 18),
    "morning": (8, 12),
    "noon": (12, 14),
    "afternoon": (13, 18),
    "dusk": (17, 19),
    "evening": (18, 22),
    "night": (22, 24),
}
_DAY = timedelta(days=1)
_LATIN = re.compile(r"[A-Za-z]{2}")
_FOREIGN = re.compile("[^\x00-\x7f–—’]")
_UNSAID = ("unsaid", 0)
_ENDS = (". ", "!", "?", ";", "\n")  # of a sentence in English, of a clause in Chinese
_STOPS = (*_ENDS, "。", ",", "、")
_ASKS = re.compile(
    "谁|哪[个位家]|邊|边[个位]|有没有|有冇|有没得|[帮请求]|麻烦|劳驾|提醒|就要|来拿|可以|能不能"
    r"|\b(?:any(?:one|body)|some(?:one|body)|who|can|could|would|need|please|pls|come|free|spare|take)\b",
    re.IGNORECASE,
)
_INSTEAD = re.compile("(?:改|提前|推迟|调|挪|换)[成到为]?$")
_NO_HOUR = re.compile(r"(?<=[天早晚午日一二三四五六])(?:2[5-9]|[3-9]\d)[点:]")
"""An hour that no clock shows: 明天25点 is no time, and tomorrow is not what was meant."""


def when(text: str, at: datetime | None) -> When | None:
    """The first time not yet past that ``text`` names, as ISO 8601 in the offset of ``at``.

    Without ``at`` only the words are given. ``end`` is None for an instant.
    """
    every = _all(text)
    if len(every) > 1:
        every.sort(key=lambda said: _rank(said, text))
    for said in every:
        words = text[said.span[0] : said.span[1]].strip()
        if _NO_HOUR.match(text, said.span[1]) is not None:
            continue
        if at is None:
            return When(words)
        if said.day == _UNSAID:
            return When(words)
        try:
            meant = _reckon(said, at)
        except (OverflowError, ValueError):  # the 31st of February, the year 9999
            continue
        if meant is not None:
            start, end = meant
            return When(words, _iso(start), _iso(end) if end is not None else None)
    return None


def _rank(said: Said, text: str) -> tuple[int, bool]:
    """A new time for an old one first; last what says little: today, now, this month.

    Of the others first those by which something is asked: 明天出院,谁明天十点去接.
    """
    start, end = said.span
    if _INSTEAD.search(text, max(0, start - 3), start) is not None:
        return 0, False
    plain = said.hour is None and said.part is None and said.bound is None
    vague = plain and said.day in (("in", 0), ("week", 0), ("month", 0), ("year", 0), _UNSAID)
    stops = _ENDS if text.isascii() else _STOPS
    first = max(text.rfind(stop, 0, start) for stop in stops) + 1
    last = min((at for stop in stops if (at := text.find(stop, end)) >= 0), default=len(text))
    return 2 if vague or said.habit or said.after == 0 else 1, _ASKS.search(
        text, first, last
    ) is None


def _iso(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat()


def _all(text: str) -> list[Said]:
    if text.isascii():
        return times_en.said(text)
    said = times_zh.said(text)
    if _LATIN.search(text) is None:
        return said
    said += times_en.said(_FOREIGN.sub("^", text))
    kept: list[Said] = []
    for one in sorted(said, key=lambda one: one.span[0] - one.span[1]):
        if all(one.span[1] <= start or end <= one.span[0] for start, end in (o.span for o in kept)):
            kept.append(one)
    return sorted(kept, key=lambda one: one.span)


def _reckon(said: Said, at: datetime) -> tuple[datetime, datetime | None] | None:
    if said.after is not None:
        later = at + timedelta(minutes=said.after)
        return (at, later) if said.within else (later, None)
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    start, end = _days(said, midnight) if said.day else (midnight, midnight + _DAY)
    if said.hour is not None:
        return _clock(said, at, start)
    if said.part is not None:
        first, last = HOURS[said.part]
        if said.part == "small" and said.day is None and at.hour >= 6:
            start += _DAY
        start, end = start + timedelta(hours=first), start + timedelta(hours=last)
        if said.day is None and end <= at and at.hour >= 18:
            start, end = start + _DAY, end + _DAY
    return _bounded(said, at, start, end)


def _bounded(
    said: Said, at: datetime, start: datetime, end: datetime
) -> tuple[datetime, datetime | None] | None:
    if said.bound == "from":
        return (max(start, at), None) if end > at else None
    if said.bound is not None:
        by_start = said.bound == "before" and said.day is not None and said.part is None
        limit = start if by_start and said.day and said.day[0] in ("weekday", "weekend") else end
        return (at, limit) if limit > at else None
    return (max(start, at), end) if end > at else None


def _days(said: Said, midnight: datetime) -> tuple[datetime, datetime]:
    """From the first midnight to the last of the days meant."""
    kind, n = said.day or ("in", 0)
    if kind == "in":
        start = midnight + n * _DAY
        return start, start + said.length * _DAY
    if kind in ("weekday", "week", "weekend"):
        return _week(said, kind, n, midnight)
    if kind == "date":
        return _date(said, n, midnight)
    if kind == "year":
        return _month(midnight, 1 - midnight.month + 12 * n), _month(
            midnight, 13 - midnight.month + 12 * n
        )
    if kind == "year_end":
        new_year = _month(midnight, 13 - midnight.month)
        return new_year - 7 * _DAY, new_year
    first, after = _month(midnight, n), _month(midnight, n + 1)
    edges = {"month_end": (after - 5 * _DAY, after), "month_start": (first, first + 5 * _DAY)}
    return edges.get(kind, (first, after))


def _week(said: Said, kind: str, n: int, midnight: datetime) -> tuple[datetime, datetime]:
    monday = midnight - midnight.weekday() * _DAY
    if kind == "week":
        return monday + 7 * n * _DAY, monday + (7 * n + 7) * _DAY
    if kind == "weekend":
        return monday + (7 * n + 5) * _DAY, monday + (7 * n + 7) * _DAY
    if said.week is None:
        start = midnight + (n - midnight.weekday()) % 7 * _DAY
    else:
        start = monday + (n + 7 * said.week) * _DAY
    return start, start + said.length * _DAY


def _date(said: Said, day: int, midnight: datetime) -> tuple[datetime, datetime]:
    """A day of the month: the next such, but one of the last half year is the past."""
    first = _month(midnight, (said.month or midnight.month) - midnight.month + (said.week or 0))
    start = first.replace(year=said.year or first.year, day=day)
    if said.year is None and said.month is None and start < midnight:
        start = _month(first, 1).replace(day=day)
    elif said.year is None and start < midnight - (said.length if said.length > 1 else 180) * _DAY:
        start = start.replace(year=start.year + 1)
    return start, start + said.length * _DAY


def _month(moment: datetime, n: int) -> datetime:
    """The first of the month ``n`` months on."""
    months = moment.year * 12 + moment.month - 1 + n
    return moment.replace(year=months // 12, month=months % 12 + 1, day=1)


def _clock(said: Said, at: datetime, day: datetime) -> tuple[datetime, datetime | None] | None:
    """An hour on a day, or the next time the clock shows it."""
    hour = said.hour or 0.0
    until = said.until
    if said.part is not None:
        hour = _on_part(hour, said.part)
        until = None if until is None else _on_part(until, said.part)
    elif not said.exact and hour <= 12:
        if said.day is not None:
            hour += 12 if 1 <= hour < 7 else 0
        else:
            hour, day = (hour, day) if _runs(hour, until, at) else _next(hour, at, day)
    if until is not None:
        while until <= hour and until + 12 <= 24 and not (said.exact and until > 12):
            until += 12
        until += 24 if until <= hour else 0
    start = day + timedelta(hours=hour)
    end = day + timedelta(hours=until) if until is not None else None
    if (end or start) < at - timedelta(minutes=1):
        if said.day is not None or (said.part not in (None, "small") and at.hour < 18):
            return None
        start, end = start + _DAY, end + _DAY if end else None
    if said.bound in ("by", "before"):
        return at, start
    return start, end


def _runs(hour: float, until: float | None, at: datetime) -> bool:
    """Whether at the time of sending the hours named have begun and not ended: 9点到11点 at ten."""
    return until is not None and hour <= at.hour + at.minute / 60 < until


def _on_part(hour: float, part: str) -> float:
    """The hour as meant with its part of the day: 下午3点 is 15, 晚上12点 is 24."""
    if part in ("afternoon", "dusk", "evening", "night") and hour < 12:
        late = part in ("evening", "night") and hour < 5  # 晚上2点 comes after midnight
        return hour + (24 if late else 12)
    if part == "noon" and hour < 10:
        return hour + 12
    if part == "small" and hour == 12:
        return 0
    if part in ("evening", "night") and hour == 12:
        return 24
    return hour


def _next(hour: float, at: datetime, day: datetime) -> tuple[float, datetime]:
    """The next such hour between 07:00 and 18:59, or at all if it comes within the evening."""
    now = at.hour + at.minute / 60
    for ahead in (hour, hour + 12, hour + 24, hour + 36):
        awake = 7 <= ahead % 24 < 19 or (ahead < 24 and ahead > now)
        if ahead > now and awake and not (ahead < 7 and now >= 7):
            return ahead % 24, day + _DAY * int(ahead // 24)
    return hour, day
