"""Who stands on each rung of the ladder, and what they are asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import duty
from handlers.checkins import calls
from handlers.checkins.ending import alerted, home, name_of
from handlers.kit import Ask, Both, Context, Effect, ToPerson, Word
from storage import checkins, people, places, signs
from storage import duty as rosters
from storage.checkins import Checkin, CheckinPlan
from storage.people import Person

NEXT = {
    "ask": "again",
    "again": "neighbour",
    "neighbour": "family",
    "family": "duty",
    "duty": "worker",
    "worker": "team",
    "alarm": "worker",
}
TEAM = ("duty", "worker", "doctor", "police", "leader", "coordinator")


def letters(
    ctx: Context, one: Checkin, plan: CheckinPlan, step: str, turn: int
) -> list[Effect] | None:
    """The letters of one rung; None where nobody is on it."""
    elder = people.get(ctx.tx, one.person_id)
    if step in {"ask", "again"}:
        if plan.channel != "message":
            return calls.listed(ctx, one, plan) if step == "ask" else calls.missing(ctx, one)
        here = rosters.reachable(ctx.tx, elder.id)
        return [_greeting(ctx, one, elder, step)] if here else None
    found: list[Effect] = []
    for person_id in dict.fromkeys(_on_rung(ctx, one, plan, step, turn)):
        if person_id != elder.id and person_id not in declined(ctx, one):
            key = text_for(plan, one, step, person_id)
            found.append(ask_to_go(ctx, one, person_id, f"checkins.{key}"))
    return found or None


def text_for(plan: CheckinPlan, one: Checkin, step: str, person_id: int | None) -> str:
    if one.alarm:
        return "alarm"
    if step == "neighbour" and person_id != plan.neighbour_id:
        return "ring"
    if step == "worker" and person_id == plan.key_holder_id:
        return "key_holder"
    return step


def second_channel(ctx: Context, one: Checkin, plan: CheckinPlan) -> list[Effect]:
    """The elder by another road: an account elsewhere; a message to whom nobody could ring."""
    elder = people.get(ctx.tx, one.person_id)
    gateways = [account.gateway for account in people.accounts(ctx.tx, elder.id)]
    if one.alarm or not rosters.reachable(ctx.tx, elder.id):
        return []
    if plan.channel != "message":
        return [_greeting(ctx, one, elder, "ask")]
    if len(set(gateways)) < 2:
        return []
    greeting = _greeting(ctx, one, elder, "again")
    return [replace(greeting, to=ToPerson(elder.id, not_by=gateways[-1]))]


_PARTS = ((11, "morning"), (14, "noon"), (18, "afternoon"), (24, "evening"))


def _greeting(ctx: Context, one: Checkin, elder: Person, step: str) -> Ask:
    """Asked of the elder at their own hour: neither caps nor quiet hours move it."""
    place = places.get(ctx.tx, elder.place_id)
    hour = ctx.now.astimezone(ZoneInfo(place.zone if place else "Asia/Shanghai")).hour
    part = next(name for until, name in _PARTS if hour < until)
    return Ask(
        ToPerson(one.person_id),
        "checkins.greeting" if step == "ask" else "checkins.second",
        {"hello": Word(f"checkins.hello_{part}"), "name": name_of(elder)},
        direct=True,
        fresh=ctx.policy_of(one.person_id).checkin.catch_up,
        person_id=one.person_id,
        question="checkin",
        ref=one.id,
        wait=timedelta(hours=20),
    )


def _on_rung(ctx: Context, one: Checkin, plan: CheckinPlan, step: str, turn: int) -> Iterator[int]:
    """Who stands on a rung and can be told."""
    where = people.get(ctx.tx, one.person_id).place_id
    kin = [contact.person_id for contact in checkins.family(ctx.tx, plan.id)]
    found: list[int | None] = []
    match step:
        case "neighbour":
            found = [plan.neighbour_id, plan.caller_id if plan.channel == "message" else None]
        case "family":
            found = kin[turn : turn + 1]
        case "alarm":
            found = [*duty.pages(ctx.tx, where, ctx.now, "duty"), *kin]
        case "duty":
            told = alerted(ctx, one)
            untold = [person_id for person_id in kin if person_id not in told]
            found = [*duty.pages(ctx.tx, where, ctx.now, "duty"), *untold]
        case "worker":
            found = [
                *duty.pages(ctx.tx, where, ctx.now, "worker"),
                *duty.pages(ctx.tx, where, ctx.now, "police"),
                plan.key_holder_id,
            ]
        case _:
            for role in TEAM:
                found += duty.pages(ctx.tx, where, ctx.now, role)
    for person_id in found:
        if person_id is not None and rosters.reachable(ctx.tx, person_id):
            yield person_id


def declined(ctx: Context, one: Checkin) -> set[int | None]:
    return {event.person_id for event in checkins.story(ctx.tx, one.id, "declined")}


def ask_to_go(ctx: Context, one: Checkin, person_id: int, key: str, **values: Any) -> Ask:
    """Ask somebody to see to the elder; the answer finds the check-in."""
    checkins.tell(ctx.tx, one.id, ctx.now, "told", person_id=person_id, note=key)
    return Ask(
        ToPerson(person_id),
        key,
        {**facts(ctx, one), **values},
        urgent=True,
        person_id=person_id,
        question="checkin_go",
        ref=one.id,
        wait=timedelta(days=3),
    )


def facts(ctx: Context, one: Checkin) -> dict[str, Any]:
    """All a text may say; those of neighbour and family name neither room nor phone."""
    elder = people.get(ctx.tx, one.person_id)
    family = []
    for contact in checkins.family(ctx.tx, one.plan_id):
        kin = people.get(ctx.tx, contact.person_id) if contact.person_id else None
        name = name_of(kin) if kin else Both(contact.name or "")
        phone = contact.phone or (kin.phone if kin else None) or ""
        family.append(Word("checkins.contact", {"name": name, "phone": phone}))
    numbers = ctx.policy_of(one.person_id).emergency
    return {
        "name": name_of(elder),
        "home": home(ctx, elder),
        "phone": elder.phone or Word("checkins.no_phone"),
        "since": one.due_at,
        "family": family or Word("checkins.no_family"),
        "said": one.note or "",
        "signs": _signs(ctx, one),
        "medical": numbers.medical,
        "police": numbers.police,
    }


def _signs(ctx: Context, one: Checkin) -> Word | str:
    """The last sign of life from the home: whoever goes should know of it."""
    found = signs.last(ctx.tx, person_id=one.person_id)
    if found is None or ctx.now - found.at > ctx.policy_of(one.person_id).signs.dead_after:
        return ""
    return Word("signs.last", {"kind": Word(f"signs.{found.kind}"), "at": found.at})
