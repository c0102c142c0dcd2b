"""Chinese words of time: 明早, 下周三下午三点半, 半小时后, 月底前."""

from __future__ import annotations

import re

from bot.understanding.numbers import number
from bot.understanding.times_said import Bound, Said
from bot.understanding.times_zh_words import (
    AHEAD,
    BEGIN,
    CLOCKED,
    COUNTED,
    DATED,
    DAYNAMES,
    DELAYED,
    EVENT_HOURS,
    EVENTED,
    FEW,
    GOES_ON,
    KEY,
    LASTING,
    MAY,
    MINUTES,
    NIGHT,
    NIGHTLY,
    PARTS,
    PAST,
    SINCE,
    START,
    THIS_MORNING,
    WAS,
)


def said(text: str) -> list[Said]:
    """All times ``text`` names, in order; the widest words for each."""
    if KEY.search(text) is None:
        return []
    found: list[Said] = []
    end = 0
    for begin in START.finditer(text):
        start = begin.start()
        if start < end:
            continue
        for pattern in BEGIN[begin[0]]:
            m = pattern.match(text, start)
            if m is None:
                continue
            if PAST.search(text, max(0, start - 3), start) or _gone(text, m):
                end = max(end, m.end())  # nor is 上午 in 每周三上午 a time
                continue
            one = _one(m, pattern)
            if one is not None:
                found.append(one)
                end = m.end()
                break
        if len(found) == 8:
            break
    return found


def _cut(text: str, m: re.Match[str]) -> bool:
    """Whether another word is cut in two: 以后天天, 过年的后生."""
    if m[0].startswith("后天"):
        after = text[m.end() : m.end() + 2]
        return text[m.start() - 1 : m.start()] == "以" or (after[:1] == "天" and after != "天气")
    return m[0][-1] == "后" and text[m.end() : m.end() + 1] in tuple("生面悔边门排座院街")


def _gone(text: str, m: re.Match[str]) -> bool:
    """Whether it is plainly past or a habit: 今早摔了, 半夜还在唱, 从七点哭到现在."""
    words = m[0]
    if _cut(text, m):
        return True
    if words[0] in "周星礼" and text[max(0, m.start() - 1) : m.start()] in COUNTED:
        return True  # 一星期一次
    if NIGHT.match(words) is not None and MAY.match(text, m.end()) is None:
        return True
    bound = words[-1] in "前后内"
    if NIGHTLY.match(words) and not bound and GOES_ON.match(text, m.end()) is not None:
        return True
    if text[max(0, m.start() - 1) : m.start()] in LASTING and words[0] in "晚上早下":
        return True
    return SINCE.match(text, m.end()) is not None or (
        THIS_MORNING.match(words) is not None and WAS.match(text, m.end()) is not None
    )


def _one(m: re.Match[str], pattern: re.Pattern[str]) -> Said | None:
    parts = m.groupdict()
    if pattern is DELAYED:
        return _delay(m, parts)
    if pattern is EVENTED:
        return _event(m, parts)
    if pattern is CLOCKED and m[0] == "一点":
        return None  # a little, not one o'clock
    dated = pattern is DATED
    day, week, month, year, length = _day(parts) if dated else _NO_DAY
    if dated and day is None:
        return None
    hour, until, exact = _hours(parts)
    words = parts.get("bound") or ""
    bound: Bound | None = None if not words else "before" if words[-1] in "前内" else "from"
    if parts.get("part") == "中午" and hour is None and bound == "before":
        hour, exact = 12.0, True
    end = m.start() + len(m[0].rstrip(" 的,()"))
    return Said(
        (m.start(), end),
        ("weekend", week or 0) if day == ("weekday", 7) else day,
        week,
        month,
        year,
        length,
        PARTS.get((parts.get("part") or "").replace("里头", "里")),
        hour,
        until,
        exact,
        bound,
    )


_Day = tuple[tuple[str, int] | None, int | None, int | None, int | None, int]


_NO_DAY: _Day = (None, None, None, None, 1)
_FEASTS = {"国庆": (10, 1, 7), "五一": (5, 1, 5), "劳动节": (5, 1, 5), "元旦": (1, 1, 1)}
_FEASTS |= {"暑假": (7, 1, 62), "六一": (6, 1, 1), "八一": (8, 1, 1)}
_EDGES = {"底": "month_end", "末": "month_end", "初": "month_start"}


