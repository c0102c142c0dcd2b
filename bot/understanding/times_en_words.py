"""English words of time: each word as one letter, so that a phrase is a short word itself.

*on Saturday from 9 to 12* becomes ``Od<nrn``: what may follow what is then told by patterns over
a few letters instead of over the text (`times_en`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, TypeVar

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TAGALOG: Final = ("lunes", "martes", "miyerkules", "huwebes", "biyernes", "sabado", "linggo")
_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec"
MONTHS: Final = tuple(_MONTHS.split())
_FULL: Final = "monday tuesday wednesday thursday friday saturday sunday"
WORDS: Final[dict[str, str]] = {
    "b": "by before afore bfore until till til hanggang bago",
    "a": "after efter following",
    "<": "from starting frm",
    "@": "at ng @",
    "O": "on sa",
    "I": "in within",
    "F": "for",
    "~": "around about roughly approx approximately",
    "B": "between btwn",
    "U": "through thru during throughout",
    "j": "the",
    "A": "a an",
    "P": "my your his her our their its ma wor",
    "R": "i i'm i've i'll we we're we've they they're they've he he's she she's it's you you're",
    "z": "of o",
    "C": "if so please pls plz who who's can could would will anyone anybody someone somebody any1"
    " cos because but whoever need thanks thank only just anyway though tho then with wi w"
    " which what",
    "9": "leaving leaves leave departs starts opens",
    "&": "and or n & +",
    "r": "to tae",
    "T": "this next coming upcoming dis weekday ngayong",
    "V": "any some all whole same anytime sometime",
    "L": "last past yesterday every each daily ago kahapon kanina kagabi",
    "5": "since",
    "3": "good",
    "l": "early late maaga long",
    "4": "later",
    "t": "today tomorrow tmrw tmr tmrow tomorow tommorow tommorrow tomoro tomorrows todays 2morrow"
    " 2moro tonight tonite 2nite 2night tonights bukas ngayon mamaya mamayang kal hoy aaj kesho "
    "esok besok morra noo",
    "d": f"{_FULL} tues weds thu thur thurs {' '.join(TAGALOG)} domingo",
    "D": "mon tue wed fri sat sun",
    "Q": f"{' '.join(day + 's' for day in _FULL.split())} weekends weekdays weeknights mornings"
    " afternoons evenings nights arvos",
    "W": "day",
    "w": "week month year term semester wk",
    "K": "weekend wknd",
    "p": "morning mornin morn mrng afternoon arvo avo aft evening evenin eve night nite lunchtime"
    " teatime overnight dinnertime dawn daytime gabi umaga hapon tanghali subah shaam raat jioni"
    " asubuhi usiku malam pagi",
    "e": "lunch dinner supper breakfast brekkie tea dark bedtime sunset sunrise sunup sundown dusk"
    " nightfall daybreak eod",
    "E": "work school service mass church class shift duty practice training prayers fajr dhuhr"
    " smoko zuhr asr maghrib isha jummah jumma iftar suhoor taraweeh payday pay storm rain"
    " uni college closing nursery daycare",
    "h": "christmas xmas crimbo easter thanksgiving halloween ramadan eid diwali holi cny hanukkah"
    " passover deepavali hogmanay undas pasko",
    "M": "january february april june july august september october november december jan feb mar"
    " apr jun jul aug sep sept oct nov dec",
    "Y": "may march",
    "f": "first second third fourth",
    "i": "thing run time hours time's",
    "J": "end start beginning middle mid",
    "u": "min mins minute minutes hour hours hr hrs days weeks months fortnight wks",
    "G": "couple few",
    "X": "people persons person pax kids children boxes bags bottles packs pack times x kg mg ml l"
    " litres litre liters miles mile km blocks doors floors floor rooms units pieces pcs cups men"
    " women guys more yrs years yr st rd nd th degrees percent dollars quid bucks naira pesos"
    " rupees each tins cans storeys story flights steps",
    "v": "one two three four five six seven eight nine ten eleven twelve",
    "g": "fifteen twenty thirty forty fifty",
    "c": "noon midday midnight noonish",
    "H": "half quarter half",
    "/": "past",
    "0": "o'clock oclock clock baje ish",
    "Z": "sharp latest prompt exactly itself promptly",
    "N": "now rn tn",
    "2": "right",
    "6": "bit while sec moment jiffy",
    "7": "shortly",
    "1": "am pm",
    "-": "- – — /",
    ".": ". ! ? ;",
    ",": ", : ( )",
    "$": "$ £ € # ₦ ₱ ₹ * ^ %",
    "'": "'s ’s ' ’",
}
CODES: Final[dict[str, str]] = {
    word: code for code, words in WORDS.items() for word in words.split()
}
TOKEN: Final = re.compile(
    r"\s?(?:[a-z]+(?:['’](?!s\b)[a-z]+)*(?!\w)|\d{1,2}(?:[:.h]\d\d)?(?:\s?[ap]\.m\.?|\s?[ap]m\b"
    r")|\d{1,2}[:h]\d\d(?![\d:])|\d{1,2}(?:st|nd|rd|th)\b|\d{1,2}(?:[:.]\d\d)?-?ish\b"
    r"|20\d\d-\d\d?-\d\d?(?!\d)|\d+(?=(?:mins?|hrs?)\b)|\d{1,2}\.\d\d(?![.\w])|\d+(?![\w.,:/]\d|\w)"
    r"|\w*\d(?:\w|[.,:/]\d)*|['’]s\b|\w+|.)",
    re.DOTALL,
)


_T = TypeVar("_T")


def _by(spelt: dict[_T, str]) -> dict[str, _T]:
    return {word: meant for meant, words in spelt.items() for word in words.split()}


PARTS: Final = _by(
    {
        "morning": "morning mornin morn mrng am mornings dawn umaga subah asubuhi pagi",
        "noon": "lunchtime tanghali daytime",
        "afternoon": "pm afternoon afternoons arvo arvos avo aft hapon",
        "dusk": "teatime dinnertime",
        "night": "overnight",
        "evening": "evening evenin evenings eve night nights nite gabi shaam raat jioni usiku malam"
        " tonight tonite 2night 2nite tonights",
    }
)
EVENTS: Final = _by(
    {
        6.5: "sunrise sunup daybreak",
        8.0: "breakfast brekkie",
        12.0: "lunch",
        15.5: "school class nursery",
        17.0: "tea",
        18.0: "work shift duty dinner supper eod",
        18.5: "dark sunset sundown dusk nightfall",
        22.0: "bedtime",
    }
)
NAMED_HOURS: Final = _by({12.0: "noon noonish midday", 24.0: "midnight"})
FEASTS: Final = _by(
    {(12, 25): "christmas xmas crimbo", (10, 31): "halloween", (12, 31): "hogmanay"}
)
BEFORE: Final = frozenset(("before", "afore", "bfore"))
AFTER: Final = frozenset(("after", "efter", "following", "from", "starting", "frm"))
TOMORROW: Final = (
    frozenset(WORDS["t"].split())
    - frozenset(
        ("today", "todays", "tonight", "tonite", "2nite", "2night", "tonights", "ngayon", "mamaya")
    )
    - frozenset(("mamayang", "aaj", "noo", "hoy"))
)
_NUMERAL: Final = (
    (
        "c",
        re.compile(
            r"(?:0?[1-9]|1[0-2])(?:(?:[:.h][0-5]\d)?(?:\s?[ap]\.?m\.?|-?ish))"
            r"|(?:[01]?\d|2[0-3])[:h][0-5]\d(?:\s?[ap]\.?m\.?)?"
        ),
    ),
    ("o", re.compile(r"(?:[12]?\d|3[01])(?:st|nd|rd|th)")),
    ("S", re.compile(r"20\d\d-(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12]\d|3[01])")),
    ("q", re.compile(r"(?:[1-9]|1\d|2[0-3])\.[0-5][05]")),
    ("n", re.compile(r"[1-9]|1[0-2]")),
    ("m", re.compile(r"0[1-9]|1[3-9]|2\d|3[01]")),
    ("k", re.compile(r"0[5-9](?:[03]0|[14]5)")),
    ("8", re.compile(r"(?:1\d|2[0-3])[0-5]\d")),
    ("g", re.compile(r"\d{2,3}|\d\.\d")),
)  # fmt: skip
WORD: Final = re.compile("[a-z]+")
# A message without a figure names a time with one of these words at least.
TELLING: Final = frozenset(
    word for code in "tdDQWwKpeEhMYJuvgcHNl4" for word in WORDS[code].split()
) | frozenset(("till", "until", "til", "before", "bit", "shortly", "soon"))


@lru_cache(maxsize=16384)
def code(token: str) -> str:
    """The letter a word, number or sign stands for; ``x`` for any other, a blank for a blank."""
    word = token.strip()
    known = CODES.get(word)
    if known is not None or not word:
        return known or " "
    if any(c.isdigit() for c in word):
        return next((name for name, form in _NUMERAL if form.fullmatch(word)), "x")
    return "x"
