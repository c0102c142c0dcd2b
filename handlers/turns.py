"""Which turns of duty somebody means, who could serve them, and turns made for one day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from handlers.kit import Context, Sorry
from storage import duty, people, places
from storage.covers import Cover
from storage.db import Transaction
from storage.duty import Shift
from storage.places import Place

AHEAD = 31
"""Days within which turns are spoken of."""
MOST = 5
"""So many turns are put up by one sentence."""
REST = timedelta(hours=8)
"""Nobody is asked who would have less than this between two turns."""
_NIGHT = re.compile(r"晚|夜|night|evening", re.IGNORECASE)
_BY_DAY = re.compile(r"白天|白班|早班|日班|\bday (?:shift|duty)\b|daytime", re.IGNORECASE)
_PLANNERS = {"coordinator", "leader", "community_worker"}


def meant(ctx: Context, turns: Sequence[Shift]) -> list[Shift]:
    """Those of the turns that begin when the words say; the next one where they name no time."""
    if "when" not in ctx.slots:
        return list(turns[:1])
    span = _span(ctx)
    if span is None:
        return []
    start, end = span
    last = (end - timedelta(seconds=1)).date()
    found = [one for one in turns if start.date() <= date.fromisoformat(one.day) <= last]
    hour = _hour(ctx, start, end)
    return [one for one in found if hour is None or _covers(one, hour, start.tzinfo)]


def _span(ctx: Context) -> tuple[datetime, datetime] | None:
    """The time that was said."""
    said = ctx.reading.when
    if said is None or said.start is None:
        return None
    start = datetime.fromisoformat(said.start)
    return start, datetime.fromisoformat(said.end) if said.end else start + timedelta(hours=1)


def _hour(ctx: Context, start: datetime, end: datetime) -> time | None:
    """An hour of the turn that is meant; None where only a day was named."""
    if _NIGHT.search(ctx.text):
        return time(22)
    if _BY_DAY.search(ctx.text):
        return time(14)
    if end.time() == time(0) or end - start >= timedelta(days=1):
        return None
    return (start + (end - start) / 2).time()


def _covers(shift: Shift, hour: time, zone: tzinfo | None) -> bool:
    at = datetime.combine(date.fromisoformat(shift.day), hour, zone)
    return shift.begins <= at < shift.ends


def who_could(ctx: Context, shift: Shift) -> list[int]:
    """Who has the same duty there, can be told, and has no turn around that time."""
    rows = duty.rosters(ctx.tx).get((shift.place_id, shift.duty), ())
    colleagues = [one for row in rows for one in row.people]
    if shift.duty != "duty":
        colleagues += people.serving(ctx.tx, shift.place_id, shift.duty)
    busy = {
        one.person_id
        for one in duty.coming(ctx.tx, ctx.now, AHEAD + 2)
        if one.begins < shift.ends + REST and one.ends > shift.begins - REST and not one.absent
    }
    could = (one for one in dict.fromkeys(colleagues) if one not in {*busy, shift.person_id})
    return [one for one in could if duty.reachable(ctx.tx, one)]


def of_cover(tx: Transaction, cover: Cover) -> Shift | None:
    """The turn that somebody stands in for; None where the roster has changed meanwhile."""
    for (at, _), rows in duty.rosters(tx).items():
        place = places.get(tx, at)
        for row in rows:
            if row.id == cover.roster_id and place is not None:
                day = date.fromisoformat(cover.day)
                for shift in duty.turns(tx, row, place, day, 1):
                    if (shift.part, shift.planned_id) == (cover.part, cover.planned_id):
                        return shift
    return None


def plans_for(ctx: Context, place_id: int) -> bool:
    """Whether the speaker says who is on duty there."""
    return bool(people.roles_at(ctx.tx, ctx.who.id, place_id) & _PLANNERS)


def named(ctx: Context, name: str) -> int:
    """The one of this name around here; Sorry if there is none, or several as near."""
    near = ctx.place.id if ctx.place else ctx.who.place_id
    found = people.named(ctx.tx, name, near) or people.named(ctx.tx, name.title(), near)
    if not found:
        raise Sorry("giving.nobody", name=name)
    if len(found) > 1 and found[0].place_id == found[1].place_id:
        raise Sorry("giving.several", name=name)
    return found[0].id


def one_off(ctx: Context, place: Place, person_id: int) -> Shift | None:
    """A turn for the hours without anybody that are meant; None where there are none."""
    span = _span(ctx)
    if span is None:
        return None
    start, end = span
    hour, zone = _hour(ctx, start, end), ZoneInfo(place.zone)
    for begins, ends in duty.gaps(ctx.tx, place, start.date(), 0, 2 * duty.DAY):
        opens, closes = begins.astimezone(zone), ends.astimezone(zone)
        at = datetime.combine(start.date(), hour, zone) if hour else opens
        if opens.date() == start.date() and begins <= at < ends:
            minute = opens.hour * 60 + opens.minute
            # A gap may go on for days; a turn is a day at the most.
            until = (
                closes.hour * 60 + closes.minute if ends - begins < timedelta(days=1) else minute
            )
            row_id = duty.add(
                ctx.tx,
                place_id=place.id,
                people=[person_id],
                start=minute,
                end=until,
                from_day=opens.date().isoformat(),
                until_day=opens.date().isoformat(),
            )
            rows = duty.rosters(ctx.tx)[place.id, "duty"]
            made = next(row for row in rows if row.id == row_id)
            return next(duty.turns(ctx.tx, made, place, opens.date(), 1))
    return None
