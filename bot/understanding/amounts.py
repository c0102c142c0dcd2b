"""Quantities with their measure words: how many, of which unit, and where in the message."""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.understanding.numbers import CN, ENGLISH, ENGLISH_PATTERN, number

Span = tuple[int, int]


class Amount(NamedTuple):
    """How many (None: unsaid, as in 几盒), of which unit (None: just a count), and where."""

    number: float | None
    unit: str | None
    span: Span


_UNITS = (
    "公斤|千克|毫升|毫克|人份|小盒|大盒|小瓶|大瓶|大桶|大袋|小袋|大包|小包|大箱|盒|瓶|袋|片|粒|板|"
    "包|支|只|枝|斤|克|吨|升|桶|箱|床|顶|份|卷|张|"
    "条|套|罐|提|台|辆|把|双|件|本|副|根|颗|枚|捆|扎|筐|篮|棵|碗|杯|壶|听|打|管|贴|剂|针|艘|部|名|"
    "位|匹|捧|刀|对|车|"
    "KG|Kg|kg|ml|mL|ML|mg|L|g|人|个"
)
_TIME = "月|多月|半月|小时|半小时|多小时|钟|星期|礼拜|学期|季度|年|来月|周"
_CN_VALUE = f"[{CN}半]{{1,6}}"
_CHINESE = re.compile(
    rf"(?P<n>\d{{1,6}}(?:\.\d{{1,3}})?(?:\s?[-~—到至]\s?\d{{1,5}})?|[{CN}]到[{CN}]|{_CN_VALUE}|"
    rf"数(?=十|百|盒|瓶|包|箱)"
    rf"|[几数上][十百千]?|多少|若干)(?P<more>[多来几余])?\s?(?P<u>{_UNITS})(?P<half>半(?![天年个"
    rf"小]))?",
)
_NOT_BEFORE = frozenset("这那哪每整第某周期拜")
_NOT_AFTER = re.compile(
    rf"(?:个(?:{_TIME}))|(?:人(?:民|家|生|类|间))|(?:片区)|(?:张(?:床位)?先生)|位(?:置|于)"
)
_FOLLOWS = {
    "个": re.compile(_TIME),
    "人": re.compile("民|家(?!里)|生|类|间|次"),
    "片": re.compile("区|警|刻"),
    "位": re.compile("置|于|数"),
    "部": re.compile("分|门|队|长"),
    "件": re.compile("事"),
    "包": re.compile("括|含|围"),
    "条": re.compile("件|例|路|街|龙|信|消息|心"),
    "本": re.compile("人|来|地|身|是|周|月|次"),
    "名": re.compile("字|单"),
    "车": re.compile("道|库|位|站|间"),
    "打": re.compile("电话|扫|算|开|听|架|针|车"),
    "把": re.compile("年纪|我|他|她|它|你"),
    "对": re.compile("面|不|一|方|着|于"),
    "双": re.compile("眼|手|十|重"),
    "针": re.compile("对"),
    "份": re.compile("子|额"),
    "支": re.compile("持|付|部|援|队|书"),
    "提": re.compile("前|醒|供|出|示|交"),
    "套": re.compile("路|房"),
    "L": re.compile("[A-Za-z]"),
    "g": re.compile("[A-Za-z]"),
}
_SOME = re.compile(
    "(?<=[要买借给求匀分送来剩换讨备])(?:一点点|一点儿?|点儿?|一些|些|少许)(?![钟半整名滴到外])"
)
_PAIR = re.compile("(?<![我你他她它们咱这那])[俩仨](?!口(?!罩)|[人个娃孩])(?=[\u4e00-\u9fff])")
_TIMES_SIGN = re.compile(r"(?<=[\u4e00-\u9fff)])\s?[xX*×]\s?(\d{1,4})(?![\dA-Za-z.])")
_RARER = re.compile("[点些少俩仨xX*×]")  # some, a pair and times hold one of these
_KEY = re.compile("[0-9半几数多若俩仨些点" + CN + "]")

