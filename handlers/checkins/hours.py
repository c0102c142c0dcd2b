"""Hours of the day and days to come, as people name them when they settle a check-in."""

from __future__ import annotations

import re
from datetime import date, timedelta

_DIGITS = {one: at for at, one in enumerate("零一二三四五六七八九十")}
_DIGITS |= {"两": 2, "十一": 11, "十二": 12}
_HOUR = re.compile(
    r"(早上|早晨|清晨|上午|中午|下午|傍晚|晚上)?(\d{1,2}|十[一二]?|[一二两三四五六七八九])"
    r"(?:(?:点|时|:)(半|一刻|三刻|\d{1,2})?)?\s*(am|pm|a\.m\.|p\.m\.)?"
)
_PARTS = {"半": 30, "一刻": 15, "三刻": 45}


def minutes_in(text: str) -> list[int]:
    """Of ``9点``, ``早上8点半和下午6点``, ``8:30``, ``6 pm``: sorted, empty if none is named."""
    found = set()
    for part, hour, rest, half in _HOUR.findall(text.lower()):
        hours = int(hour) if hour.isdigit() else _DIGITS[hour]
        late = part in {"下午", "傍晚", "晚上"} or half.startswith("p")
        hours += 12 if late and hours < 12 else 0
        minutes = _PARTS.get(rest) or int(rest or 0)
        if hours < 24 and minutes < 60:
            found.add(hours * 60 + minutes)
    return sorted(found)


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
