"""Chinese words of time: 明早, 下周三下午三点半, 半小时后, 月底前."""

from __future__ import annotations

import re

from bot.understanding.numbers import CN, number
from bot.understanding.times_said import Bound, Said

_N = rf"(?:\d{{1,3}}|[{CN}]{{1,3}})"
_HOUR = r"(?:[01]?\d|2[0-4]|[一二两三四五六七八九]|十[一二]?)"
_CLOCK = (
    rf"(?<![\d.:\-/])(?:(?P<h>{_HOUR})(?:点|时(?=[0-5]?\d分|[左前之以]))(?!(?:了|半)?(?:钟头|"
    rf"儿?(?:小事|水|意见|问题|吃的)))"
    r"(?:(?P<half>半)|(?P<q>[一三])刻|(?P<m>[0-5]\d|[一二三四五]?十[一二三四五六七八九]?|"
    r"零[一二三四五六七八九])分?|整|钟)?"
    r"|(?P<h24>[01]?\d|2[0-4]):(?P<m24>[0-5]\d)(?![\d:]))"
)
_UNTIL = (
    r"(?:\s?(?:[-~—到至])\s?(?:晚上|下午|上午|中午|早上)?"
    rf"(?:(?P<uh>{_HOUR})点(?P<uhalf>半)?(?:钟|整)?|(?P<uh24>[01]?\d|2[0-4]):(?P<um24>[0-5]\d)))?"
)
_SHORT = rf"(?<![\d.:\-/])(?P<sh>{_HOUR})\s?[-~—到至]\s?(?P<suh>{_HOUR})点(?!半?以?前)"
_WEEK = r"(?:周|星期|礼拜)"
_DAYNAMES = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 7}
_DATE = (
    r"(?P<ahead>大后天|后天|后日|明天|明日|明儿个?|明(?=早|晚|上午|中午|下午|晨)|今天|今日|"
    r"今儿个?|今(?=早|晚|夜|晨|明两天)|当晚|翌日)"
    rf"|(?P<wk>下下个?|下个?|本|这个?|这)?{_WEEK}(?P<wd>[一二三四五六日天末])(?![线层楼])"
    rf"|(?P<week>下下个?|下个?|本|这个?|这)(?:周|星期|礼拜)(?!边|围|[一二三四五六日天末])"
    r"|(?:(?P<yy>20\d\d)年)?(?P<mm>1[0-2]|0?[1-9]|十[一二]?|"
    r"[一二三四五六七八九])月(?P<dd>[0-3]?\d|[一二三]?十[一二三四五六七八九]?|"
    r"[一二三四五六七八九])[日号](?![楼栋幢单线])"
    r"|(?P<iso>20\d\d-(?:0?[1-9]|1[0-2])-(?:[0-2]?\d|3[01]))(?!\d)"
    r"|(?<![\d路街弄巷村苑区第.#\-])(?P<dom>[12]\d|3[01]|[1-9])[号日](?=之?以?前|上午|下午|早|晚|"
    r"中午|左右|那天|开始|[,。;]?$)"
    r"|(?P<month>下个?|本|这个?|这)月(?P<edge>底|末|初)?|(?P<mend>月底|月末)|(?P<yend>年底|年末)"
    r"|(?P<few>这一?两天|这几天|今明两天|明后天|明后两天|接下来几天|过两天|过几天)"
)
_PARTS = {
    "凌晨": "small",
    "清晨": "morning",
    "清早": "morning",
    "早晨": "morning",
    "早上": "morning",
    "大早": "morning",
    "一早": "morning",
    "早": "morning",
    "晨": "morning",
    "上午": "morning",
    "中午": "noon",
    "正午": "noon",
    "午饭": "noon",
    "下午": "afternoon",
    "午后": "afternoon",
    "傍晚": "dusk",
    "晚上": "evening",
    "晚间": "evening",
    "夜里": "night",
    "半夜": "night",
    "深夜": "night",
    "夜间": "night",
    "晚": "evening",
    "夜": "night",
}
_PART = (
    "(?:(?P<part>凌晨|清晨|清早|早晨|早上|大早|一早|上午|中午|正午|下午|午后|傍晚|晚上|晚间|夜里|"
    "半夜|深夜|夜间|(?<=[明今天日])[早晚晨夜](?!点|些|一点))(?!好))"
)
_BOUND = r"(?P<bound>之前|以前|前(?![天后台面年两几]|一|\d)|之后|以后|后(?![天面台来悔门]))?"
_AROUND = r"(?:左右|前后(?=[,。到来去])|钟)?"
_DELAY = (
    rf"(?:(?:再?过|再等|还要|还有|大概|大约|最多|预计)\s?)?(?P<dn>半|{_N}(?:\.5)?|一两|两三|"
    rf"几)\s?(?P<du>个半小时|个多?小时|个钟头?|小时|分钟|分(?=后|钟)|刻钟|天|个?星期|周|个礼拜|"
    rf"个月)(?P<dh>半)?"
    r"\s?(?P<dx>之后|以后|后|内|之内|以内|左右到|就到|到(?![\d一二三四五六七八九十了])|能到)"
    rf"|(?:再?过)(?P<pn>半|{_N})(?P<pu>个多?小时|个钟头?|小时|分钟|刻钟)(?![前了])"
)
_EVENTS = (
    r"(?P<event>下班|天黑|睡觉?|午饭|中饭|晚饭|早饭|放学|收工|吃晚饭|吃午饭|吃饭)(?P<eb>之前|以前|"
    r"前|之后|以后|后)"
    r"|(?P<soon>待会儿?|一会儿(?!工夫)|等会儿?|等一?下(?=[来去到给送过])|晚点儿?|稍后|"
    r"回头(?=[给去来送]))"
)
_EVENT_HOURS = {"下班": 18, "收工": 18, "天黑": 18.5, "睡": 22, "睡觉": 22, "放学": 16.5, "早饭": 8}
_EVENT_HOURS |= {"午饭": 12, "中饭": 12, "吃午饭": 12, "晚饭": 18, "吃晚饭": 18, "吃饭": 18}
_TAIL = rf"(?:{_SHORT}|{_CLOCK}{_UNTIL})"
_DELAYED = re.compile(_DELAY)
_DATED = re.compile(rf"(?P<dated>{_DATE})(?:的|,|\s|\(|\))?{_PART}?\s?{_TAIL}?{_AROUND}{_BOUND}")
_EVENTED = re.compile(_EVENTS)
_TIMED = re.compile(rf"{_PART}\s?{_TAIL}?{_AROUND}{_BOUND}")
_CLOCKED = re.compile(rf"{_TAIL}{_AROUND}{_BOUND}")
_NUMERALS = "0123456789二两三四五六七八九十"
# What may begin with which character, so that the long patterns are tried only where they may fit.
_BEGIN: dict[str, tuple[re.Pattern[str], ...]] = {}
for _letters, _pattern in (
    ("半一再还最预大过" + _NUMERALS, _DELAYED),
    ("今明后大翌当下本这周星礼月年接过一" + _NUMERALS, _DATED),
    ("下天睡午中晚早放收吃待一等稍回", _EVENTED),
    ("凌清早大一上中正下午傍晚深夜半晨", _TIMED),
    ("一" + _NUMERALS, _CLOCKED),
):
    for _letter in _letters:
        _BEGIN[_letter] = (*_BEGIN.get(_letter, ()), _pattern)
