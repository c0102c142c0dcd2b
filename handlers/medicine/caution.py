"""Who must not simply be handed a medicine, and what is warned of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from handlers.kit import Things, Word
from handlers.medicine import rules
from storage.requests import Request

NEVER = frozenset({"prescription", "controlled"})
"""Kinds that no box takes in or gives out."""
GROWN = 18
"""Below this age, in years, the form for adults is not offered."""
INFANT = 2
"""Below this age a doctor comes first, whatever the form."""


def kind(item: Mapping[str, Any]) -> set[str]:
    """``prescription``, ``controlled``, ``otc`` or ``goods``, where the item is known."""
    if str(item.get("text")) in rules.CLASSES:
        return set()
    found = rules.known(str(item.get("text") or ""), str(item.get("name") or ""))
    return {found.rule.kind} if found else set()


def had(item: Mapping[str, Any], text: str) -> bool:
    """Whether a thing is named as taken already, not as asked for: `刚吃了感冒灵`."""
    name = re.escape(str(item.get("text") or item.get("name")))
    taken = rf"(?:[吃服喝用][了过着]?|took|taken|taking|had)\s*(?:some |an? )?{name}"
    return re.search(taken, text, re.IGNORECASE) is not None


def refused(items: Iterable[Mapping[str, Any]], text: str) -> str | None:
    """The gravest kind asked for that no box gives; a prescription may be fetched for somebody."""
    kinds: set[str] = set().union(*(kind(item) for item in items))
    if "controlled" in kinds:
        return "controlled"
    return "prescription" if "prescription" in kinds and not rules.has("errand", text) else None


def doctor_first(request: Request) -> str | None:
    """Why this person is to ask a doctor before taking anything, if so."""
    text, age = request.text, request.for_age
    if request.for_kind == "pregnant" or rules.has("pregnant", text):
        return "pregnant"
    if (age is not None and age < INFANT) or (age is None and rules.has("infant", text)):
        return "infant"
    return "organs" if rules.has("organs", text) else None


def for_child(request: Request) -> bool:
    """Whether it is for somebody who must not get the form for adults."""
    if request.for_age is not None:
        return request.for_age < GROWN
    if request.for_kind is not None:
        return request.for_kind == "child"
    asked = " ".join(str(item.get("text") or "") for item in request.items)
    return rules.is_child_form(asked) or rules.has("for_child", request.text)


def same_ingredient(giving: list[str], had: Iterable[str], text: str) -> Iterator[Word]:
    """Warn where what is given shares an ingredient with another thing given, had or named."""
    named = [one.rule for one in rules.names_in(text)]
    others = [*named, *(one.rule for name in (*had, *giving) if (one := rules.known(name)))]
    warned: set[frozenset[str]] = set()
    for rule in (one.rule for name in giving if (one := rules.known(name))):
        for other in others:
            shared, pair = rule.ingredients & other.ingredients, frozenset({rule.name, other.name})
            if shared and len(pair) == 2 and pair not in warned:
                warned.add(pair)
                values = {"one": _bare(rule.name), "other": _bare(other.name)}
                yield Word("medicine.same_ingredient", {**values, "shared": _bare(min(shared))})


def _bare(name: str) -> Things:
    return Things(({"name": name},))
