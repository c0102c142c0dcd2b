"""The table of household medicines, read from ``handlers/words/medicines`` and the rules beside."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal, NamedTuple

Kind = Literal["otc", "prescription", "controlled", "goods"]
Storage = Literal["shelf", "refrigerated", "injected"]
CAUTIONS = (
    *("pregnant", "infant", "child", "liver", "kidney"),
    *("stomach", "asthma", "thinner", "glaucoma", "alcohol"),
)
"""Who asks a doctor before taking an ingredient, as they are named."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One medicine or article.

    ``usual``: how many loose ones somebody gets who names no number. ``plain``: nothing of it is
    taken up by the body, so no doctor need be asked first. ``source``: the public list or label
    category it was looked up in.
    """

    name: str
    kind: Kind
    ingredients: frozenset[str]
    english: str = ""
    storage: Storage = "shelf"
    plain: bool = False
    source: str = ""
    usual: int = 6


class Written(NamedTuple):
    """A name as people write it, whose it is, and whether it is a child's form."""

    word: str
    rule: Rule
    child: bool


@dataclass(frozen=True, slots=True)
class Substance:
    """An ingredient, or a family of them: its English name, and what is noted of it.

    ``noted``: who asks a doctor before taking the ingredient; the members of a family.
    """

    english: str
    noted: frozenset[str]


def _read(*path: str) -> Iterator[Mapping[str, Any]]:
    # Tables of the package, read once at import like a module: no file is touched afterwards.
    found = resources.files("handlers").joinpath("words", *path)
    files = sorted(found.iterdir(), key=lambda one: one.name) if found.is_dir() else [found]
    yield from (tomllib.loads(file.read_text("utf-8")) for file in files)


def _list(part: str) -> list[str]:
    return [word.strip() for word in part.split(",") if word.strip()]


def _parts(line: str) -> list[list[str]]:
    """``ingredients; names; names of children's forms``, the last ones may be left out."""
    parts = [_list(part) for part in line.split(";")]
    return parts + [[] for _ in range(3 - len(parts))]


def _medicines(shelf: Mapping[str, Any]) -> Iterator[Written]:
    for name, line in shelf["names"].items():
        made_of, names, children = _parts(line)
        rule = Rule(
            name,
            shelf["kind"],
            frozenset(made_of or [name]),
            next((word for word in (*names, *children) if word.isascii()), name),
            shelf.get("storage", "shelf"),
            shelf.get("plain", False),
            shelf["source"],
        )
        for_all = bool(names) or not children
        yield Written(name, rule, not for_all)
        yield from (Written(word, rule, False) for word in names)
        yield from (Written(word, rule, True) for word in children)


def _goods(table: Mapping[str, str]) -> Iterator[Written]:
    for name, line in table.items():
        usual, names, _ = _parts(line)
        rule = Rule(name, "goods", frozenset(), plain=True, usual=int(usual[0]))
        yield from (Written(word, rule, False) for word in (name, *names))


def _substance(line: str) -> Substance:
    (english, *_), noted, _ = _parts(line)
    return Substance(english, frozenset(noted))


[GENERAL] = _read("medicine_rules.toml")
"""Classes and signs, as they stand in the file."""
_TABLES = list(_read("medicines"))
[_MADE_OF] = [one for one in _TABLES if "ingredients" in one]

WRITTEN: tuple[Written, ...] = (
    *(one for table in _TABLES for shelf in table.get("shelf", ()) for one in _medicines(shelf)),
    *_goods(GENERAL["goods"]),
)
SUBSTANCES: Mapping[str, Substance] = {
    name: _substance(line) for name, line in _MADE_OF["ingredients"].items()
}
FAMILIES: Mapping[str, Substance] = {
    name: _substance(line) for name, line in _MADE_OF["families"].items()
}
FREE_ELSEWHERE = frozenset(_MADE_OF["elsewhere"]["free"])
"""Sold without a prescription in Britain or America, though not to be had from a box here."""
PRESCRIBED_ELSEWHERE = frozenset(_MADE_OF["elsewhere"]["prescribed"])
"""Sold without a prescription in China, though not in Britain or America."""
