"""The call list: whom a volunteer rings or visits today, with numbers, privately."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from handlers import duty
from handlers.checkins.ending import home, name_of
from handlers.kit import Ask, Context, Effect, Lines, ToPerson, Word
from storage import checkins, people
from storage import duty as rosters
from storage.checkins import Checkin, CheckinPlan

OFTEN = timedelta(minutes=10)
"""One reminder speaks of all that is missing: between two of them."""
LISTENS = timedelta(hours=20)


def caller(ctx: Context, one: Checkin, plan: CheckinPlan) -> int | None:
    """Who rings or knocks: the volunteer named, else the paired neighbour, else who is on duty."""
    where = people.get(ctx.tx, one.person_id).place_id
    named = (plan.caller_id, plan.neighbour_id)
    cannot = {event.person_id for event in checkins.story(ctx.tx, one.id, "declined")}
    for person_id in named:
        if person_id not in {None, one.person_id} | cannot and rosters.reachable(ctx.tx, person_id):
            return person_id
    pages = duty.pages(ctx.tx, where, ctx.now, "duty")
    return next((person_id for person_id in pages if person_id not in cannot), None)


def listed(ctx: Context, one: Checkin, plan: CheckinPlan) -> list[Effect] | None:
    """The list that it stands on, where that was not sent before; None if nobody can ring."""
    person_id = one.caller_id if one.line is not None else caller(ctx, one, plan)
    if person_id is None:
        return None
    checkins.tell(ctx.tx, one.id, ctx.now, "listed", person_id=person_id)
    if one.line is not None:
        return []
    first = len(_of_day(ctx, person_id, one.day)) + 1
    mine = [one, *(other for other in _others(ctx, one, person_id) if other.id != one.id)]
    for number, each in enumerate(sorted(mine, key=_by_hour), first):
        checkins.put_on_list(ctx.tx, each, person_id, number)
    added = [row for row in _of_day(ctx, person_id, one.day) if (row.line or 0) >= first]
    key = "checkins.call_list" if first == 1 else "checkins.call_more"
    return [ask(person_id, key, lines=lines(ctx, added))]


def _by_hour(one: Checkin) -> tuple[int, int]:
    return one.hour, one.id


def _of_day(ctx: Context, person_id: int, day: str) -> list[Checkin]:
    return [one for one in checkins.call_list(ctx.tx, person_id) if one.day == day]


def _others(ctx: Context, one: Checkin, person_id: int) -> Iterator[Checkin]:
    """What else of this day the same volunteer has to ring; not what is paused."""
    for other in checkins.to_ring(ctx.tx, one.day):
        plan = checkins.plan(ctx.tx, other.plan_id)
        paused = plan.paused_at is not None and (plan.paused_until or one.day) >= one.day
        if not paused and caller(ctx, other, plan) == person_id:
            yield other


def lines(ctx: Context, rows: Iterable[Checkin]) -> Lines:
    """``1 王奶奶 8:30 电话16000000026``: number, name, hour, phone; the door for who is visited."""
    return Lines(tuple(_line(ctx, one) for one in rows))


def _line(ctx: Context, one: Checkin) -> Word:
    elder = people.get(ctx.tx, one.person_id)
    plan = checkins.plan(ctx.tx, one.plan_id)
    key = "call_door" if plan.channel == "door" else "call_line"
    phone = elder.phone or Word("checkins.no_phone")
    values = {"line": one.line, "name": name_of(elder), "phone": phone, "home": home(ctx, elder)}
    return Word(f"checkins.{key}", {**values, "at": f"{one.hour // 60}:{one.hour % 60:02}"})


def ask(person_id: int, key: str, **values: object) -> Ask:
    """Tell a volunteer about their list, and listen for what they found."""
    return Ask(
        ToPerson(person_id),
        key,
        values,
        direct=True,
        person_id=person_id,
        question="checkin_calls",
        wait=LISTENS,
    )


def _asks_again_at(ctx: Context, row: Checkin) -> datetime:
    wait = ctx.policy_of(row.person_id).checkin.second_greeting
    return (row.base_at or row.due_at) + wait


def missing(ctx: Context, one: Checkin) -> list[Effect] | None:
    """What a volunteer has not yet said anything good of is asked for, all of it at once."""
    if one.caller_id is None or not rosters.reachable(ctx.tx, one.caller_id):
        return None
    asked = checkins.story(ctx.tx, one.id, "asked again")
    if asked and ctx.now - asked[-1].at < OFTEN:
        return []
    waiting = [
        row
        for row in _of_day(ctx, one.caller_id, one.day)
        if row.state == "asked" and _asks_again_at(ctx, row) <= ctx.now
    ]
    for row in waiting:
        checkins.tell(ctx.tx, row.id, ctx.now, "asked again", person_id=one.caller_id)
    return [ask(one.caller_id, "checkins.call_missing", lines=lines(ctx, waiting))]
