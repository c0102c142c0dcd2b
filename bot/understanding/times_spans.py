"""How far English words of time reach: from 9 to 12 on Saturday, until the 20th, before 5."""

from __future__ import annotations

import re
from itertools import islice

_NUMBER = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_WEEKDAY = (
    r"(?:mon|tues?|wed(?:s|nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?(?<!wednes)(?<!satur)s?"
)
_MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_NTH = r"[0-3]?\d(?:st|nd|rd|th)"
_CLOCK = (
    rf"(?:(?:half|quarter)(?:\s(?:past|to))?\s(?:{_NUMBER}|\d{{1,2}})"
    rf"|(?:{_NUMBER}|\d{{1,2}})\s?o'?clock"
    r"|(?:[01]?\d|2[0-3])(?:[:.h][0-5]\d)?\s?(?:[ap]\.?m\.?|[ap])(?![a-z])"
    r"|(?:[01]?\d|2[0-3])[:h][0-5]\d|noon|midnight|midday)"
)
_BARE = rf"(?:(?:1[0-2]|[1-9])(?:[:.][0-5]\d)?|{_NUMBER})"
_NOT_HOUR = (
    r"(?!\w|[:.]\d|%|-\w|\s?(?:mins?|minutes?|hours?|hrs?|days?|weeks?|months?|years?|yrs?|people|kids"
    r"|boxes|bags|bottles|packs?|of|more|times|x|kg|mg|ml|l|litres?|miles?|blocks?|doors?|floors?|or"
    r"|st|nd|rd|th|rooms?|units?|pieces|pcs|cups?|men|women|guys|persons?)\b)"
)
_SPAN = (
    rf"(?:(?:{_CLOCK}|{_BARE})\s?(?:-|–|to|tae|till?|until|and)\s?(?:{_CLOCK}|{_BARE}{_NOT_HOUR}))"
)
_PART = r"(?:early|late|morning|afternoon|arvo|evening|nigh?te?|lunchtime|teatime|dinner|dawn)"
_DAY = (
    rf"(?:(?:(?:this|next|coming|second|first)\s(?:coming\s)?)?(?:{_WEEKDAY})\b"
    r"|(?:later\s)?today|(?:the )?day after tomorrow|tomorrow|tmrw?|tmr|2morrow|tomoro"
    r"|the morra|tonight|tonite|2nite"
    r"|bukas|ngayon|mamaya|the noo|(?<=\s)the night(?=[,.]|$)"
    r"|(?:this|next)\s(?:week(?:end)?|wknd|month|term|year|morning|afternoon|evening|nigh?te?)"
    r"(?:\sor\snext(?=[?.,]|$))?"
    r"|(?:any|some)\s(?:time|day|morning|afternoon|evening|nigh?te?)"
    r"|(?<=[a-z]\s)(?<!\bof\s)(?<!\ball\s)(?<!make\s)(?<!seize\s)(?<!start\s)the day"
    r"(?=[,.!?]|$|\swi\b)"
    r"|(?:the\s)?(?:long\s)?(?:weekend|wknd)"
    rf"|the\s{_NTH}(?!\s(?:floor|flair|time|one|door|person|house|landing))"
    rf"(?:\sof\s(?:{_MONTH}))?"
    rf"|{_NTH}\s(?:of\s)?(?:{_MONTH})\b|(?:{_MONTH})\s[0-3]?\d(?:st|nd|rd|th)?(?![:\d])"
    rf"|\d{{1,2}}\s(?:{_MONTH})\b)"
)
_UPTO = r"(?:\s(?:to|till?|until|before|thru|through|and|or|n|&)\s|\s?[-–/]\s?|\s)"
_DAYS = rf"(?:{_DAY}(?:{_UPTO}(?:{_DAY}|{_NTH}|\d{{1,2}}(?=[,.]|$)))*)"
_EVENT = (
    r"(?:evening|morning|work|school(?:\srun)?|lunch|dinner|supper|breakfast|tea|dark|sun(?:set|up|down)|bedtime|night"
    r"|service|second\sservice|mass|church|fajr|asr|maghrib|isha|jummah|taraweeh|eid(?:\ssalah)?|christmas"
    r"|xmas|cny|new\syear|pay\s?day|class|january|march|half\sterm|lunchtime|maghrib)"
)
_LEAD = (
    r"(?:(?:by|before|afore|after|efter|until|till?|from|at|on(?!\s(?:ton|tom|tmr))|through|between"
    rf"|(?:around|about)(?!\s{_DAY})|no later than)\s)"
)
_PHRASE = re.compile(
    rf"(?<![\w.:/$£€-])(?:{_LEAD}(?:about\s|around\s|the\s(?={_PART}|week))?)?"
    rf"(?:(?:{_SPAN}|{_CLOCK})(?:\ssharp)?"
    rf"(?:,?\s(?:on\s(?:a\s)?|in the\s|of\s)?(?:{_DAYS}|{_PART}|later))?"
    rf"(?:\s{_PART})?"
    rf"|(?:{_DAYS})(?:(?:,?\s|'s\s)(?:in the\s)?{_PART}\b)?"
    rf"(?:,?\s(?:(?:at|from|by|around|about|before|after|between)\s){{0,2}}(?:{_SPAN}|{_CLOCK}))?"
    rf"(?:,?\s(?:at|from|by|around|before|after|till?|until)\s(?:{_BARE}{_NOT_HOUR}|{_EVENT}\b)(?:\ssharp)?)?"
    rf"|{_BARE}\ssharp|later\s{_CLOCK})(?!\w)",
)
_LED = re.compile(
    rf"(?<![\w-])(?:(?:by|before|afore|after|efter|until|till?|from|around|about)\s(?:about\s)?"
    rf"(?:(?P<h>{_BARE}){_NOT_HOUR}(?:\s(?:(?:on\s)?{_DAYS}|later))?|{_EVENT}\b(?:\s(?:{_CLOCK}|{_DAYS}))?|(?:the\s)?{_NTH}\b"
    rf"|(?:{_EVENT}|{_MONTH})\b)"
    rf"|at\s{_BARE}\sin the\s{_PART}"
    rf"|at\s(?P<a>{_BARE})(?=[,.!?]|$|\s(?:{_DAYS}|and|or|but|if|please|pls|so|can|could|who|for|at|in|on|with)\b)"
    rf"(?:\s(?:on\s(?:a\s)?)?{_DAYS})?"
    rf"|in\s(?P<m>\d{{1,2}}|five|ten|fifteen|twenty)(?=[,.!?]|$)"
    rf"|(?:on\s)?(?P<d>{_NTH})(?=$|[,.]|\sfor\b)|(?P<r>{_NTH}\s(?:to|till?|until)\s{_NTH}))",
)
_NOW = re.compile(
    r"(?<![\w-])(?<!from )(?:right now|rn|now|tn)(?=[,.!?]|$|\s(?:please|pls|it|before|is))",
)
# Until something comes about: before they shut at 9, till the check on the 3rd.
_WHO = "the|my|our|your|his|her|their|this|that|they|i'm|we're|i get|we get"
_UNTIL = re.compile(
    rf"(?<![\w-])(?:before|afore|until|till?)\s(?:(?:{_WHO})\b(?:\s[a-z'’-]+){{1,5}}?"
    rf"(?:\s(?:at\s(?:{_CLOCK}|{_BARE}{_NOT_HOUR})|(?:on\s)?{_DAYS})"
    r"|(?=[,.!?;]|$|\s(?:and|but|or|if|so|please|pls|who|can|could|anyone|cos|because)\b))"
    r"|after\s(?:eid|christmas|easter|lunch|work)\b)",
)
_AGES = re.compile(r"\d{1,2} (?:and|&|or|n) \d{1,2}")  # mine are 2 and 4
_AGED = re.compile(r"(?:aged?|ages|sizes?)\s$", re.IGNORECASE)
_FROM_THERE = re.compile(rf"from {_EVENT}")  # news from work, a book from school
_SCHOOL = re.compile(r"\sschool\b", re.IGNORECASE)
_MOST = 96  # places in one message where words of time may begin
_GONE = re.compile(r"(?:every|each|last|since|yesterday|this past|good|ago)\s$", re.IGNORECASE)
_HABIT = re.compile(r"\s(?:yesterday|every|daily|last|ago|on weekdays|again)", re.IGNORECASE)
# Where words of time may begin; the long patterns are tried only there.
_BEGIN = re.compile(
    r"(?<![\w.:/$£€-])(?:\d|by |before |afore |after |efter |until |till? |from |around |about "
    r"|at |on |in |through |between |any |some |no later|half |quarter |noon|mid|later "
    r"|now|rn|tn|right now|tod"
    r"|next |this |coming "
    r"|second |first |long week|tom|tm|tonig|tonit|bukas|ngayon|mamaya"
    r"|day aft|the (?:day|mor|night|noo|week|long|w|\d)|week|wknd|mon|tue|wed|thu|fri|sat|sun"
    r"|jan|feb|mar|apr"
    r"|may |jun|jul|aug|sep|oct|nov|dec|one |two |three |four |five |six |seven |eight |nine |ten "
    r"|eleven |twelve )",
)


