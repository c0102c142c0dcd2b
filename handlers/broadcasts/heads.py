"""The head of an order to tell many, read whole or not at all: `每周一9点给1号楼和2号楼群发:…`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from handlers.broadcasts import calendar
from handlers.broadcasts.calendar import When
from handlers.sentences import tidy
from storage import places
from storage.db import Transaction
from storage.places import Place

_COLON = re.compile(r"(?<!\d)\s*[:：]|[:：](?!\d)|[:：]$")
"""The first that is not within an hour such as 9:00."""
_VERB = re.compile(
    r"(?:群发|发送?)(?:一?[个条份])?(?:紧急)?(?:通知|公告|消息|信息)|群发|推送|通知"
    r"|\b(?:broadcast|announce|tell|notify|inform|push"
    r"|send (?:out )?(?:an? )?(?:urgent )?(?:notice|message))\b"
)
_URGENT = re.compile(r"紧急|加急|\burgent(?:ly)?\b")
_QUESTIONS = re.compile(
    r"(?:健康)?(?:问答|十问十答)(?:《(?P<zh>[^》]+)》)?|《(?P<only>[^》]+)》"
    r"|\b(?:the )?(?:health )?(?:questions? and answers?|q ?& ?a|guide)"
    r"(?: [\"“](?P<en>[^\"”]+)[\"”])?"
)
_NUMBER = r"(?:\d{1,4}|[一二三四五六七八九十]{1,3}|(?<![a-z])[a-z](?![a-z]))"
_BUILDING = r"(?:号楼|栋|幢|座|楼)"
_AND = r"(?:[、,和及与& -]|到)"
_BUILDINGS = re.compile(
    rf"(?:{_NUMBER}(?:{_BUILDING}{_AND}*|号?{_AND}+))*{_NUMBER}{_BUILDING}"
    r"|\bbuildings? (?:\w{1,3}(?:, ?| and |, and | & |-))*\w{1,3}\b"
)
_AUDIENCES = (
    ("volunteers", r"(?:所有|全体|各位|全部)?的?志愿者们?|\b(?:all )?(?:the )?volunteers\b"),
    (
        "private",
        r"(?:所有|全体|全部)?的?(?:已?登记|注册|加入)了?的?(?:居民|人|用户|邻居|住户)们?"
        r"|每个人|每位居民|私信|私聊|私下"
        r"|\b(?:everybody|everyone|all (?:residents|neighbours|people)|residents)?"
        r" ?(?:enrolled|registered|privately|by private message)\b|\beach resident\b",
    ),
    (
        "buildings",
        r"(?:所有|各个?|全部|每个|每栋|每幢)的?楼[栋宇]?的?(?:微信)?群?|楼群"
        r"|\b(?:all|every) building(?:s|s?'? groups?)?\b",
    ),
    (
        "groups",
        r"(?:所有|各个?|全部|每个)?的?(?:微信|居民)?群|大家|全体居民|所有居民|全小区|全体邻居"
        r"|\b(?:all|every|the)? ?(?:chat )?groups?\b|\b(?:everybody|everyone)\b",
    ),
)
_SMALL = re.compile(
    r"请|帮我|帮忙|麻烦|所有|全部|全体|给|向|对|往|的|在|里|内|和|及|与|再|下面|以及|所属"
    r"|\b(?:please|to|of|in|at|the|all|and|for|with|on|every|out|from|below|a|an)\b|[\s,、。;&]+"
)
_ZH = {one: str(at) for at, one in enumerate("零一二三四五六七八九十")}


LONGEST = 100
"""Characters of a head; a longer beginning is no order."""


@dataclass(frozen=True, slots=True)
class Head:
    """Whom, when and how; ``places`` empty: wherever the speaker serves."""

    places: tuple[int, ...]
    audience: str
    when: When
    urgent: bool = False
    guide: str | None = None
    missing: tuple[str, ...] = ()
    """Buildings named that there are none of."""


def split(text: str) -> tuple[str, str]:
    """Head and body of an order, at the first colon that is not part of an hour."""
    found = _COLON.search(text)
    return (text[: found.start()], text[found.end() :].strip()) if found else (text, "")


def is_verbal(head: str) -> bool:
    """Whether what stands before the colon begins or ends with a word of telling many."""
    plain = tidy(head)
    found = _VERB.finditer(plain) if len(plain) <= LONGEST else ()
    return any(one.start() == 0 or one.end() == len(plain) for one in found)


def read(tx: Transaction, head: str, near: int | None, today: date) -> Head | None:
    """What the head says; None where a word of it is not understood, or names no verb."""
    plain = tidy(head)
    if len(plain) > LONGEST:
        return None
    rest, when = calendar.read(plain, today)
    urgent = _URGENT.search(rest) is not None
    guide = None
    if found := _QUESTIONS.search(rest):
        guide = found["zh"] or found["only"] or found["en"] or "*"
        rest = rest.replace(found[0], " ", 1)
    rest, verbs = _VERB.subn(" ", rest)
    if not verbs:
        return None
    rest, named, missing = _named(tx, _URGENT.sub(" ", rest), near)
    audience = "groups"
    for kind, pattern in _AUDIENCES:
        rest, met = re.subn(pattern, " ", rest)
        if met:
            audience = kind
            break
    if _SMALL.sub("", rest):
        return None
    return Head(tuple(one.id for one in named), audience, when, urgent, guide, tuple(missing))


def _named(tx: Transaction, rest: str, near: int | None) -> tuple[str, list[Place], list[str]]:
    """The places named, and numbers of buildings that are none.

    Buildings are looked for in the larger place named beside them.
    """
    larger: list[Place] = []
    for name, place in _names(tx):
        if name in rest:
            rest = rest.replace(name, " ", 1)
            larger.append(place)
    around = larger[0].id if larger else near
    found = _BUILDINGS.search(rest)
    if not found:
        return rest, larger, []
    buildings = {one: places.building(tx, around, one) for one in _numbers(found[0])}
    missing = [number for number, one in buildings.items() if one is None]
    here = [one for one in buildings.values() if one is not None]
    return rest.replace(found[0], " ", 1), here, missing


def _names(tx: Transaction) -> list[tuple[str, Place]]:
    """Names of places that are no numbered buildings, longest first."""
    found = [
        (name.lower(), place)
        for place in places.every(tx).values()
        if not (place.kind == "building" and place.number)
        for name in {place.name, place.name_en}
        if name
    ]
    short = [(name.split()[0], place) for name, place in found if " " in name]
    return sorted(found + short, key=lambda one: -len(one[0]))


def _numbers(said: str) -> list[str]:
    """``1、2号楼``, ``buildings 1-3``: the numbers, ranges written out."""
    plain = re.sub(r"[零一二三四五六七八九]|十(?!\d)", lambda one: _ZH[one[0]], said)
    plain = re.sub(r"\bbuildings?\b|号楼|[号栋幢座楼]", " ", plain).replace("到", "-")
    out: list[str] = []
    for first, last in re.findall(
        r"([0-9a-z]+)(?:\s*-\s*([0-9a-z]+))?", plain.replace(" and ", ",")
    ):
        if last and first.isdigit() and last.isdigit():
            out += [str(one) for one in range(int(first), min(int(last), int(first) + 60) + 1)]
        else:
            out += [one for one in (first, last) if one]
    return out
