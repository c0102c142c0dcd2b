"""Holes in the rosters, told to the coordinator a week and a day ahead, each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import quiet, showing
from handlers.duty import called, pages, spoken
from handlers.kit import Both, Context, Effect, Later, Lines, Word, daily, rings
from storage import covers, duty, people, places
from storage.duty import Hole, Shift
from storage.places import Place

FORGOTTEN = timedelta(days=60)
MOST = 12
"""So many holes stand in one letter."""


@daily("06:30")
def look_ahead(ctx: Context) -> Iterator[Effect]:
    """Set the deadlines of every hole within reach of the first notice."""
    covers.forget(ctx.tx, (ctx.now - FORGOTTEN).date().isoformat())
    for place_id in sorted({at for at, _ in duty.rosters(ctx.tx)}):
        place = places.get(ctx.tx, place_id)
        if place is not None:
            yield from plan(ctx, place)


def plan(ctx: Context, place: Place) -> Iterator[Effect]:
    """The deadline of the next notice of each kind; what was missed is told at once."""
    for notice in _notices(ctx, place):
        due = min((at for at, _ in _untold(ctx, place, notice)), default=None)
        if due is not None:
            data = {"notice": notice}
            yield Later(f"gap:{place.id}:{notice}", max(ctx.now, due), "gap", place.id, data)


def known(ctx: Context, place: Place, shift: Shift) -> None:
    """The coordinator has just heard of this one: what is past of the notices is given."""
    hole = Hole("absent", shift.duty, shift.begins, shift.ends, shift.person_id)
    for notice, span in _notices(ctx, place).items():
        key = _key(place, hole, notice)
        if _before(ctx, place, shift.begins - span) <= ctx.now and not duty.told(ctx.tx, [key]):
            duty.tell(ctx.tx, key)


def _notices(ctx: Context, place: Place) -> dict[str, timedelta]:
    policy = ctx.policy_at(place.id).duty
    return {"first": policy.first_notice, "second": policy.second_notice}


def _untold(ctx: Context, place: Place, notice: str) -> list[tuple[datetime, list[Hole]]]:
    """Holes to come of which this notice has not been given: by day, with when it is due."""
    today, span = ctx.now.astimezone(ZoneInfo(place.zone)).date(), _notices(ctx, place)[notice]
    found = []
    for day in range(_notices(ctx, place)["first"].days + 2):
        holes = _of_day(ctx, place, today + timedelta(days=day), notice)
        if holes:
            found.append((_before(ctx, place, holes[0].begins - span), holes))
    return found


def _of_day(ctx: Context, place: Place, day: date, notice: str) -> list[Hole]:
    policy = ctx.policy_at(place.id).duty
    begin, end = (at.hour * 60 + at.minute for at in (policy.covered_from, policy.covered_until))
    found = duty.holes(ctx.tx, place, day, begin, end if end > begin else end + duty.DAY)
    if notice == "first":
        # What comes up so late is told by the second notice only.
        late = policy.second_notice
        found = [one for one in found if _before(ctx, place, one.begins - late) > ctx.now]
    keys = duty.told(ctx.tx, [_key(place, one, notice) for one in found])
    return [one for one in found if one.begins > ctx.now and _key(place, one, notice) not in keys]


def _key(place: Place, hole: Hole, notice: str) -> str:
    return f"{place.id}:{hole.key}:{notice}"


def _before(ctx: Context, place: Place, at: datetime) -> datetime:
    """The same instant, or an hour before the quiet hours in which it falls."""
    policy, zone = ctx.policy_at(place.id).quiet, ZoneInfo(place.zone)
    if quiet.after_quiet(at, policy.begins, policy.ends, zone) == at:
        return at
    local = at.astimezone(zone)
    evening = local.date() - timedelta(days=1 if local.time() < policy.begins else 0)
    began = datetime.combine(evening, policy.begins, zone)
    return (began - timedelta(hours=1)).astimezone(at.tzinfo)


@rings("gap")
def tell(ctx: Context) -> Iterator[Effect]:
    """Still holes: the coordinator hears of all that are due in one letter, once by each notice."""
    place, notice = places.get(ctx.tx, ctx.rung.ref), str(ctx.rung.data["notice"])
    if place is None:
        return
    due = (holes for at, holes in _untold(ctx, place, notice) if at <= ctx.now)
    found = [hole for holes in due for hole in holes]
    for hole in found:
        duty.tell(ctx.tx, _key(place, hole, notice))
    if found:
        yield from _say(ctx, place, found)
    yield from plan(ctx, place)


def _say(ctx: Context, place: Place, found: list[Hole]) -> Iterator[Effect]:
    lines = [_line(ctx, place, hole) for hole in found[:MOST]]
    if len(found) > MOST:
        lines.append(Word("gaps.more", {"count": len(found) - MOST}))
    day = found[0].begins.astimezone(ZoneInfo(place.zone)).date()
    values: dict[str, Any] = {"place": showing.place_name(place), "day": _spoken(day)}
    told = pages(ctx.tx, place.id, ctx.now, "coordinator")
    for person_id in told or pages(ctx.tx, place.id, ctx.now, "leader"):
        yield ctx.tell(person_id, "gaps.gap", holes=Lines(tuple(lines)), **values)


def _spoken(day: date) -> Both:
    return Both(f"{day.month}月{day.day}日", f"{day.day} {day:%B}")


def _line(ctx: Context, place: Place, hole: Hole) -> Word:
    span = {**spoken(hole.begins, hole.ends, place.zone), "duty": called(hole.duty)}
    if hole.person_id is not None:
        span["name"] = showing.name_of(people.get(ctx.tx, hole.person_id))
    return Word("gaps.gap_hours" if hole.what == "gap" else f"gaps.{hole.what}", span)
