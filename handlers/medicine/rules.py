"""What is known of household medicines: kind, ingredients, names, and words that call for care."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal, NamedTuple

Kind = Literal["otc", "prescription", "controlled", "goods"]
PACKS = frozenset("盒瓶板支箱罐套台把桶")
"""Units of which the weekly cap counts boxes; of all others it counts single ones."""
_LOOSE = frozenset(
    ("片", "粒", "颗", "丸", "克", "毫升", "毫克", "g", "mg", "ml", "tablet", "pill", "capsule")
)
_UNITS = {
    "box": "盒",
    "boxes": "盒",
    "pack": "盒",
    "packs": "盒",
    "bottle": "瓶",
    "bottles": "瓶",
    "tube": "支",
    "tubes": "支",
    "strip": "板",
    "strips": "板",
    "sachet": "袋",
    "sachets": "袋",
    "kit": "份",
    "kits": "份",
    "piece": "个",
    "pieces": "个",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One medicine or article. ``usual``: how many loose ones somebody gets who names no number."""

    name: str
    kind: Kind
    ingredients: frozenset[str]
    usual: int = 6


class Named(NamedTuple):
    """A medicine named in a text: where, by which word, and whether that is a child's form."""

    at: int
    word: str
    rule: Rule
    child: bool


def _load() -> tuple[dict[str, tuple[Rule, bool]], Mapping[str, Any]]:
    # A table of the package, read once at import like a module: no file is touched afterwards.
    path = resources.files("handlers") / "words" / "medicine_rules.toml"
    data = tomllib.loads(path.read_text("utf-8"))
    words: dict[str, tuple[Rule, bool]] = {}
    kinds: tuple[Kind, ...] = ("otc", "prescription", "controlled", "goods")
    for kind in kinds:
        for name, line in data[kind].items():
            first, names, *more = [_list(part) for part in line.split(";")]
            goods = kind == "goods"
            made = frozenset() if goods else frozenset(first or [name])
            rule = Rule(name, kind, made, int(first[0]) if goods else 6)
            for word in (name, *names):
                words.setdefault(word.lower(), (rule, False))
            for word in more[0] if more else ():
                words.setdefault(word.lower(), (rule, True))
    return words, data


def _list(part: str) -> list[str]:
    return [word.strip() for word in part.split(",") if word.strip()]


_WORDS, _DATA = _load()
CLASSES: Mapping[str, tuple[str, ...]] = {k: tuple(v) for k, v in _DATA["classes"].items()}
_SIGNS = {name: re.compile(sign, re.IGNORECASE) for name, sign in _DATA["signs"].items()}


def _finder(words: Mapping[str, Any]) -> re.Pattern[str]:
    """Any of the words, the longest first; English ones only as whole words."""
    longest = sorted(words, key=len, reverse=True)
    parts = (
        rf"(?<![a-z]){re.escape(word)}(?![a-z])" if word.isascii() else re.escape(word)
        for word in longest
    )
    return re.compile("|".join(parts), re.IGNORECASE)


_FINDER = _finder(_WORDS)
_BARRED = {name: _finder(dict.fromkeys(words)) for name, words in _DATA["barred"].items()}


def names_in(text: str) -> list[Named]:
    """Every medicine or article of the table named in a text, in order."""
    found = []
    for match in _FINDER.finditer(text):
        rule, child = _WORDS[match.group().lower()]
        around = text[max(0, match.start() - 4) : match.end() + 4]
        found.append(Named(match.start(), match.group(), rule, child or has("child", around)))
    return found


def known(*words: str) -> Named | None:
    """What the first of these words that names something names."""
    return next((found for word in words if word and (found := _known(word))), None)


@lru_cache(4096)
def _known(word: str) -> Named | None:
    return max(names_in(word), key=lambda one: len(one.word), default=None)


def is_named(text: str) -> bool:
    """Whether a text names a medicine, an article, or a general word for some."""
    return text in CLASSES or known(text) is not None


def canonical(*words: str) -> str:
    """The name under which a thing lies in the box; the first word itself where none is known."""
    found = known(*words)
    return found.rule.name if found else words[0].strip()


def answers_to(item: Mapping[str, Any]) -> frozenset[str]:
    """The names in the box that serve somebody who asks for this item."""
    text, name = str(item.get("text") or ""), str(item.get("name") or "")
    for word in (text, name):
        if word in CLASSES:
            return frozenset({word, *CLASSES[word]})
        if found := known(word):
            return frozenset({found.rule.name, *CLASSES.get(found.rule.name, ())})
    return frozenset({name})


def is_medicine(item: Mapping[str, Any], category: str) -> bool:
    """Something to take or to put on the skin, as against masks and thermometers."""
    found = known(str(item.get("text") or ""), str(item.get("name") or ""))
    if found:
        return found.rule.kind != "goods"
    return category == "medicine"


def is_goods(*words: str) -> bool:
    """A thing of the table that is no medicine: masks, thermometers, plasters."""
    found = known(*words)
    return found is not None and found.rule.kind == "goods"


def has(sign: str, text: str) -> bool:
    """Whether a text shows one of the signs of the table: ``price``, ``opened``, ``pregnant``…"""
    return _SIGNS[sign].search(text) is not None


def is_opened(text: str) -> bool:
    """Said to be opened, and not said to be unopened."""
    return not has("sealed", text) and has("opened", text)


def barred(text: str) -> list[str]:
    """``refrigerated``, ``injected``: what a text names of things no box keeps."""
    return [name for name, finder in _BARRED.items() if finder.search(text)]


def is_child_form(text: str) -> bool:
    return has("child", text) or any(one.child for one in names_in(text))


def unit_of(unit: str | None) -> str:
    """The unit as the box counts it; single tablets are pieces: no answer may read as a dose."""
    plain = (unit or "盒").strip().lower()
    if plain in _LOOSE or plain.rstrip("s") in _LOOSE:
        return "枚"
    return _UNITS.get(plain, plain)


def is_pack(unit: str | None) -> bool:
    return unit in PACKS
