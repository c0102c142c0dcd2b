"""When a notice is said, by the wall clock of the place: `每周一9点`, `明天8点`, `every day at 9`.

A rule is a row's JSON: ``{"every": "day"|"week"|"month", "at": minutes}`` with ``days``: 1–7 of the
week, or days of the month.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from handlers.checkins import hours
from handlers.kit import Both
from storage.rosters import wall

Rule: TypeAlias = dict[str, Any]

_ZH_DAYS = "一二三四五六日"
_EN_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_EN_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_ZH_NUMBERS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_ZH_NUMBERS |= {"十": 10, "十五": 15, "二十": 20}
_DAILY = re.compile(r"每天|每日|天天|\b(?:every day|daily|each day)\b")
_WORKDAYS = re.compile(r"每?个?工作日(?:每天)?|\b(?:every|each) (?:weekday|working day)s?\b")
_WEEKLY = re.compile(
    r"每个?(?:周|星期|礼拜)(?P<zh>[一二三四五六日天]"
    r"(?:(?:[、,和及到至-]|周|星期|礼拜)*[一二三四五六日天])*)"
    rf"|\b(?:every|each) (?P<en>{_EN_DAY}(?:(?:, ?| and |, and ){_EN_DAY})*)\b"
)
_MONTHLY = re.compile(
    r"每(?:个)?月的?(?P<zh>\d{1,2}|十五|二十|[一二三四五六七八九十])[号日]"
    r"|\b(?:on )?the (?P<en>\d{1,2})(?:st|nd|rd|th) (?:of )?(?:every|each) month\b"
    r"|\bmonthly on the (?P<on>\d{1,2})(?:st|nd|rd|th)\b"
)
_ONCE = re.compile(
    r"大后天|后天|明天|明晚|今天|今晚|[这下]?个?(?:周|星期|礼拜)[一二三四五六日天]|\d{1,2}月\d{1,2}[日号]"
    r"|(?<![\d-])\d{1,2}[日号](?!楼|群|栋)"
    rf"|\b(?:tomorrow|today|tonight|(?:on )?(?:next )?{_EN_DAY}"
    r"|(?:on )?\d{1,2}(?:st|nd|rd|th)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\b"
)
_CLOCK = re.compile(
    r"(?:早上|早晨|清晨|上午|中午|下午|傍晚|晚上)?"
    r"(?:\d{1,2}|十[一二]?|[一二两三四五六七八九])(?:点|时|:)(?:半|一刻|三刻|\d{1,2})?分?"
    r"(?: ?[ap]\.?m\.?)?"
    r"|\b(?:at )?\d{1,2}(?::\d\d)? ?[ap]\.?m\b\.?|\bat \d{1,2}(?::\d\d)?\b"
)


@dataclass(frozen=True, slots=True)
class When:
    """What the words say: a rule, a day, an hour (minutes since midnight), or nothing of it."""

    rule: Rule | None = None
    day: date | None = None
    minute: int | None = None

    @property
    def is_now(self) -> bool:
        return self.rule is None and self.day is None and self.minute is None


def read(head: str, today: date) -> tuple[str, When]:
    """What is left of a command's head without its time, and the time; ``head`` is tidied."""
    rest, rule, day = head, None, None
    if found := _MONTHLY.search(rest):
        said = found["zh"] or found["en"] or found["on"]
        number = _ZH_NUMBERS.get(said) or int(said)
        rule = {"every": "month", "days": [min(number, 31)]} if number else None
    elif found := _WEEKLY.search(rest):
        rule = {"every": "week", "days": _weekdays(found)}
    elif found := _WORKDAYS.search(rest):
        rule = {"every": "week", "days": [1, 2, 3, 4, 5]}
    elif found := _DAILY.search(rest):
        rule = {"every": "day", "days": []}
    elif found := _ONCE.search(rest):
        day = hours.day_in(found[0], today)
    late = bool(found and re.search("晚|tonight", found[0]))
    rest = rest.replace(found[0], " ", 1) if found else rest
    clock = _CLOCK.search(rest)
    rest = rest.replace(clock[0], " ", 1) if clock else rest
    named = hours.minutes_in(clock[0]) if clock else []
    minute = named[0] if named else None
    if minute is not None and late and minute < 12 * 60:
        minute += 12 * 60
    return rest, When(None if rule is None else {**rule, "at": minute}, day, minute)


def _weekdays(found: re.Match[str]) -> list[int]:
    """The days of ``一三五``, ``一到五``, ``monday and friday``, 1–7."""
    if found["en"]:
        said = re.findall(_EN_DAY, found["en"])
        return sorted({_numbered(one[:3]) for one in said})
    plain = re.sub("周|星期|礼拜", "", found["zh"]).replace("天", "日")
    if span := re.fullmatch(r"(.)[到至-](.)", plain):
        first, last = (_ZH_DAYS.index(one) + 1 for one in span.groups())
        return list(range(first, last + 1)) or [first, last]
    return sorted({_ZH_DAYS.index(one) + 1 for one in plain if one in _ZH_DAYS})


def _numbered(short: str) -> int:
    return [one[:3].lower() for one in _EN_DAYS].index(short) + 1


def after(rule: Rule, zone: str, since: datetime) -> datetime:
    """The first instant after ``since`` that the rule names; an hour that a day lacks is moved."""
    today = since.astimezone(ZoneInfo(zone)).date()
    for ahead in range(-1, 63):
        day = today + timedelta(days=ahead)
        if falls_on(rule, day) and (due := wall(day, rule["at"], zone)) > since:
            return due
    raise ValueError(rule)


def latest(rule: Rule, zone: str, first: datetime, now: datetime) -> datetime:
    """The newest time of the rule from ``first`` up to ``now``."""
    due = first
    while (coming := after(rule, zone, due)) <= now:
        due = coming
    return due


def falls_on(rule: Rule, day: date) -> bool:
    """Whether the rule names this day; the 31st is the last of a shorter month."""
    if rule["every"] == "week":
        return day.isoweekday() in rule["days"]
    if rule["every"] == "month":
        last = monthrange(day.year, day.month)[1]
        return day.day in {min(one, last) for one in rule["days"]}
    return True


def spoken(rule: Rule) -> Both:
    """`每周一、三9:00` / `every Monday, Wednesday at 9:00`."""
    clock, days = f"{rule['at'] // 60}:{rule['at'] % 60:02}", rule["days"]
    if rule["every"] == "month":
        return Both(f"每月{days[0]}号{clock}", f"on day {days[0]} of every month at {clock}")
    if rule["every"] == "week":
        zh = "、".join(_ZH_DAYS[one - 1] for one in days)
        en = " and ".join(_EN_DAYS[one - 1] for one in days)
        return Both(f"每周{zh}{clock}", f"every {en} at {clock}")
    return Both(f"每天{clock}", f"every day at {clock}")
