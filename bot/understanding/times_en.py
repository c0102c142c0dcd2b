"""English words of time: tomorrow morning, by 5pm, in half an hour, on Saturday."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.understanding.numbers import ENGLISH_PATTERN, number
from bot.understanding.times_said import Bound, Said

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = (
    r"mon(?:day)?|tues?(?:day)?|wed(?:s|nesday)?|thu(?:rs?|rsday)?|fri(?:day)?|sat(?:urday)?|"
    r"sun(?:day)?"
)
_MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_PARTS = {
    "morning": "morning",
    "noon": "noon",
    "lunchtime": "noon",
    "afternoon": "afternoon",
    "evening": "evening",
    "night": "evening",
}
_PART = r"(?P<part>morning|noon|lunchtime|afternoon|evening|night)"
_CLOCK = (
    r"(?:(?P<h>1[0-2]|0?[1-9])(?:[:.](?P<m>[0-5]\d))?\s?(?P<ap>[ap])\.?m\b\.?|(?P<h24>[01]?\d|"
    r"2[0-4]):(?P<m24>[0-5]\d)(?![\d:])"
    r"(?:\s?(?:-|to)\s?(?P<uh24>[01]?\d|2[0-4]):(?P<um24>[0-5]\d)(?![\d:]))?"
    r"|(?P<oc>1[0-2]|[1-9])\s?o'?clock|(?P<noon>noon|midday|midnight))"
)
_RANGE = (
    r"(?:(?P<fh>1[0-2]|0?[1-9])(?::(?P<fm>[0-5]\d))?\s?(?P<fap>[ap]m)?\s?(?:-|–|to|and|till|"
    r"until)\s?(?P<th>1[0-2]|0?[1-9])"
    r"(?::(?P<tm>[0-5]\d))?\s?(?P<tap>[ap])\.?m\b)"
)
_DATE = (
    r"(?:(?P<overmorrow>(?:the )?day after tomorrow)|(?P<tom>tomorrow|tmrw?|tmr|tomoro|2morrow)|"
    r"(?P<today>later today|today)|(?P<tonight>tonight|tonite|2nite)"
    rf"|(?:(?P<wk>this|next|coming)\s(?:coming\s)?)?(?P<wd>{_NAME})\b"
    r"|(?P<rel>this|next)\s(?P<what>week(?:end)?|month)|(?P<thispart>this)(?=\s(?:morning|"
    r"afternoon|evening))|(?P<wkend>the weekend)"
    r"|(?P<edge>(?:the )?end of (?:the |this )?(?P<eow>day|week|month|year))"
    rf"|(?P<d1>[0-3]?\d)(?:st|nd|rd|th)?\s(?:of\s)?(?P<mo1>{_MONTH})\b|"
    rf"(?P<mo2>{_MONTH})\s(?P<d2>[0-3]?\d)(?:st|nd|rd|th)?\b(?!:)"
    r"|(?P<iso>20\d\d-(?:0?[1-9]|1[0-2])-(?:[0-2]?\d|3[01]))(?!\d)"
    r"|the (?P<dom>[12]\d|3[01]|[1-9])(?:st|nd|rd|th)(?! (?:floor|time|one|door|person|house|"
    r"building|block|flat|day)))"
)
_LEAD = (
    r"(?:(?P<lead>by|before|until|till|after|from|since|no later than)\s)?(?:on\s|at\s|around\s|"
    r"about\s|the\s|between\s|from\s)*"
)
_PAT1 = re.compile(
    rf"(?<![\w.:/-]){_LEAD}{_DATE}(?:(?:,|\s|'s)\s?(?:in the\s)?{_PART})?"
    rf"(?:,?\s(?:at\s|by\s|around\s|about\s|before\s|after\s|from\s|between\s)?(?:{_RANGE}|"
    rf"{_CLOCK}|(?P<bare>1[0-2]|[1-9])(?=$|[,.!?]|\s(?:or|and|to|if|please)\b)))?(?![\w])"
)
_PAT2 = re.compile(
    rf"(?<![\w.:/$£€-]){_LEAD}(?:{_RANGE}|{_CLOCK}|(?<=at\s)(?P<bare>1[0-2]|[1-9])(?=$|[,.!?]|"
    rf"\s(?:or|and|to|if|please|today|tomorrow|tonight)\b))"
    r"(?:,?\s(?:(?P<tom>tomorrow|tmrw?|tmr)|(?P<today>today)|(?P<tonight>tonight)|(?:on\s)?"
    rf"(?:(?P<wk>this|next)\s)?(?P<wd>{_NAME})\b))?(?:\s(?P<part>morning|afternoon|evening|"
    rf"night))?(?:\sin the (?P<part2>morning|afternoon|evening))?(?!\w)"
)
_DELAY = re.compile(
    rf"(?<![\w-])(?:(?P<in>in|within|after)(?: the next)?(?: about| around)?\s(?P<n>\d{{1,3}}|"
    rf"{ENGLISH_PATTERN}|a few)|(?P<n2>\d{{1,3}}|{ENGLISH_PATTERN}))"
    r"[\s-]?(?P<half>and a half )?(?P<u>min(?:ute)?s?|hours?|hrs?|days?|weeks?|months?)(?P<half2> "
    r"and a half)?(?:'s? time)?(?P<fromnow> from now| time)?(?![\w-])(?! ago| old| before| "
    r"earlier)"
)
_LATER = re.compile(
    r"(?<![\w-])(?:(?P<work>(?P<wb>before|after|by) (?:work|school|dark|bedtime|lunch|dinner|"
    r"supper|sunset|breakfast))"
    r"|(?:in|by) the (?P<part>morning|afternoon|evening)|(?P<soon>later on|in a (?:bit|while|"
    r"little while)|shortly))(?!\w)"
)
# Which of the long patterns a line can need, by its words; a set is asked faster than a pattern.
_ASK: dict[str, tuple[str, ...]] = {
    "clock": ("noon", "midday", "midnight", "clock", "oclock"),
    "delay": ("min", "mins", "minute", "minutes", "hour", "hours", "hr", "hrs", "weeks", "months"),
    "later": (
        *("later", "while", "bit", "work", "school", "dark", "lunch", "dinner", "supper"),
        *("sunset", "breakfast", "bedtime", "shortly"),
    ),
    "day": (
        *("today", "tomorrow", "tomoro", "morrow", "tmr", "tmrw", "tonight", "tonite", "nite"),
        *("weekend", "morning", "afternoon", "evening", "night", "end"),
        *("tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun", "mon", "monday"),
        *("tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", *_MONTHS),
        *("january", "february", "march", "april", "june", "july", "august", "september", "sept"),
        *("october", "november", "december"),
    ),
}
_GROUPS = {word: group for group, words in _ASK.items() for word in words}
_BOTH = {"day", "days", "week", "month"}  # a date or a delay
_WORD = re.compile("[a-z]+")
_CLOCK_KEY = re.compile(r"\d ?[ap]\.?m\b|\d:\d|\bat \d|20\d\d-")
_DIGIT = re.compile(r"\d")
_PAST = re.compile(r"(?:last|yesterday|since|this past|every|good)\s$")
_HOURS = {"work": 18.0, "school": 16.5, "dark": 18.5, "sunset": 18.5, "bedtime": 22.0}
_HOURS |= {"lunch": 12.0, "dinner": 18.0, "supper": 18.0, "breakfast": 8.0}
_ENDS = {
    "day": ("in", 0),
    "week": ("weekday", 6),
    "month": ("month_end", 0),
    "year": ("year_end", 0),
}
_BOUNDS: dict[str, Bound] = dict.fromkeys(("by", "no later than", "until", "till"), "by")
_BOUNDS |= {"before": "before", "after": "from", "from": "from"}
_MINUTES = {"mi": 1, "ho": 60, "hr": 60, "da": 1440, "we": 10080, "mo": 43200}


def said(text: str) -> list[Said]:
    """All times ``text`` names, in order; the widest words for each."""
    low = text.lower()
    if len(low) != len(text):
        low = text
    keys = _keys(low)
    if not keys:
        return []
    heard: list[Said] = []
    for wants, pattern, read in _GRAMMAR:
        for m in pattern.finditer(low) if wants & keys else ():
            if len(heard) < 16 and not _PAST.search(low, max(0, m.start() - 10), m.start()):
                one = read(m)
                if one is not None:
                    heard.append(one)
    found: list[Said] = []
    for one in sorted(heard, key=lambda h: h.span[0] - h.span[1]):  # the longest first
        if all(one.span[1] <= f.span[0] or f.span[1] <= one.span[0] for f in found):
            found.append(one)
    return sorted(found, key=lambda f: f.span)


def _keys(low: str) -> set[str]:
    """Which kinds of time words the line holds."""
    words = _WORD.findall(low)
    keys = {_GROUPS[word] for word in words if word in _GROUPS}
    if not _BOTH.isdisjoint(words):
        keys |= {"day", "delay"}
    if _DIGIT.search(low) is not None:
        keys |= {"clock", "day"} if _CLOCK_KEY.search(low) else set()
        keys |= {"day"} if "the " in low else set()  # the 28th
    return keys


def _dated(m: re.Match[str]) -> Said | None:
    parts = m.groupdict()
    if parts.get("lead") == "since" or m[0] in ("mon", "sun", "sat", "wed", "fri", "may"):
        return None
    day, week, month, year = _day(parts)
    part = _PARTS.get(parts.get("part") or parts.get("part2") or "")
    if parts.get("tonight"):
        part = part or "evening"
    hour, until, exact = _hours(parts)
    lead = parts.get("lead") or ""
    bound = _BOUNDS.get(lead)
    if until is not None and lead in ("after", "from"):
        bound = None
    inner = re.search(r" (by|before|after) ", m[0][1:]) if hour is not None else None
    if inner is not None and bound is None:
        bound = _BOUNDS[inner[1]]
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
        day, week = ("weekday", _DAYS.index(name[:3])), 1 if get("wk") == "next" else None
    elif kind := get("what"):
        day = (kind, int(get("rel") == "next"))
    elif get("wkend"):
        day = ("weekend", 0)
    elif edge := get("eow"):
        day = _ENDS[edge]
    elif name := get("mo1") or get("mo2"):
        day, month = ("date", int(get("d1") or get("d2") or 1)), _MONTHS.index(name[:3]) + 1
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
    minutes = (count + (0.5 if m["half"] or m["half2"] else 0)) * _MINUTES[m["u"][:2]]
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
    hour = _HOURS[m["work"].split()[-1]]
    if m["wb"] in ("before", "by"):
        return Said(m.span(), hour=hour, exact=True, bound="before")
    return Said(m.span(), hour=hour, until=min(24.0, hour + 4), exact=True)


# (keys one of which must be heard, pattern, its reader)
_Reader = Callable[[re.Match[str]], Said | None]
_GRAMMAR: tuple[tuple[set[str], re.Pattern[str], _Reader], ...] = (
    ({"delay"}, _DELAY, _delay),
    ({"day", "delay"}, _PAT1, _dated),
    ({"clock"}, _PAT2, _dated),
    ({"later", "day"}, _LATER, _later),
)
