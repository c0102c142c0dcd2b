"""Things with their amounts, as each language says them: ``牛奶2盒``, ``2 boxes of milk``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Translate = Callable[[str, str], str]
"""``translate(name, lang)``: an item of the lexicon in a language."""

_MEASURES = (
    ("盒", "box", "boxes"),
    ("瓶", "bottle", "bottles"),
    ("袋", "bag", "bags"),
    ("包", "pack", "packs"),
    ("片", "tablet", "tablets"),
    ("粒", "capsule", "capsules"),
    ("板", "strip", "strips"),
    ("箱", "case", "cases"),
    ("斤", "jin", "jin"),
    ("公斤", "kg", "kg"),
    ("升", "litre", "litres"),
    ("桶", "barrel", "barrels"),
    ("罐", "can", "cans"),
    ("盒", "carton", "cartons"),
    ("条", "loaf", "loaves"),
    ("打", "dozen", "dozen"),
    ("份", "portion", "portions"),
    ("卷", "roll", "rolls"),
    ("双", "pair", "pairs"),
)
_COUNTED = "个只件台把张位名枚支顶床块根"
"""Measure words that English has no word for: it counts the things themselves."""
_UNITS: dict[str, tuple[str, str, str]] = {
    **{written: (written, "", "") for written in _COUNTED},
    **{written: row for row in reversed(_MEASURES) for written in row},
}
"""A unit as written in either language → (Chinese, English singular, English plural)."""


_CHINESE = re.compile("[\u3400-\u9fff]")


def amount(one: Mapping[str, Any], lang: str, translate: Translate) -> str:
    """An item (``text name quantity unit``), as written where the listener's language wrote it."""
    written = str(one.get("text") or one.get("name"))
    chinese = _CHINESE.search(written) is not None
    name = written if chinese == (lang == "zh") else translate(str(one.get("name")), lang)
    quantity, unit = one.get("quantity"), one.get("unit") or ""
    if quantity is None:
        return name
    in_chinese, singular, plural = _UNITS.get(unit, (unit, unit, unit))
    if lang == "zh":
        return f"{name}{quantity:g}{in_chinese}"
    counted = singular if quantity == 1 else plural
    if counted:
        return f"{quantity:g} {counted} of {name}"
    return f"{quantity:g} {_many(name) if unit in _COUNTED and unit and quantity != 1 else name}"


def _many(name: str) -> str:
    """The plural of an English name, where it has a plain one."""
    if name.endswith(("s", "sh", "ch", "x")):
        return name if name.endswith("s") else f"{name}es"
    return f"{name}s"