_PLURALS = {
    "boxes": "box",
    "loaves": "loaf",
    "pieces": "piece",
    "kilos": "kg",
    "kilo": "kg",
    "kgs": "kg",
    "kilograms": "kg",
    "lbs": "lb",
    "pounds": "lb",
    "litres": "L",
    "liters": "L",
    "litre": "L",
    "liter": "L",
    "batches": "batch",
    "bunches": "bunch",
    "pouches": "pouch",
    "dishes": "dish",
}
_EN_UNITS = (
    r"boxe?s?|bottles?|packs?|packets?|bags?|cans?|loaf|loaves|tins?|cartons?|rolls?|pieces?|"
    r"tablets?|"
    r"pills?|strips?|sachets?|tubes?|jars?|crates?|cases?|cups?|trays?|sets?|pairs?|bunch(?:es)?|"
    r"pouch(?:es)?|jugs?|buckets?|sacks?|slices?|sheets?|kits?|doses?|portions?|servings?|"
    r"gallons?|pints?|"
    r"kgs?|kilos?|kilograms?|lbs?|pounds(?! sterling)|oz|ounces?|grams?|g|ml|litres?|liters?|l"
)
_NOT_UNITS = (
    r"days?|hours?|hrs?|minutes?|mins?|weeks?|months?|years?|yrs?|degrees?|dollars?|euros?|"
    r"pounds?|bucks|"
    r"cents?|miles?|kms?|(?:kilo)?met(?:re|er)s?|acres?|hectares?|feet|foot|inches|times|floors?|"
    r"stor(?:e?ys|ies)|seconds?|"
    r"o'?clock|percent|am|pm|blocks?|buildings?|units?|rooms?|doors?|nights?|mornings?|evenings?"
)
_ENGLISH = re.compile(
    rf"(?<![\w#./:$£€-])(?<!\d,)(?P<n>half (?:a )?dozen|a few|a lot of|"
    rf"\d{{1,3}}(?:,\d{{3}}){{1,3}}|"
    rf"\d{{1,5}}(?:\.\d{{1,3}})?(?:\s?(?:-|to|"
    rf"or)\s?\d{{1,5}})?|{ENGLISH_PATTERN}(?:(?:-|\sto\s|\sor\s)"
    rf"{ENGLISH_PATTERN})?|few|several|some|lots of|many)(?:\s?(?:of\s)?|-)"
    rf"(?:(?:small|big|large|full|extra|more|spare|clean|unopened|sealed|whole|new|warm)\s){{0,2}}"
    rf"(?:(?P<u>{_EN_UNITS})(?![\w-])|(?P<w>(?!(?:{_NOT_UNITS})\b)[a-z]{{2,20}}(?:\s[a-z]{{2,20}}"
    rf")?s)\b)",
    re.IGNORECASE,
)
# A line needs a number, or an article with a unit; sets are asked faster than patterns.
_COUNTS = frozenset(ENGLISH) | {"half", "some", "few", "several", "many", "lots", "dozen", "couple"}
_THINGS = frozenset(
    (
        *(
            "box",
            "boxe",
            "boxes",
            "bottle",
            "pack",
            "packet",
            "bag",
            "loaf",
            "tin",
            "carton",
        ),
        *("roll", "piece", "tablet", "pill", "strip", "sachet", "tube", "jar", "crate", "case"),
        *(
            "cup",
            "tray",
            "set",
            "pair",
            "bunch",
            "pouch",
            "jug",
            "bucket",
            "sack",
            "slice",
            "sheet",
        ),
        *("kit", "dose", "portion", "serving", "gallon", "pint", "kilo", "kg", "pound", "lot"),
        *("litre", "liter", "ounce", "gram"),
    )
)
_WORD = re.compile("[a-z]+")
_DIGIT = re.compile(r"\d")
_WORD_NUMBER = re.compile(
    r"\d|half|dozen|couple|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|teen|ty"
)


