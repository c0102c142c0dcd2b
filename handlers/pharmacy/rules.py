"""What is known of household medicines: kind, ingredients, names, and words that call for care."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from handlers.pharmacy.table import CAUTIONS, FAMILIES, GENERAL, SUBSTANCES, WRITTEN, Rule

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


class Named(NamedTuple):
    """A medicine named in a text: where, by which word, and whether that is a child's form."""

    at: int
    word: str
    rule: Rule
    child: bool


_WORDS = {one.word.lower(): one for one in reversed(WRITTEN)}
CLASSES: Mapping[str, tuple[str, ...]] = {k: tuple(v) for k, v in GENERAL["classes"].items()}
_SIGNS = {name: re.compile(sign, re.IGNORECASE) for name, sign in GENERAL["signs"].items()}


def _sizes() -> Mapping[str, list[int]]:
    """By first character, how long the words are that begin with it, the longest first."""
    sizes: dict[str, set[int]] = {}
    for word in _WORDS:
        sizes.setdefault(word[0], set()).add(len(word))
    return {first: sorted(found, reverse=True) for first, found in sizes.items()}


_SIZES = _sizes()


def _stands(low: str, start: int, end: int) -> bool:
    """Whether an English word of the table stands alone; Chinese ones need not."""
    if not low[start:end].isascii():
        return True
    before, after = low[start - 1 : start], low[end : end + 1]
    return not ("a" <= before <= "z" or "a" <= after <= "z")


def names_in(text: str) -> list[Named]:
    """Every medicine or article of the table named in a text, in order."""
    # Character by character: a few letters of other alphabets grow longer in lower case.
    low = "".join(char.lower()[:1] for char in text)
    found, start = [], 0
    while start < len(low):
        ends = (start + size for size in _SIZES.get(low[start], ()))
        end = next((e for e in ends if low[start:e] in _WORDS and _stands(low, start, e)), start)
        if end > start:
            _, rule, child = _WORDS[low[start:end]]
            around = text[max(0, start - 4) : end + 4]
            found.append(Named(start, text[start:end], rule, child or has("child", around)))
        start = max(end, start + 1)
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


def is_allergic(text: str) -> bool:
    """Whether somebody is said not to bear a medicine, as against pollen or seafood."""
    said = _SIGNS["allergic"].finditer(text)
    return any(one.rule.kind != "goods" for match in said for one in names_in(match.group()))


def is_opened(text: str) -> bool:
    """Said to be opened, and not said to be unopened."""
    return not has("sealed", text) and has("opened", text)


def barred(text: str) -> list[str]:
    """``refrigerated``, ``injected``: what a text names of things no box keeps."""
    kept = {one.rule.storage for one in names_in(text)}
    return [way for way in ("refrigerated", "injected") if way in kept or has(way, text)]


def cautions(names: Iterable[str]) -> frozenset[str]:
    """Who asks a doctor before taking any of these: everybody, where an ingredient is not known."""
    found: set[str] = set()
    for one in map(known, names):
        if one is None:
            return frozenset(CAUTIONS)
        if not one.rule.plain:
            found.update(*map(_cautions, one.rule.ingredients))
    return frozenset(found)


def is_plain(names: Iterable[str]) -> bool:
    """Whether nothing of all these is taken up by the body."""
    return all((one := known(name)) is not None and one.rule.plain for name in names)


def _cautions(ingredient: str) -> frozenset[str]:
    substance = SUBSTANCES.get(ingredient)
    return frozenset(CAUTIONS) if substance is None else substance.noted


def shared(one: Rule, other: Rule) -> str | None:
    """The ingredient two medicines share, or the family of which both hold one; else None."""
    if same := one.ingredients & other.ingredients:
        return min(same)
    return next(
        (
            family
            for family, of in FAMILIES.items()
            if of.noted & one.ingredients and of.noted & other.ingredients
        ),
        None,
    )


def english(name: str) -> str:
    """What English-speaking neighbours call a medicine, ingredient or family; else the name."""
    if substance := SUBSTANCES.get(name) or FAMILIES.get(name):
        return substance.english
    found = _WORDS.get(name.lower())
    return found.rule.english if found else name


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
