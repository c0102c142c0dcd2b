"""People of a transcript's own: ``person: 小何, building 3, volunteer, room 501``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.play import waits
from bot.play.places import find_place
from bot.play.road import GATEWAY
from bot.play.steps import BadScript, Newcomer, Script
from storage import people, places, skills
from storage.db import Transaction
from storage.people import ROLES, Person

_ROLES = {
    "志愿者": "volunteer",
    "协调员": "coordinator",
    "站长": "coordinator",
    "医生": "doctor",
    "社区工作者": "community_worker",
    "网格员": "community_worker",
    "物业": "property",
    "民警": "police",
    "药箱管理员": "keeper",
    "管药箱": "keeper",
    "调解员": "mediator",
    "书记": "leader",
    "联系人": "contact",
}
_OF_THE_COMPOUND = set(ROLES) - {"volunteer", "keeper"}
"""Roles that serve the whole compound, not only the own building."""
_LANG = r"(?:lang(?:uage)?\s*)?(zh|en|chinese|english|中文|英文|英语)"
_HOME = r"(?:(unit|floor|room)\s*(\w+)|(\w+?)\s*(单元|楼层|层|室))"


@dataclass(slots=True)
class _Description:
    """What the words say of somebody."""

    columns: dict[str, Any]
    roles: list[tuple[str, str]] = field(default_factory=list)
    """``(role, place in words or empty)``"""
    skills: set[str] = field(default_factory=set)


def register(tx: Transaction, script: Script, newcomer: Newcomer, now: datetime) -> Person:
    """Write somebody into the database. Raises BadScript."""
    name, *words = (one.strip() for one in re.split(r"[,，;；、]", newcomer.words))
    described = _Description({"name": name})
    if not name:
        raise BadScript([f"{script.where(newcomer.at)}: person: write `person: 小何, building 3`"])
    try:
        for word in filter(None, words):
            _describe(tx, described, word, now)
        person_id = _person(tx, described.columns, script.lang or "zh", now)
        home = people.get(tx, person_id).place_id
        for role, at in described.roles:
            place = find_place(tx, at).id if at else _served(tx, home, role)
            people.give_role(tx, person_id, place or 0, role, now)
    except ValueError as wrong:
        raise BadScript([f"{script.where(newcomer.at)}: person: {wrong}"]) from wrong
    skills.add(tx, person_id, described.skills)
    return people.get(tx, person_id)


def _person(tx: Transaction, columns: dict[str, Any], lang: str, now: datetime) -> int:
    """Change who is here under this name already; else add a neighbour known for a year."""
    known = people.named(tx, columns["name"])
    if len(known) == 1:
        people.change(tx, known[0].id, **columns)
        return known[0].id
    usual = {"lang": lang, "vouched": True, "noticed": True, "joined_at": now - timedelta(days=365)}
    person_id = people.add(tx, **{**usual, **columns})
    people.add_account(tx, person_id, GATEWAY, f"p{person_id}")
    return person_id


def _served(tx: Transaction, home: int | None, role: str) -> int | None:
    """The place for which somebody has a role: their building, or the whole compound."""
    grids = [one for one in places.every(tx).values() if one.kind == "grid"]
    above = places.chain(tx, home) or grids
    grid = next((one.id for one in above if one.kind == "grid"), above[0].id if above else None)
    return grid if role in _OF_THE_COMPOUND or home is None else home


def _describe(tx: Transaction, described: _Description, word: str, now: datetime) -> None:
    """One word of a description: what they are, how they are reached, where they live."""
    lower, columns = word.lower(), described.columns
    role, _, at = lower.replace("community worker", "community_worker").partition("@")
    if (known := _ROLES.get(role, role)) in ROLES:
        described.roles.append((known, at))
    elif found := re.fullmatch(_LANG, lower):
        columns["lang"] = "zh" if found[1] in {"zh", "chinese", "中文"} else "en"
    elif found := re.fullmatch(_HOME, lower):
        part = found[1] or {"单元": "unit", "室": "room"}.get(found[4], "floor")
        columns[part] = (found[2] or found[3]).upper()
    elif found := re.fullmatch(r"(?:phone|tel|电话|手机)?\s*(\+?[\d -]{7,20})", lower):
        columns["phone"] = found[1].strip()
    elif found := re.fullmatch(r"(?:skills?|can|会)\s*(.+)", word, re.IGNORECASE):
        described.skills.add(found[1])
    elif found := re.fullmatch(r"(?:age|aged)\s*(\d+)|(\d+)\s*(?:岁|years? old)", lower):
        columns["birth_year"] = now.year - int(found[1] or found[2])
    elif lower in {"new", "newcomer", "stranger", "新人", "新来的", "刚来"}:
        columns.update(vouched=False, joined_at=now, noticed=False)
    elif found := re.fullmatch(r"joined (.+) ago|来了(.+)", lower):
        columns.update(vouched=False, joined_at=now - _span(found[1] or found[2]))
    elif lower not in {"resident", "居民", "neighbour", "neighbor", "邻居"}:
        columns["place_id"] = find_place(tx, word).id


def _span(words: str) -> timedelta:
    wait = waits.read(f"{words} later")
    if wait is None or wait.span is None:
        raise ValueError(f"`{words}` is no length of time: write `joined 3 days ago`")
    return wait.span
