"""The terms of a check-in in plain words: hours, days, channel, tier and who stands by."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from handlers.checkins import hours
from handlers.sentences import tidy

_WORDS: dict[str, Any] = tomllib.loads(
    (resources.files("handlers") / "words" / "checkin_terms.toml").read_text("utf-8")
)
_CLAUSE = re.compile(r"[,，;；。\n]\s*")
_RUNG_UP = re.compile(r"(.+?)\s*(\+?\d[\d -]{4,})")
"""Family to be rung up only: a name and a number."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What was named. Empty or None is what was not; ``people`` has names, or ``[]`` for nobody."""

    at: list[int] = field(default_factory=list)
    tier: str | None = None
    weekdays: str = ""
    channel: str | None = None
    people: dict[str, list[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.at or self.tier or self.weekdays or self.channel or self.people)

    def columns(self) -> dict[str, Any]:
        """The columns of a plan that these terms settle without looking anybody up."""
        weekly = len(self.weekdays) == 1
        named: dict[str, Any] = {
            "at": self.at,
            "tier": "red" if self.weekdays and not weekly else self.tier,
            "weekdays": self.weekdays or ("1234567" if self.tier else ""),
            "channel": self.channel,
        }
        return {name: value for name, value in named.items() if value}


def read(text: str, *, without: str = "") -> Terms:
    """The terms that a message names; ``without``: the elder's own name, which is no term."""
    plain = tidy(text).replace(without.lower(), " ", 1) if without else tidy(text)
    at: list[int] = []
    weekdays, tier, channel = "", None, None
    people: dict[str, list[str]] = {}
    for clause in _CLAUSE.split(plain):
        if named := _person(clause):
            people[named[0]] = named[1]
            if named[0] != "caller":
                continue
        at += [minute for minute in hours.minutes_in(clause) if minute not in at]
        weekdays = weekdays or hours.weekdays_in(clause)
        tier = tier or _first(_TIERS, clause)
        channel = channel or _first(_CHANNELS, clause)
    if "caller" in people and channel is None:
        channel = "call"
    return Terms(sorted(at), tier, weekdays, channel, people)


def rung_up(name: str) -> tuple[str, str] | None:
    """Name and number of somebody who is only to be rung up."""
    found = _RUNG_UP.fullmatch(name)
    if found is None:
        return None
    called = found[1].strip()
    return called.title() if called.isascii() else called, found[2].strip()


def _person(clause: str) -> tuple[str, list[str]] | None:
    """Who is named as what in a clause."""
    for what, patterns in _PEOPLE.items():
        for pattern in patterns:
            found = pattern.search(clause)
            if found is None:
                continue
            said = found["who"].strip()
            if said in _WORDS["fillers"]["nobody"]:
                return what, []
            return what, [one.strip() for one in re.split(_WORDS["fillers"]["and"], said) if one]
    return None


def _first(words: dict[str, re.Pattern[str]], clause: str) -> str | None:
    return next((name for name, pattern in words.items() if pattern.search(clause)), None)


def _compiled(forms: list[str]) -> list[re.Pattern[str]]:
    """The forms with their fillers; names reach to the end unless the form goes on."""
    fill = _WORDS["fillers"]
    made = []
    for form in forms:
        ends = rf"{fill['tail']}$" if form.endswith("{who}") else ""
        whole = form.replace("{is}", fill["is"] if not form.isascii() else fill["is_en"])
        whole = whole.replace(" {who}", "{who}") if "{is} {who}" in whole else whole
        made.append(re.compile(whole.replace("{who}", rf"\s*{fill['who']}") + ends))
    return made


_PEOPLE = {what: _compiled(forms) for what, forms in _WORDS["people"].items()}
_TIERS = {name: re.compile("|".join(forms)) for name, forms in _WORDS["tiers"].items()}
_CHANNELS = {name: re.compile("|".join(forms)) for name, forms in _WORDS["channels"].items()}
# "Every other day" is no "every day", and "every week" none either.
_TIERS = {name: _TIERS[name] for name in ("yellow", "green", "red")}