def _day(parts: dict[str, str | None]) -> _Day:
    """(day, week, month, year, length) of the date named."""
    get = parts.get
    day, week, month, year, length = _NO_DAY
    if ahead := get("ahead"):
        day = ("in", 3 if ahead.startswith("大后") else AHEAD[ahead[0]])
    elif name := get("wd"):
        day, week = ("weekday", DAYNAMES[name]), _weeks(get("wk"))
        if get("upto") in ("到", "至", "-", "~", "—"):
            length = (DAYNAMES[get("wd2") or name] - DAYNAMES[name]) % 7 + 1
    elif word := get("week"):
        day = ("week", _weeks(word) or 0)
    elif get("mm") or get("dom"):
        n, month, week = number(get("dd") or get("dom") or ""), _whole(get("mm")), _weeks(get("mo"))
        day, year = None if n is None else ("date", int(n)), _whole(get("yy"))
        last = _whole(get("dom2"))
        length = last - int(n or 0) + 1 if last and last > int(n or 0) else 1
    elif iso := get("iso"):
        year, month, n = map(int, iso.split("-"))
        day = ("date", int(n))
    elif few := get("few"):
        first, length = FEW[few]
        day = ("in", first)
    elif feast := get("feast"):
        month, n, length = _FEASTS.get(feast, (None, 0, 1))
        day = ("date", n) if month else ("unsaid", 0)
    elif name := get("year"):
        day = ("year", "今明后".index(name[0]))
    elif get("yend"):
        day = ("year_end", 0)
    elif get("mend"):
        day = ("month_end", 0)
    elif word := get("month"):
        day = (_EDGES.get(get("edge") or "", "month"), _weeks(word) or 0)
    return day, week, month, year, length


def _whole(word: str | None) -> int | None:
    value = number(word) if word else None
    return None if value is None else int(value)


def _weeks(word: str | None) -> int | None:
    return None if not word else 2 if word.startswith("下下") else 1 if word[0] == "下" else 0


def _hours(parts: dict[str, str | None]) -> tuple[float | None, float | None, bool]:
    """(hour, until, whether am or pm is known)."""
    if two := parts.get("two"):  # 七八点
        return number(two[0]), number(two[1]), False
    if parts.get("sh"):
        return number(parts["sh"] or ""), number(parts["suh"] or ""), False
    until = None
    if parts.get("uh"):
        until = (number(parts["uh"] or "") or 0) + (0.5 if parts["uhalf"] else 0)
    elif parts.get("uh24"):
        until = int(parts["uh24"] or 0) + int(parts["um24"] or 0) / 60
    if parts.get("h24"):
        hour = int(parts["h24"] or 0) + int(parts["m24"] or 0) / 60
        return hour, until, hour >= 13 or len(parts["h24"] or "") == 2
    if not parts.get("h"):
        return None, None, False
    hour = number(parts["h"] or "") or 0.0
    if parts["half"]:
        hour += 0.5
    elif parts["q"]:
        hour += 0.25 if parts["q"] == "一" else 0.75
    elif parts["m"]:
        hour += (number(parts["m"].lstrip("零")) or 0) / 60
    return hour, until, hour > 12


def _delay(m: re.Match[str], parts: dict[str, str | None]) -> Said | None:
    word, unit = parts["dn"] or parts["pn"] or "", parts["du"] or parts["pu"] or ""
    if word == "几":
        return None
    count = number(word[0] if word in ("一两", "两三") else word)
    if count is None or count > 999:
        return None
    half = 0.5 if unit.startswith("个半") or parts["dh"] else 0.0
    if unit == "个月":
        minutes = count * 30 * 1440
    else:
        minutes = (count + half) * MINUTES[unit.lstrip("个半多")[0]]
    within = "内" in (parts["dx"] or "")
    if not within and minutes >= 1440:  # three days on is that whole day
        return Said(m.span(), ("in", int(minutes // 1440)))
    end = m.end() - {"到": 1, "就到": 2, "能到": 2, "左右到": 1, "还": 1}.get(parts["dx"] or "", 0)
    return Said((m.start(), end), after=minutes, within=within)


_MEAL = re.compile("^吃[完过了]*(?=[早午中晚]饭)|(?<=吃)[完过了]+(?=饭)")


def _event(m: re.Match[str], parts: dict[str, str | None]) -> Said:
    if parts["soon"]:
        return Said(m.span(), after=120.0, within=True)
    if parts["now"]:
        return Said(m.span(), after=0.0)
    if parts["bare"]:
        return Said(m.span(), hour=float(EVENT_HOURS[parts["bare"]]), exact=True)
    event = _MEAL.sub("", parts["event"] or parts["meal"] or "")
    hour = EVENT_HOURS.get(event, 18)
    if "前" in (parts["eb"] or ""):
        return Said(m.span(), hour=float(hour), exact=True, bound="before")
    return Said(m.span(), hour=float(hour), until=hour + 4.0 if hour < 20 else 24.0, exact=True)
