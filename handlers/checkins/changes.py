"""What is settled about a check-in, shown and changed by one plain message."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from handlers.checkins import calendar, circle, terms
from handlers.checkins.ending import name_of, privately, sorry
from handlers.checkins.plans import answer, may_change, meant
from handlers.kit import Context, Effect, sentence
from storage import checkins
from storage import duty as rosters
from storage.checkins import CheckinPlan
from storage.people import Person

WHEN = {"at", "tier", "weekdays"}


def _concerned(ctx: Context) -> bool:
    """Whether the speaker may change this person's check-ins, and there are any.

    To anybody else these words are what they would be if nobody were checked on.
    """
    name = ctx.slots.get("name")
    elder = circle.find(ctx, name) if name and name != "my" else ctx.who
    if elder is None or not may_change(ctx, elder):
        return False
    return checkins.plan_of(ctx.tx, elder.id) is not None


@sentence("show", fits=_concerned)
def show(ctx: Context) -> Iterator[Effect]:
    """``沈奶奶的问候``: all that is settled, privately."""
    plan, elder = meant(ctx)
    how = circle.spoken(ctx, plan)
    yield privately(ctx, "checkins.plan", name=name_of(elder), when=circle.when(plan), how=how)


@sentence("change_hours")
@sentence("change", fits=_concerned)
def change(ctx: Context) -> Iterator[Effect]:
    """``沈奶奶的问候改成隔天9点``, ``我的结对邻居改成郑阿姨``: hours, days, channel, circle."""
    plan, elder = meant(ctx)
    new = terms.read(ctx.text, without=ctx.slots.get("name", ""))
    if not new:
        raise sorry("checkins.what_change")
    columns, family = circle.settled(ctx, elder, new)
    before = circle.members(ctx, plan)
    later = bool(WHEN & columns.keys()) and _begun_today(ctx, plan, elder)
    if WHEN & columns.keys():
        columns |= _from(ctx, elder, later=later)
    checkins.change_plan(ctx.tx, plan.id, **columns)
    if family is not None:
        checkins.set_family(ctx.tx, plan.id, family)
    plan = checkins.plan(ctx.tx, plan.id)
    if WHEN & columns.keys():
        yield from calendar.replan(ctx, plan)
    yield from circle.told(ctx, elder, circle.members(ctx, plan) - before)
    key = "checkins.changed_tomorrow" if later else "checkins.changed"
    yield from answer(ctx, elder, key, when=circle.when(plan), how=circle.spoken(ctx, plan))


def _begun_today(ctx: Context, plan: CheckinPlan, elder: Person) -> bool:
    """Whether somebody was greeted today by the old hours: then the new ones begin tomorrow."""
    today = ctx.now.astimezone(calendar.zone(ctx, elder)).date().isoformat()
    rows = checkins.of_plan(ctx.tx, plan.id, today)
    return any(one.state != "scheduled" for one in rows)


def _from(ctx: Context, elder: Person, *, later: bool) -> dict[str, Any]:
    """From when new hours hold: what lies before was never missed."""
    where = calendar.zone(ctx, elder)
    day = ctx.now.astimezone(where).date() + timedelta(days=int(later))
    since = rosters.wall(day, 0, where.key) if later else ctx.now
    return {"since": since, "from_day": day.isoformat()}