_START = re.compile("[" + "".join(_BEGIN) + "]")
_KEY = re.compile("[今明后周期拜月年天点时分钟午早晚夜晨会饭班黑睡稍回号日]|:\\d|20\\d\\d-")
_PAST = re.compile("每|天天|上个?$|昨|前天|刚才|刚刚|上周|上个?星期|上个?月|去年")
_AHEAD = {"今": 0, "当": 0, "明": 1, "翌": 1, "后": 2, "大": 3}
_FEW = {
    "这两天": (0, 2),
    "这一两天": (0, 2),
    "今明两天": (0, 2),
    "这几天": (0, 3),
    "接下来几天": (0, 3),
}
_FEW |= {"明后天": (1, 2), "明后两天": (1, 2), "过两天": (2, 1), "过几天": (3, 3)}
_MINUTES = {
    "分": 1,
    "刻": 15,
    "小": 60,
    "钟": 60,
    "天": 1440,
    "周": 10080,
    "星": 10080,
    "礼": 10080,
}


def said(text: str) -> list[Said]:
    """All times ``text`` names, in order; the widest words for each."""
    if _KEY.search(text) is None:
        return []
    found: list[Said] = []
    end = 0
    for begin in _START.finditer(text):
        start = begin.start()
        if start < end:
            continue
        for pattern in _BEGIN[begin[0]]:
            m = pattern.match(text, start)
            if m is None or _PAST.search(text, max(0, start - 3), start):
                continue
            one = _one(m, pattern)
            if one is not None:
                found.append(one)
                end = m.end()
                break
        if len(found) == 8:
            break
    return found


