"""Time words of a transcript: ``(5 min later)``, ``(at 08:30)``, ``(第二天早上8点半)``."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

_UNITS = {
    "seconds": r"秒钟?|seconds?|secs?|s",
    "minutes": r"分钟?|minutes?|mins?|m",
    "hours": r"个?小时|个?钟头|hours?|hrs?|h",
    "days": r"天|日|days?|d",
    "weeks": r"个?(?:周|星期|礼拜)|weeks?|w",
}
_NUMBER = r"\d+(?:\.\d+)?|half an?|an?|one|two|three|four|five|six|seven|eight|nine|ten|half|半"
_NUMBER += r"|[一二两三四五六七八九十]+"
_SPAN = re.compile(
    rf"(?P<n>{_NUMBER})\s*(?P<halved>个半)?\s*(?:(?P<unit>"
    + "|".join(f"(?:{words})" for words in _UNITS.values())
    + r"))(?![a-z])(?P<half>半)?\s*(?:and\s*)?"
)
_COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_WORDS = {"a": 1, "an": 1} | {word: number for number, word in enumerate(_COUNTED, 1)}
_HAN = dict(zip("一二三四五六七八九", range(1, 10), strict=True)) | {"两": 2}
_AFTER = re.compile(r"later|after|以后|之后|过后|过去|后|wait|过了?|等了?|再过|\+|pass(?:es)?")
_CLOCK = re.compile(
    r"(?P<h>\d{1,2}|[一二两三四五六七八九十]{1,3})\s*"
    r"(?:[:.]\s*(?P<m>\d{2})"
    r"|[点时]\s*(?:(?P<half>半)|(?P<m2>\d{1,2}|[一二三四五六七八九十]{1,3})分?|整)?)?"
    r"\s*(?P<ap>am|pm|a\.m\.|p\.m\.|o'clock)?(?![\d])"
)
_PARTS = {
    "morning": (r"morning|早上|早晨|清早|清晨|上午|早", time(8, 30)),
    "noon": (r"noon|midday|中午", time(12)),
    "afternoon": (r"afternoon|下午", time(15)),
    "evening": (r"evening|傍晚|晚上|晚", time(19)),
    "night": (r"tonight|night|夜里|深夜|夜", time(23)),
    "midnight": (r"midnight|半夜|午夜|凌晨", time(0)),
}
_DAYS = (
    (r"the day after tomorrow|day after tomorrow|后天", 2),
    (r"tomorrow|(?:the )?next day|next(?= (?:morning|noon|after|even|night))", 1),
    (r"第二天|次日|隔天|明天|翌日|明(?=早|晚)", 1),
    (r"today|this|the same day|今天|当天|当日|今(?=早|晚)", 0),
)
_WEEKDAYS = tuple(
    rf"{day}|{day[:3]}|(?:周|星期|礼拜){han}"
    for day, han in zip(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        ("一", "二", "三", "四", "五", "六", "[日天]"),
        strict=True,
    )
)
_ISO = re.compile(r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?[t ]?")
_MONTH_DAY = re.compile(r"(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]")
_FILLER = re.compile(r"(?:at|on|the|in|until|till|by|到了?|直到|在|的|了|next|下|,|、|that|\s)+")


@dataclass(slots=True)
class Wait:
    """How long the clock runs: a span from now, or until the next such moment."""

    words: str
    span: timedelta | None = None
    days: int | None = None
    on: tuple[int | None, int, int] | None = None
    weekday: int | None = None
    next_week: bool = False
    clock: time | None = None
    part: str | None = field(default=None, repr=False)

    def until(self, now: datetime) -> datetime:
        """The moment meant, in the zone of ``now``. Raises ValueError if it has passed."""
        if self.span is not None and self.clock is None:
            return _add(now, self.span)
        clock = self.clock or time(8, 30)
        day = self._day(now, clock)
        moment = datetime.combine(day, clock, now.tzinfo)
        if moment < now:
            raise ValueError(f"it is already {now:%Y-%m-%d %H:%M}: time only runs forward")
        return moment

    def _day(self, now: datetime, clock: time) -> date:
        today = now.date()
        if self.on is not None:
            year, month, day = self.on
            return date(year or today.year, month, day)
        if self.weekday is not None:
            if self.next_week:
                return today + timedelta(days=7 - today.weekday() + self.weekday)
            ahead = (self.weekday - today.weekday()) % 7
            passed = ahead == 0 and clock <= now.time()
            return today + timedelta(days=7 if passed else ahead)
        if self.span is not None:
            return _add(now, self.span).date()
        if self.days is not None:
            return today + timedelta(days=self.days)
        return today + timedelta(days=clock <= now.time())


def _add(now: datetime, span: timedelta) -> datetime:
    """Through UTC, so that an hour stays an hour on the night the clocks change."""
    return (now.astimezone(UTC) + span).astimezone(now.tzinfo)


def read(words: str) -> Wait | None:
    """What these words mean, or None if they are no time."""
    rest = unicodedata.normalize("NFKC", words).lower().strip(" .。!")
    if rest in {"later", "a moment later", "a little later", "过了一会儿", "过一会儿", "一会儿后"}:
        return Wait(words, span=timedelta(minutes=1))
    wait = Wait(words)
    relative = bool(_AFTER.search(rest)) and "day after tomorrow" not in rest
    while rest:
        rest, before = _bite(wait, rest, relative), rest
        if rest == before:
            return None
    if wait.span is None and not (wait.clock or wait.part or wait.days or wait.on):
        return wait if wait.weekday is not None else None
    _place_part(wait)
    return wait


def _bite(wait: Wait, text: str, relative: bool) -> str:
    """Take the next word off the text into ``wait``; the same text if it is none."""
    for bite in (_date, _day, _part, _span if relative else _filler, _filler, _hour):
        if taken := bite(wait, text):
            return text[taken:]
    return text


def _date(wait: Wait, text: str) -> int:
    found = _ISO.match(text) or _MONTH_DAY.match(text)
    if found is None:
        return 0
    year = found.groupdict().get("y")
    wait.on = (int(year) if year else None, int(found["m"]), int(found["d"]))
    return found.end()


def _day(wait: Wait, text: str) -> int:
    for pattern, days in _DAYS:
        if found := re.match(pattern, text):
            wait.days = days
            return found.end()
    for number, pattern in enumerate(_WEEKDAYS):
        if found := re.match(rf"(?:next |下)?(?:{pattern})(?![a-z])", text):
            wait.weekday, wait.next_week = number, text.startswith("下")
            return found.end()
    return 0


def _part(wait: Wait, text: str) -> int:
    for name, (pattern, _) in _PARTS.items():
        if found := re.match(pattern, text):
            wait.part = name
            if text.startswith("tonight"):
                wait.days = 0
            return found.end()
    return 0


def _span(wait: Wait, text: str) -> int:
    if found := _SPAN.match(text):
        wait.span = (wait.span or timedelta()) + _length(found)
        return found.end()
    found = _AFTER.match(text)
    return found.end() if found else 0


def _filler(_wait: Wait, text: str) -> int:
    found = _FILLER.match(text)
    return found.end() if found else 0


def _hour(wait: Wait, text: str) -> int:
    found = _CLOCK.match(text)
    if found is None or (clock := _clock(found)) is None:
        return 0
    wait.clock = clock
    return found.end()


def _length(found: re.Match[str]) -> timedelta:
    unit = next(name for name, words in _UNITS.items() if re.fullmatch(words, found["unit"]))
    amount = _number(found["n"]) + (0.5 if found["half"] or found["halved"] else 0)
    return timedelta(**{unit: amount})


def _number(words: str) -> float:
    if words[0].isdigit():
        return float(words)
    if words in _WORDS:
        return _WORDS[words]
    if words.startswith("half") or words == "半":
        return 0.5
    tens, ten, ones = words.rpartition("十")
    return (10 * _HAN.get(tens, 1) if ten else 0) + _HAN.get(ones, 0)


def _clock(found: re.Match[str]) -> time | None:
    hour = int(_number(found["h"]))
    minute = 30 if found["half"] else int(_number(found["m"] or found["m2"] or "0"))
    mark = (found["ap"] or "").replace(".", "")
    if not (found["m"] or found["ap"] or "点" in found[0] or "时" in found[0]):
        return None  # a bare number is no time
    if mark in {"am", "pm"}:
        hour = hour % 12 + (12 if mark == "pm" else 0)
    if hour == 24:
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _place_part(wait: Wait) -> None:
    """``下午3点`` is 15:00; ``evening`` alone is its usual hour."""
    if wait.part is None:
        return
    if wait.clock is None:
        wait.clock = _PARTS[wait.part][1]
        return
    late = wait.part in {"afternoon", "evening"} or (wait.part == "night" and wait.clock.hour > 5)
    if late and wait.clock.hour < 12:
        wait.clock = wait.clock.replace(hour=wait.clock.hour + 12)
