"""The days ahead as rows and timers, by the wall clock of each elder's place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from handlers.checkins.ladder import at
from handlers.kit import Both, Context, Effect, Never, daily
from storage import checkins, people, places
from storage import duty as rosters
from storage.checkins import CheckinPlan
from storage.people import Person

AHEAD = 3
"""Days planned, today included: enough for every zone, and for a day without the daily work."""


def zone(ctx: Context, person: Person) -> ZoneInfo:
    place = places.get(ctx.tx, person.place_id)
    return ZoneInfo(place.zone if place else "Asia/Shanghai")


def day_words(day: date) -> Both:
    weekday = day.isoweekday() - 1
    return Both(
        f"{day.month}月{day.day}日(周{'一二三四五六日'[weekday]})", f"{day:%A}, {day.day} {day:%B}"
    )


@daily("00:05")
def plan_days(ctx: Context) -> Iterator[Effect]:
    """Everybody's greetings of the coming days; doing it again changes nothing."""
    yield from plan_ahead(ctx, checkins.plans(ctx.tx))


def plan_ahead(ctx: Context, plans: Iterable[CheckinPlan]) -> Iterator[Effect]:
    """Rows and timers of these plans; what was missed while the bot was down is planned too."""
    begun, known = checkins.begun(ctx.tx), checkins.planned(ctx.tx, _day(ctx, -2))
    fresh: set[tuple[int, str, int]] = set()
    for plan in plans:
        where = zone(ctx, people.get(ctx.tx, plan.person_id))
        today = ctx.now.astimezone(where).date()
        # Before its first greeting a plan has no past that could have been missed.
        since = plan.since or min(ctx.now, begun.get(plan.id, ctx.now))
        for step in range(-1, AHEAD):
            day = today + timedelta(days=step)
            for hour in plan.at if is_due(plan, day) else ():
                key = (plan.id, day.isoformat(), hour)
                due = rosters.wall(day, hour, where.key)
                if key not in known and due >= since:
                    checkins.schedule(ctx.tx, plan, day, hour, due)
                    fresh.add(key)
    for one in checkins.scheduled(ctx.tx) if fresh else ():
        if (one.plan_id, one.day, one.hour) in fresh:
            yield at(one, "ask", one.due_at)


def _day(ctx: Context, ahead: int) -> str:
    """A day around today, by the clock of no place."""
    return (ctx.now.date() + timedelta(days=ahead)).isoformat()


def is_due(plan: CheckinPlan, day: date) -> bool:
    """Whether the plan greets on this day: daily, every other day, or weekly, on its weekdays."""
    if str(day.isoweekday()) not in plan.weekdays:
        return False
    first = date.fromisoformat(plan.from_day) if plan.from_day else date(2024, 1, 1)
    if plan.tier == "green":
        # Weekly from the first of its weekdays on.
        while str(first.isoweekday()) not in plan.weekdays:
            first += timedelta(days=1)
    every = {"yellow": 2, "green": 7}.get(plan.tier, 1)
    return day >= first and (day - first).days % every == 0


def unplan(ctx: Context, plan: CheckinPlan, since: str = "") -> Iterator[Effect]:
    """Forget what has not begun, from a day (ISO) on."""
    for checkin_id in checkins.unschedule(ctx.tx, plan.id, since):
        yield Never(f"checkin:{checkin_id}:")


def replan(ctx: Context, plan: CheckinPlan) -> Iterator[Effect]:
    """By new hours, from the day on which they begin to hold."""
    yield from unplan(ctx, plan, plan.from_day or "")
    yield from plan_ahead(ctx, [plan])