def _one(m: re.Match[str], pattern: re.Pattern[str]) -> Said | None:
    parts = m.groupdict()
    if pattern is _DELAYED:
        return _delay(m, parts)
    if pattern is _EVENTED:
        return _event(m, parts)
    if pattern is _CLOCKED and m[0] == "一点":
        return None  # a little, not one o'clock
    dated = pattern is _DATED
    day, week, month, year, length = _day(parts) if dated else _NO_DAY
    if dated and day is None:
        return None
    hour, until, exact = _hours(parts)
    words = parts.get("bound") or ""
    bound: Bound | None = None if not words else "before" if "前" in words else "from"
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
        _PARTS.get(parts.get("part") or ""),
        hour,
        until,
        exact,
        bound,
    )


_Day = tuple[tuple[str, int] | None, int | None, int | None, int | None, int]


_NO_DAY: _Day = (None, None, None, None, 1)
_EDGES = {"底": "month_end", "末": "month_end", "初": "month_start"}


def _day(parts: dict[str, str | None]) -> _Day:
    """(day, week, month, year, length) of the date named."""
    get = parts.get
    day, week, month, year, length = _NO_DAY
    if ahead := get("ahead"):
        day = ("in", 3 if ahead.startswith("大后") else _AHEAD[ahead[0]])
    elif name := get("wd"):
        day, week = ("weekday", _DAYNAMES[name]), _weeks(get("wk"))
    elif word := get("week"):
        day = ("week", _weeks(word) or 0)
    elif get("mm") or get("dom"):
        n, month = number(get("dd") or get("dom") or ""), _whole(get("mm"))
        day, year = None if n is None else ("date", int(n)), _whole(get("yy"))
    elif iso := get("iso"):
        year, month, n = map(int, iso.split("-"))
        day = ("date", int(n))
    elif few := get("few"):
        first, length = _FEW[few]
        day = ("in", first)
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
        minutes = (count + half) * _MINUTES[unit.lstrip("个半多")[0]]
    within = "内" in (parts["dx"] or "")
    if not within and minutes >= 1440:  # three days on is that whole day
        return Said(m.span(), ("in", int(minutes // 1440)))
    end = m.end() - (1 if (parts["dx"] or "").endswith("到") else 0)
    return Said((m.start(), end), after=minutes, within=within)


def _event(m: re.Match[str], parts: dict[str, str | None]) -> Said:
    if parts["soon"]:
        return Said(m.span(), after=120.0, within=True)
    hour = _EVENT_HOURS.get(parts["event"] or "", 18)
    if "前" in (parts["eb"] or ""):
        return Said(m.span(), hour=float(hour), exact=True, bound="before")
    return Said(m.span(), hour=float(hour), until=hour + 4.0 if hour < 20 else 24.0, exact=True)
