"""English words of time: the patterns and what each word stands for."""

from __future__ import annotations

import re

from bot.understanding.numbers import ENGLISH_PATTERN
from bot.understanding.times_said import Bound

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NAME = (
    r"mon(?:day)?|tues?(?:day)?|wed(?:s|nesday)?|thu(?:rs?|rsday)?|fri(?:day)?|sat(?:urday)?|"
    r"sun(?:day)?"
)
MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
PARTS = {
    "morning": "morning",
    "noon": "noon",
    "lunchtime": "noon",
    "afternoon": "afternoon",
    "evening": "evening",
    "night": "evening",
}
PART = r"(?P<part>morning|noon|lunchtime|afternoon|evening|night)"
CLOCK = (
    r"(?:(?P<h>1[0-2]|0?[1-9])(?:[:.](?P<m>[0-5]\d))?\s?(?P<ap>[ap])\.?m\b\.?|(?P<h24>[01]?\d|"
    r"2[0-4]):(?P<m24>[0-5]\d)(?![\d:])"
    r"(?:\s?(?:-|to)\s?(?P<uh24>[01]?\d|2[0-4]):(?P<um24>[0-5]\d)(?![\d:]))?"
    r"|(?P<oc>1[0-2]|[1-9])\s?o'?clock|(?P<noon>noon|midday|midnight))"
)
RANGE = (
    r"(?:(?P<fh>1[0-2]|0?[1-9])(?::(?P<fm>[0-5]\d))?\s?(?P<fap>[ap]m)?\s?(?:-|–|to|and|till|"
    r"until)\s?(?P<th>1[0-2]|0?[1-9])"
    r"(?::(?P<tm>[0-5]\d))?\s?(?P<tap>[ap])\.?m\b)"
)
DATE = (
    r"(?:(?P<overmorrow>(?:the )?day after tomorrow)|(?P<tom>tomorrow|tmrw?|tmr|tomoro|2morrow)|"
    r"(?P<today>later today|today)|(?P<tonight>tonight|tonite|2nite)"
    rf"|(?:(?P<wk>this|next|coming)\s(?:coming\s)?)?(?P<wd>{NAME})\b"
    r"|(?P<rel>this|next)\s(?P<what>week(?:end)?|month)|(?P<thispart>this)(?=\s(?:morning|"
    r"afternoon|evening))|(?P<wkend>the weekend)"
    r"|(?P<edge>(?:the )?end of (?:the |this )?(?P<eow>day|week|month|year))"
    rf"|(?P<d1>[0-3]?\d)(?:st|nd|rd|th)?\s(?:of\s)?(?P<mo1>{MONTH})\b|"
    rf"(?P<mo2>{MONTH})\s(?P<d2>[0-3]?\d)(?:st|nd|rd|th)?\b(?!:)"
    r"|(?P<iso>20\d\d-(?:0?[1-9]|1[0-2])-(?:[0-2]?\d|3[01]))(?!\d)"
    r"|the (?P<dom>[12]\d|3[01]|[1-9])(?:st|nd|rd|th)(?! (?:floor|time|one|door|person|house|"
    r"building|block|flat|day)))"
)
LEAD = (
    r"(?:(?P<lead>by|before|until|till|after|from|since|no later than)\s)?(?:on\s|at\s|around\s|"
    r"about\s|the\s|between\s|from\s)*"
)
DATED = re.compile(
    rf"(?<![\w.:/-]){LEAD}{DATE}(?:(?:,|\s|'s)\s?(?:in the\s)?{PART})?"
    rf"(?:,?\s(?:at\s|by\s|around\s|about\s|before\s|after\s|from\s|between\s)?(?:{RANGE}|"
    rf"{CLOCK}|(?P<bare>1[0-2]|[1-9])(?=$|[,.!?]|\s(?:or|and|to|if|please)\b)))?(?![\w])"
)
CLOCKED = re.compile(
    rf"(?<![\w.:/$£€-]){LEAD}(?:{RANGE}|{CLOCK}|(?<=at\s)(?P<bare>1[0-2]|[1-9])(?=$|[,.!?]|"
    rf"\s(?:or|and|to|if|please|today|tomorrow|tonight)\b))"
    r"(?:,?\s(?:(?P<tom>tomorrow|tmrw?|tmr)|(?P<today>today)|(?P<tonight>tonight)|(?:on\s)?"
    rf"(?:(?P<wk>this|next)\s)?(?P<wd>{NAME})\b))?(?:\s(?P<part>morning|afternoon|evening|"
    rf"night))?(?:\sin the (?P<part2>morning|afternoon|evening))?(?!\w)"
)
DELAY = re.compile(
    rf"(?<![\w-])(?:(?P<in>in|within|after)(?: the next)?(?: about| around)?\s(?P<n>\d{{1,3}}|"
    rf"{ENGLISH_PATTERN}|a few)|(?P<n2>\d{{1,3}}|{ENGLISH_PATTERN}))"
    r"[\s-]?(?P<half>and a half )?(?P<u>min(?:ute)?s?|hours?|hrs?|days?|weeks?|months?)(?P<half2> "
    r"and a half)?(?:'s? time)?(?P<fromnow> from now| time)?(?![\w-])(?! ago| old| before| "
    r"earlier)"
)
LATER = re.compile(
    r"(?<![\w-])(?:(?P<work>(?P<wb>before|after|by) (?:work|school|dark|bedtime|lunch|dinner|"
    r"supper|sunset|breakfast))"
    r"|(?:in|by) the (?P<part>morning|afternoon|evening)|(?P<soon>later on|in a (?:bit|while|"
    r"little while)|shortly))(?!\w)"
)
# Which of the long patterns a line can need, by its words; a set is asked faster than a pattern.
ASK: dict[str, tuple[str, ...]] = {
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
        *("tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", *MONTHS),
        *("january", "february", "march", "april", "june", "july", "august", "september", "sept"),
        *("october", "november", "december"),
    ),
}
GROUPS = {word: group for group, words in ASK.items() for word in words}
BOTH = {"day", "days", "week", "month"}  # a date or a delay
WORD = re.compile("[a-z]+")
CLOCK_KEY = re.compile(r"\d ?[ap]\.?m\b|\d:\d|\bat \d|20\d\d-")
DIGIT = re.compile(r"\d")
PAST = re.compile(r"(?:last|yesterday|since|this past|every|good)\s$")
LOOSE = re.compile(r"\s(?:sharp|later)$")
SLANG = re.compile(r"^(?:for|around|about|til|afore|efter)\s")
HOURS_LED = re.compile(
    rf"(?:(?P<lead>by|before|afore|after|from|until|till?|at|around|about)\s)?(?P<h>\d{{1,2}}|{ENGLISH_PATTERN})"
    rf"(?:\s?(?:-|to|till?|until)\s?(?P<u>\d{{1,2}}))?"
    r"(?:\sin the\s(?P<part>morning|afternoon|evening))?$"
)
RANGED = re.compile(
    r"\b(?P<h>1[0-2]|[1-9])\s?(?:-|to|till?|until)\s?(?P<u>1[0-2]|[1-9])\b(?!:|\s?[ap]m)"
)
IN = re.compile(rf"in (?P<m>\d{{1,2}}|{ENGLISH_PATTERN})$")
HOURS = {"work": 18.0, "school": 16.5, "dark": 18.5, "sunset": 18.5, "bedtime": 22.0}
HOURS |= {"lunch": 12.0, "dinner": 18.0, "supper": 18.0, "breakfast": 8.0}
ENDS = {
    "day": ("in", 0),
    "week": ("weekday", 6),
    "month": ("month_end", 0),
    "year": ("year_end", 0),
}
BOUNDS: dict[str, Bound] = dict.fromkeys(("by", "no later than", "until", "till"), "by")
BOUNDS |= {"before": "before", "after": "from", "from": "from"}
MINUTES = {"mi": 1, "ho": 60, "hr": 60, "da": 1440, "we": 10080, "mo": 43200}
