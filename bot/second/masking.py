"""Words without whom and where they are about, fit to be shown to somebody outside."""

from __future__ import annotations

import re

from handlers.reading import Reading

_NUMBER = re.compile(r"\d(?:[\d\s.\-]*\d)?")
_NAMED_ZH = re.compile(
    r"[老小阿]?[\u4e00-\u9fff]{1,2}(?:奶奶|爷爷|大爷|大妈|大娘|阿姨|阿婆|阿公|叔叔|伯伯|叔|婶|嫂|哥|姐|妹|弟"
    r"|老师|医生|师傅|站长|主任|书记|先生|女士|太太|老伯)|[老小阿][\u4e00-\u9fff]"
)
_KIN = frozenset("我你他她咱您俺的了吗呢和跟给找请叫问帮谢")
_TITLED_EN = re.compile(
    r"\b(?:mr|mrs|ms|miss|dr|mister|auntie?|uncle|granny|grandma|grandpa|nurse|teacher|old|pastor)\.?"
    r"\s+[A-Z][\w'-]+",
    re.IGNORECASE,
)
_CAPITAL = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][a-z'-]+(?:\s[A-Z][a-z'-]+)?")
_MONTHS = frozenset(
    (
        *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        *("January", "February", "March", "April", "May", "June", "July", "August"),
        *("September", "October", "November", "December", "I", "OK"),
    )
)


def masked(text: str, reading: Reading, names: tuple[str, ...] = ()) -> str:
    """The text with names, phones, rooms and every long number taken out.

    ``names``: what the people of the talk are called there. What only may be a name goes too: a
    question understood a little worse harms nobody.
    """
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = text.replace(name, "[name]")
    if reading.place.text:
        text = text.replace(reading.place.text, "[place]")
    text = _NAMED_ZH.sub(_unless_kin, text)
    text = _TITLED_EN.sub("[name]", text)
    text = _CAPITAL.sub(lambda found: found[0] if found[0] in _MONTHS else "[name]", text)
    return _NUMBER.sub(lambda found: "[number]" if _is_telling(found[0]) else found[0], text)


def _unless_kin(found: re.Match[str]) -> str:
    """`我奶奶` names nobody."""
    return found[0] if found[0][0] in _KIN else "[name]"


def _is_telling(number: str) -> bool:
    """Three digits may be a door, more a telephone; one or two are an amount."""
    return sum(map(str.isdigit, number)) > 2