# Without a number in figures, a phrase holds one of these words; a set is asked faster.
_DAYNAMES = "mon tue tues wed weds wednes thu thur thurs fri sat satur sun"
TELLING = frozenset(
    (
        *_NUMBER.split("|"),
        *("before", "afore", "until", "till", "til"),
        *("fifteen", "twenty", "noon", "midnight", "midday", "now", "rn", "tn"),
        *(
            f"{name}{day}{s}"
            for name in _DAYNAMES.split()
            for day in ("", "day")
            for s in ("", "s")
        ),
        *("today", "tomorrow", "tmr", "tmrw", "tomoro", "morra", "tonight", "tonite", "noo"),
        *(
            "bukas",
            "ngayon",
            "mamaya",
            "week",
            "weekend",
            "wknd",
            "month",
            "morning",
            "afternoon",
            "later",
            "dawn",
            "day",
        ),
        *("february", "april", "june", "july", "august", "september", "october", "november"),
        *("december",),
        *("evening", "night", "nighte", "nit", "nite", "january", "march"),
        *("work", "school", "lunch", "lunchtime", "dinner", "supper", "breakfast", "tea", "dark"),
        *("sunset", "sunup", "sundown", "bedtime", "service", "mass", "church", "fajr", "asr"),
        *("maghrib", "isha", "jummah", "taraweeh", "eid", "christmas", "xmas", "cny", "year"),
        *("pay", "payday", "class", "term"),
    )
)


