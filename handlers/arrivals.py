"""Who has just come, by registering or because their hours begin, is offered what nobody took."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from handlers import matching, offering, quiet, showing, waves
from handlers.kit import Context, Effect, Later, daily, rings
from storage import claims, people, places, requests, skills
from storage.people import Person
from storage.requests import Request

MOST = 3
"""So many are offered to one person at once, what is urgent first."""


def welcome(ctx: Context, person_id: int) -> Iterator[Effect]:
    """Ask somebody about the open needs around them that fit."""
    home = people.get(ctx.tx, person_id).place_id
    around = places.chain(ctx.tx, home)[: matching.REACHES[-1] + 1]
    open_there = _open(ctx, places.within(ctx.tx, around[-1].id) if around else ())
    asked = (one for request in open_there for one in _ask(ctx, request, {person_id}))
    yield from islice(asked, MOST)


def _open(ctx: Context, place_ids: Iterable[int]) -> list[Request]:
    """What neighbours are being asked about now, and nobody has taken; urgent first."""
    return [
        one
        for one in requests.at_places(ctx.tx, place_ids, offering.OPEN)
        if one.kind in {"need", "report"}
        and not showing.is_hushed(one)
        and not claims.holders(ctx.tx, one.number)
        and quiet.by_day(ctx, one, ctx.now) == ctx.now
    ]


def _ask(ctx: Context, request: Request, newcomers: Collection[int]) -> Iterator[Effect]:
    """As a first wave does: the few of these who fit best and were not asked before."""
    asked = [one.person_id for one in claims.invitations(ctx.tx, request.number)]
    for fit in waves.fitting(ctx, request, wave=1, asked=asked, only=newcomers):
        if fit.distance <= matching.REACHES[-1]:
            yield waves.invitation(ctx, request, fit.person_id, wave=1, why=fit.why)


@daily("00:05")
def look_ahead(ctx: Context) -> Iterator[Effect]:
    """A deadline at every hour to come at which somebody's stated hours begin."""
    for person_id in skills.all_hours(ctx.tx):
        yield from expect(ctx, people.get(ctx.tx, person_id))


def expect(ctx: Context, person: Person) -> Iterator[Effect]:
    """The hours of this person that begin today or tomorrow."""
    zone = quiet.zone_of(places.get(ctx.tx, person.place_id))
    today = ctx.now.astimezone(zone).date()
    for day in (today, today + timedelta(days=1)):
        for begins in _beginnings(skills.hours(ctx.tx, person.id), day, zone):
            if begins > ctx.now:
                yield Later(f"hours:{zone.key}:{begins:%Y%m%dT%H%M}", begins, "hours_begin", 0)


def _beginnings(person_hours: Iterable[skills.Hours], day: date, zone: ZoneInfo) -> list[datetime]:
    """When somebody's hours begin on a day."""
    return [
        datetime.combine(day, time(*divmod(span.start % 1440, 60)), zone)
        for span in person_hours
        if str(day.isoweekday()) in span.weekdays
    ]


@rings("hours_begin")
def begin(ctx: Context) -> Iterator[Effect]:
    """Of those who may be asked from now on the best few, about each open need."""
    open_now = _open(ctx, places.every(ctx.tx))
    newcomers = _beginners(ctx) if open_now else []
    for request in open_now if newcomers else ():
        yield from _ask(ctx, request, newcomers)


def _beginners(ctx: Context) -> list[int]:
    return [one for one in skills.all_hours(ctx.tx) if _begins_now(ctx, one)]


def _begins_now(ctx: Context, person_id: int) -> bool:
    person = people.get(ctx.tx, person_id)
    zone = quiet.zone_of(places.get(ctx.tx, person.place_id))
    today = ctx.rung.due.astimezone(zone).date()
    begun = _beginnings(skills.hours(ctx.tx, person_id), today, zone)
    return person.left_at is None and ctx.rung.due in begun
