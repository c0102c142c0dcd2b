"""Who must not simply be handed a medicine, and what is warned of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from handlers.kit import Things, Word
from handlers.pharmacy import rules
from handlers.pharmacy.table import CAUTIONS, FAMILIES, FREE_ELSEWHERE
from storage.requests import Request

NEVER = frozenset({"prescription", "controlled"})
"""Kinds that no box takes in or gives out."""
GROWN = 18
"""Below this age, in years, the form for adults is not offered."""
INFANT = 2
"""Below this age a doctor comes first, whatever the form."""
_BY_INGREDIENT = ("stomach", "asthma", "thinner", "glaucoma", "alcohol")
"""What somebody may say of themselves that matters to some ingredients only."""
_NAMED = 5
"""A hint that would name more than so many kinds of people speaks of them in general."""


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


def why_refused(items: Iterable[Mapping[str, Any]], reason: str) -> str:
    """The reason, as told: newcomers are used to buying some of these over the counter."""
    found = [rules.known(str(one.get("text") or ""), str(one.get("name") or "")) for one in items]
    barred = [one.rule.name for one in found if one and one.rule.kind in NEVER]
    return f"{reason}_here" if barred and FREE_ELSEWHERE.issuperset(barred) else reason


def doctor_first(request: Request, wants: Iterable[Mapping[str, Any]]) -> str | None:
    """Why this person is to ask a doctor before taking any of these, if so."""
    text, age = request.text, request.for_age
    names = [name for item in wants for name in sorted(rules.answers_to(item))]
    if rules.is_plain(names):
        return None
    if request.for_kind == "pregnant" or rules.has("pregnant", text):
        return "pregnant"
    if (age is not None and age < INFANT) or (age is None and rules.has("infant", text)):
        return "infant"
    if rules.has("organs", text):
        return "organs"
    if rules.is_allergic(text):
        return "allergic"
    careful = rules.cautions(names)
    return next((one for one in _BY_INGREDIENT if one in careful and rules.has(one, text)), None)


def ask_first(names: Iterable[str]) -> Word | str:
    """Who should ask a doctor before taking these, said to whoever gets them."""
    careful = rules.cautions(names)
    if not careful:
        return ""
    who: object = Word("medicine.who_any")
    if len(careful) <= _NAMED:
        who = [Word(f"medicine.who_{one}") for one in CAUTIONS if one in careful]
    return Word("medicine.ask_first", {"who": who})


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
            shared, pair = rules.shared(rule, other), frozenset({rule.name, other.name})
            if shared and len(pair) == 2 and pair not in warned:
                warned.add(pair)
                key = "same_family" if shared in FAMILIES else "same_ingredient"
                values = {"one": rule.name, "other": other.name, "shared": shared}
                bare = {name: _bare(value) for name, value in values.items()}
                yield Word(f"medicine.{key}", bare)


def _bare(name: str) -> Things:
    return Things(({"name": name},))
