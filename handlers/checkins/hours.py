"""Hours of the day and days to come, as people name them when they settle a check-in."""

from __future__ import annotations

import re
from datetime import date, timedelta

_DIGITS = {one: at for at, one in enumerate("零一二三四五六七八九十")}
_DIGITS |= {"两": 2, "十一": 11, "十二": 12, "十三": 13, "二十": 20}
_DIGITS |= {"二十一": 21, "二十二": 22, "二十三": 23}
_PART = r"(早上|早晨|清晨|上午|中午|下午|傍晚|晚上|早晚)?"
_ZH = re.compile(
    rf"{_PART}(\d{{1,2}}|二?十[一二三]?|[一二两三四五六七八九])(?:[点时](半|一刻|三刻|[0-5]?\d)?|:([0-5]\d))"
)
_EN = re.compile(
    r"(?<![\d:])(\d{1,2})(?::([0-5]\d))?\s*(a\.?m\b|p\.?m\b)"
    r"|(?:^|\bat |\band |& )(\d{1,2})(?![\d:])(?=$| and | ?[,;&]| in the | every| daily)"
)
_PARTS = {"半": 30, "一刻": 15, "三刻": 45}


def minutes_in(text: str) -> list[int]:
    """Of ``9点``, ``早上8点半和下午6点``, ``8:30``, ``at 9 and 18``, ``6 pm``: sorted, or empty."""
    plain, found = text.lower(), set[int]()
    for part, hour, rest, minutes in _ZH.findall(_EN_CLOCK.sub(" ", plain)):
        hours = int(hour) if hour.isdigit() else _DIGITS[hour]
        late = part in {"下午", "傍晚", "晚上"} and hours < 12
        span = _PARTS.get(rest) or int(rest or minutes or 0)
        found.add((hours + 12 * late) * 60 + span)
        if part == "早晚" and hours < 12:
            found.add((hours + 12) * 60 + span)
    for hour, minutes, half, bare in _EN.findall(plain):
        hours = int(hour or bare)
        if half and hours > 12:
            continue
        late = half.startswith("p") and hours < 12
        early = half.startswith("a") and hours == 12
        found.add((hours + 12 * late - 12 * early) * 60 + int(minutes or 0))
    return sorted(minute for minute in found if minute < 24 * 60)


_EN_CLOCK = re.compile(r"(?<![\d:])\d{1,2}(?::\d\d)?\s*[ap]\.?m\b")
_WEEK, _DAY = "(?:周|星期|礼拜)", "([一二三四五六日天])"
_NAMED = re.compile(rf"{_WEEK}((?:[、,和]?{_WEEK}?{_DAY})+)")
_SPAN = re.compile(rf"{_WEEK}{_DAY}(?:到|至|-|~){_WEEK}?{_DAY}")
_EN_DAY = r"\b(mon|tue|wed|thu|fri|sat|sun)"
_EN_SPAN = re.compile(rf"{_EN_DAY}[a-z]*(?: to | ?- ?){_EN_DAY}")
_EN_NAMED = re.compile(rf"{_EN_DAY}(?:day|sday|nesday|rsday|urday)?s?\b")
_ZH_ORDER, _EN_ORDER = "一二三四五六日", ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def weekdays_in(text: str) -> str:
    """Of ``每周一三五``, ``周一到周五``, ``工作日``, ``Mon and Thu``: ``"135"``; or empty."""
    plain = text.lower()
    if re.search(r"工作日|\bweekdays?\b|working days", plain):
        return "12345"
    if re.search(r"周末|\bweekends?\b", plain):
        return "67"
    if span := _SPAN.search(plain):
        return _from_to(*(_ZH_ORDER.index(one.replace("天", "日")) for one in span.groups()))
    if span := _EN_SPAN.search(plain):
        return _from_to(*(_EN_ORDER.index(one) for one in span.groups()))
    days = {_ZH_ORDER.index(one) for found in _NAMED.findall(plain) for one in _days(found[0])}
    days |= {_EN_ORDER.index(one) for one in _EN_NAMED.findall(plain)}
    return "".join(str(day + 1) for day in sorted(days))


def _days(found: str) -> list[str]:
    return [one for one in found.replace("天", "日") if one in _ZH_ORDER]


def _from_to(first: int, last: int) -> str:
    days = range(first, last + 1 if last >= first else last + 8)
    return "".join(sorted(str(day % 7 + 1) for day in days))


_WEEKDAY = re.compile(
    r"(下)?(?:周|星期|礼拜)([一二三四五六日天])|\b(?:next )?(mon|tue|wed|thu|fri|sat|sun)[a-z]*\b"
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DATE = re.compile(
    r"(?:(\d{1,2})月)?(\d{1,2})[日号]|\b(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3})[a-z]*\b"
)
_NEAR = {
    "大后天": 3,
    "后天": 2,
    "明天": 1,
    "明晚": 1,
    "今天": 0,
    "今晚": 0,
    "tomorrow": 1,
    "today": 0,
}


def day_in(text: str, today: date) -> date | None:
    """The day to come that ``周日``, ``下周三``, ``3月8日``, ``Friday`` or ``5 March`` names."""
    plain = text.lower()
    near = next((days for word, days in _NEAR.items() if word in plain), None)
    if near is not None:
        return today + timedelta(days=near)
    if found := _WEEKDAY.search(plain):
        wanted = "一二三四五六日".find((found[2] or "").replace("天", "日"))
        if found[3]:
            wanted = ("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(found[3])
        if found[1]:
            return today + timedelta(days=7 - today.weekday() + wanted)
        return today + timedelta(days=(wanted - today.weekday()) % 7)
    found = _DATE.search(plain)
    if found is None or (found[4] and found[4] not in _MONTHS):
        return None
    day = int(found[2] or found[3])
    month = int(found[1] or 0) or (_MONTHS.index(found[4]) + 1 if found[4] else 0)
    for ahead in range(370):
        coming = today + timedelta(days=ahead)
        if coming.day == day and month in {0, coming.month}:
            return coming
    return None


def spoken(minutes: list[int]) -> list[str]:
    """``["8:30", "18:00"]``."""
    return [f"{minute // 60}:{minute % 60:02}" for minute in minutes]