def amounts(text: str) -> tuple[Amount, ...]:
    """All quantities in ``text``, in order; ranges give their lower end (两三盒 → 2)."""
    found: list[Amount] = []
    if _KEY.search(text) is not None and not text.isascii():
        found += _chinese(text)
    if text.isascii() or (" " in text and any(c.isascii() and c.isalpha() for c in text)):
        taken = [a.span for a in found]
        found += [
            a
            for a in _english(text)
            if all(a.span[1] <= start or a.span[0] >= end for start, end in taken)
        ]
    return tuple(sorted(found, key=lambda a: a.span)) if len(found) > 1 else tuple(found)


def _chinese(text: str) -> list[Amount]:
    found = []
    for m in _CHINESE.finditer(text):
        start, unit = m.start(), m["u"]
        before = text[start - 1] if start else ""
        if before in _NOT_BEFORE or (before in "./-:#" and before) or _inside_word(m, text, before):
            continue
        follows = _FOLLOWS.get(unit)
        if follows is not None and follows.match(text, m.end("u")):
            continue
        unit = unit.lower() if unit.isascii() and unit != "L" else unit.lstrip("大小")
        found.append(Amount(_value(m["n"], m["half"]), unit, m.span()))
    if _RARER.search(text) is None:
        return found
    found += [Amount(None, None, m.span()) for m in _SOME.finditer(text)]
    found += [Amount(number(m[0]), None, m.span()) for m in _PAIR.finditer(text)]
    found += [Amount(float(m[1]), None, m.span()) for m in _TIMES_SIGN.finditer(text)]
    return found


def _inside_word(m: re.Match[str], text: str, before: str) -> bool:
    """Numerals that are part of a word or a longer number: 万一个, 统一份, 张三 and 李四."""
    word = m["n"]
    if before and before in "0123456789":
        return True
    if word == "一" and (before in "万统唯同专" and before):
        return True
    if word in ("三", "四", "五") and before in ("张", "李", "王"):
        return True
    return m["u"] in ("人", "个") and text.startswith("一个人", m.start())


def _value(word: str, half: str | None) -> float | None:
    """Lower end of what is said; None for 几 and its like."""
    word = re.split(r"[-~—到至]", word, maxsplit=1)[0].strip()
    if word[0] in "几数多若":
        return None
    if len(word) == 2 and word[0] in "一二两三四五六七八九" and word[1] in "二两三四五六七八九":
        word = word[0]  # 两三盒
    elif len(word) == 3 and word[0] == "十" and word[1] in "一二三四五六七八九":
        word = word[:2]  # 十五六个
    value = number(word)
    return value + 0.5 if value is not None and half else value


def _english(text: str) -> list[Amount]:
    words = _WORD.findall(text.lower())
    if _COUNTS.isdisjoint(words) and _THINGS.isdisjoint(words) and not _DIGIT.search(text):
        return []
    found = []
    for m in _ENGLISH.finditer(text):
        word = m["n"].lower()
        if m["u"] is None:
            if _WORD_NUMBER.search(word) is None or word in ("one", "half", "half a"):
                continue
            found.append(Amount(_lower(word), None, m.span("n")))
        elif not (word in ("a", "an") and m["u"].lower() in ("l", "g", "set")):
            found.append(Amount(_lower(word), _unit(m["u"]), m.span()))
    return found


def _lower(word: str) -> float | None:
    word = word.replace(",", "")
    return number(re.split(r"\s?(?:-(?=\d)|\bto\b|\bor\b)\s?", word, maxsplit=1)[0])


def _unit(word: str) -> str:
    word = word.lower()
    if word in _PLURALS:
        return _PLURALS[word]
    if word == "l":
        return "L"
    return word[:-1] if len(word) > 2 and word.endswith("s") else word
