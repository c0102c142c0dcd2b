"""Lists by what people have in common: `所有红色老人`, `3号楼65岁以上`, `everyone over 65`."""

from __future__ import annotations

import re

from handlers.coverage.doors import place_in
from handlers.kit import Context, Sorry
from storage import alerts, checkins, people, places
from storage.people import Person
from storage.places import Place

OLD = 60
"""From this age somebody is one of `所有老人`."""
_TIERS = {"红": "red", "黄": "yellow", "绿": "green"}
_ZH = re.compile(
    r"(?P<where>.{0,12}?)的?(?P<all>所有|全部|全体)?的?"
    r"(?:(?P<tier>[红黄绿])色?|(?P<age>\d{2,3})岁及?(?:以上|起)|(?P<risk>重点|风险|高风险))?的?"
    r"(?P<who>老人|老年人|对象|人员|居民|住户|人|户)?"
)
_EN = re.compile(
    r"(?P<all>all|every|everyone|everybody|people|residents)?\s*(?P<tier>red|yellow|green)?\s*"
    r"(?P<who>elders?|elderly|residents|people|households|person)?\s*(?P<risk>at risk)?\s*"
    r"(?:(?:over|above|aged|from)\s*(?P<age>\d{2,3}))?\s*(?:(?:in|of|at)\s*(?P<where>.{1,20}))?"
)


def selected(ctx: Context, place: Place, said: str) -> list[Person] | None:
    """Those meant; None where these words name somebody and no group of people.

    Sorry where the ages that would be needed are not known, or where nobody is like that.
    """
    pattern = _EN if said.isascii() else _ZH
    found = pattern.fullmatch(said.strip())
    if found is None or not (found["all"] or found["age"] or found["tier"] or found["risk"]):
        return None
    if not (found["who"] or found["age"] or found["tier"] or found["risk"] or said.isascii()):
        return None
    where = place_in(ctx, place, found["where"]) if found["where"] else place
    if where is None:
        return None
    here = people.living(ctx.tx, places.within(ctx.tx, where.id))
    chosen = _chosen(ctx, here, found, said)
    if not chosen:
        raise Sorry("coverage.nobody_like_that", said=said)
    return chosen


def _chosen(ctx: Context, here: list[Person], found: re.Match[str], said: str) -> list[Person]:
    plans = {plan.person_id: plan for plan in checkins.plans(ctx.tx)}
    if found["tier"]:
        tier = _TIERS.get(found["tier"], found["tier"])
        return [one for one in here if one.id in plans and plans[one.id].tier == tier]
    if found["risk"]:
        marked = {*alerts.marked(ctx.tx), *plans}
        return [one for one in here if one.id in marked]
    if found["age"]:
        return _aged(ctx, here, int(found["age"]), said)
    if (found["who"] or "").startswith(("老", "elder")):
        old = _aged(ctx, here, OLD, said)
        return [one for one in here if one in old or one.id in plans]
    return here


def _aged(ctx: Context, here: list[Person], age: int, said: str) -> list[Person]:
    if not any(one.birth_year for one in here):
        raise Sorry("coverage.no_ages", said=said)
    return [one for one in here if one.birth_year and ctx.now.year - one.birth_year >= age]