def phrases(text: str) -> list[tuple[int, int]]:
    """The spans of words of time in ``text`` (in lower case), the widest where they overlap."""
    heard: list[tuple[int, int]] = []
    for begin in islice(_BEGIN.finditer(text), _MOST):
        start = begin.start()
        for pattern in (_PHRASE, _LED, _NOW, _UNTIL):
            m = pattern.match(text, start)
            if m is not None and _stands(text, m):
                heard.append((start, start + len(m[0].rstrip(" .,"))))
        if len(heard) > 16:
            break
    found: list[tuple[int, int]] = []
    for start, end in sorted(heard, key=lambda span: span[0] - span[1]):
        if all(end <= a or b <= start for a, b in found):
            found.append((start, end))
    return sorted(found)


def _stands(text: str, m: re.Match[str]) -> bool:
    """Whether it is a time to come; and a short word a day: not sat on it, may, a sun hat."""
    if _GONE.search(text, max(0, m.start() - 10), m.start()) or _HABIT.match(text, m.end()):
        return False
    word = m[0].strip(" .,")
    if _AGES.fullmatch(word) or _AGED.search(text, max(0, m.start() - 6), m.start()):
        return False
    if _FROM_THERE.fullmatch(word) or (word.endswith("sunday") and _SCHOOL.match(text, m.end())):
        return False
    if word in ("may", "mar", "the week", "march", "january"):
        return False
    return word not in ("mon", "sun", "sat", "wed", "fri") or text[m.end() : m.end() + 1] in _ENDS


_ENDS = frozenset(("", ",", ".", "!", "?", ";"))
