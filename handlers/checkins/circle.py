"""The circle around an elder: neighbour, family, key-holder, caller; named, told of their part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from handlers.checkins import hours, replies
from handlers.checkins.ending import name_of, sorry
from handlers.checkins.terms import Terms, rung_up
from handlers.kit import Both, Context, Effect, Word
from storage import checkins, people
from storage.checkins import CheckinPlan, FamilyContact
from storage.people import Person

PARTS = {"neighbour": "neighbour_id", "key_holder": "key_holder_id", "caller": "caller_id"}
_CALLED = (
    ("granny", "grandma", "gran", "nana", "grandmother"),
    ("grandpa", "granddad", "grandad", "grandfather"),
    ("auntie", "aunty", "aunt"),
    ("mrs", "ms", "miss", "madam"),
)
_TITLE = re.compile(r"([a-z]+)\.? (.+)")
_ZH_DAYS = "一二三四五六日"
_EN_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def find(ctx: Context, name: str) -> Person | None:
    """The person of this name nearest to the speaker: 王奶奶 is 王桂兰 and Grandma is Granny."""
    if name in {"我", "我自己", "me", "myself"}:
        return ctx.who
    near = ctx.who.place_id
    for tried in (name, name.title(), *_alike(name)):
        if found := people.named(ctx.tx, tried, near):
            return found[0]
    elders = (people.get(ctx.tx, one.person_id) for one in checkins.plans(ctx.tx))
    return next((elder for elder in elders if replies.names(elder, name)), None)


def _alike(name: str) -> Iterator[str]:
    """``Granny Shen`` for ``grandma shen``."""
    found = _TITLE.fullmatch(name.lower())
    alike = next((titles for titles in _CALLED if found and found[1] in titles), ())
    for title in alike:
        yield f"{title} {found[2] if found else ''}".title()


def must_find(ctx: Context, name: str) -> Person:
    found = find(ctx, name)
    if found is None:
        raise sorry("checkins.no_such_person", name=name)
    return found


def settled(
    ctx: Context, elder: Person, terms: Terms
) -> tuple[dict[str, Any], list[dict[str, Any]] | None]:
    """The columns of a plan, and its family contacts where the terms name any."""
    columns = terms.columns()
    for part, column in PARTS.items():
        if part in terms.people:
            names = terms.people[part]
            found = must_find(ctx, names[0]) if names else None
            if found is not None and found.id == elder.id:
                raise sorry("checkins.not_oneself", name=name_of(elder))
            columns[column] = found.id if found else None
    if "family" not in terms.people:
        return columns, None
    return columns, [_relative(ctx, name) for name in terms.people["family"]]


def _relative(ctx: Context, name: str) -> dict[str, Any]:
    ring = rung_up(name)
    if ring is not None:
        return {"name": ring[0], "phone": ring[1]}
    return {"person_id": must_find(ctx, name).id}


def members(ctx: Context, plan: CheckinPlan) -> set[tuple[str, int]]:
    """``(part, person)`` of everybody who stands by."""
    named = {(part, getattr(plan, column)) for part, column in PARTS.items()}
    named |= {("family", one.person_id) for one in checkins.family(ctx.tx, plan.id)}
    return {(part, person_id) for part, person_id in named if person_id is not None}


def told(ctx: Context, elder: Person, new: set[tuple[str, int]]) -> Iterator[Effect]:
    """Everybody learns their own part, privately, and how to give it back."""
    for part, person_id in sorted(new):
        if person_id not in {elder.id, ctx.who.id}:
            yield ctx.tell(person_id, f"checkins.you_{part}", name=name_of(elder))


def when(plan: CheckinPlan) -> Word:
    """``每天9:00``, ``every Monday at 10:00``."""
    return Word("checkins.when", {"days": days(plan), "hours": hours.spoken(plan.at)})


def days(plan: CheckinPlan) -> Word | Both:
    """On which days, as it is said."""
    if plan.weekdays == "1234567":
        return Word(f"checkins.every_{plan.tier}")
    named = [int(one) - 1 for one in plan.weekdays]
    zh = "每周" + "、".join(_ZH_DAYS[day] for day in named)
    return Both(zh, "every " + ", ".join(_EN_DAYS[day] for day in named))


def spoken(ctx: Context, plan: CheckinPlan) -> list[Word]:
    """All that is settled, but for when: how, and who stands by."""
    said = [Word(f"checkins.by_{plan.channel}")]
    for part, column in PARTS.items():
        person_id = getattr(plan, column)
        if person_id is not None:
            said.append(Word(f"checkins.part_{part}", {"who": _name(ctx, person_id)}))
    kin = checkins.family(ctx.tx, plan.id)
    if kin:
        said.append(Word("checkins.part_family", {"who": [_called(ctx, one) for one in kin]}))
    return said


def _name(ctx: Context, person_id: int) -> Both:
    return name_of(people.get(ctx.tx, person_id))


def _called(ctx: Context, contact: FamilyContact) -> Both:
    return _name(ctx, contact.person_id) if contact.person_id else Both(contact.name or "")
