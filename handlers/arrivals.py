"""Who has just come, by registering or because their hours begin, is offered what nobody took."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers import matching, offering, quiet, showing, waves
from handlers.kit import Ask, Context, Effect, Later, Lines, ToPerson, Word, daily, rings
from handlers.matching import Fit
from storage import claims, people, places, requests, skills, timers, whistles
from storage.people import Person
from storage.requests import Request

MOST = 3
"""So many are offered to one person at once, what is urgent first."""


def welcome(ctx: Context, person_id: int) -> Iterator[Effect]:
    """Ask somebody about the open needs around them that fit."""
    home = people.get(ctx.tx, person_id).place_id
    around = places.chain(ctx.tx, home)[: matching.REACHES[-1] + 1]
    open_there = _open(ctx, places.within(ctx.tx, around[-1].id) if around else ())
    yield from _offer(ctx, open_there, [person_id])


def _open(ctx: Context, place_ids: Iterable[int]) -> list[Request]:
    """What neighbours may be asked about now, and nobody has taken; urgent first."""
    return [
        one
        for one in requests.at_places(ctx.tx, place_ids, offering.OPEN)
        if one.kind in {"need", "report"}
        and one.urgency != "low"
        and not showing.is_hushed(one)
        and not claims.holders(ctx.tx, one.number)
        and not whistles.open_of(ctx.tx, one.number)
        and quiet.by_day(ctx, one, ctx.now) == ctx.now
    ]


def _offer(ctx: Context, found: list[Request], newcomers: Collection[int]) -> Iterator[Effect]:
    """As a first wave does: the few of these who fit best; one message to each of them."""
    offers: dict[int, list[tuple[Request, Fit]]] = {}
    for request in found if newcomers else ():
        asked = [one.person_id for one in claims.invitations(ctx.tx, request.number)]
        for fit in waves.fitting(ctx, request, wave=1, asked=asked, only=newcomers):
            if fit.distance <= matching.REACHES[-1]:
                offers.setdefault(fit.person_id, []).append((request, fit))
    for person_id, fitting in offers.items():
        yield _ask(ctx, person_id, fitting[:MOST])


def _ask(ctx: Context, person_id: int, offered: list[tuple[Request, Fit]]) -> Ask:
    if len(offered) == 1:
        [(request, fit)] = offered
        return waves.invitation(ctx, request, person_id, wave=1, why=fit.why)
    for request, fit in offered:
        claims.invite(ctx.tx, request.number, person_id, wave=1, now=ctx.now, why=fit.why)
    listed = (Word("requests.line", showing.openly(ctx, request)) for request, _ in offered)
    return Ask(
        ToPerson(person_id),
        "arrivals.several",
        {"tasks": Lines(tuple(listed))},
        urgent=any(request.urgency == "urgent" for request, _ in offered),
        fresh=timedelta(hours=2),
        person_id=person_id,
        question="which",
        data={"numbers": [request.number for request, _ in offered]},
    )


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
    """Of those who may be asked from now on the best few, about what no wave goes on to ask for."""
    left = [
        one
        for one in _open(ctx, places.every(ctx.tx))
        if timers.get(ctx.tx, f"unclaimed:{one.number}:next") is None
    ]
    if left:
        beginners = [one for one in skills.all_hours(ctx.tx) if _begins_now(ctx, one)]
        yield from _offer(ctx, left, beginners)


def _begins_now(ctx: Context, person_id: int) -> bool:
    person = people.get(ctx.tx, person_id)
    zone = quiet.zone_of(places.get(ctx.tx, person.place_id))
    today = ctx.rung.due.astimezone(zone).date()
    begun = _beginnings(skills.hours(ctx.tx, person_id), today, zone)
    return person.left_at is None and ctx.rung.due in begun
