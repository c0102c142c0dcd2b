"""A request's row: which building is meant, what the reading fills, who may make how many."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from handlers import offering, showing
from handlers.kit import Context, Sorry
from handlers.reading import Reading
from storage import places, requests
from storage.places import Place
from storage.requests import Request

FLOOD = 8
"""So many requests of one person within a quarter of an hour are no requests any more."""


def place_of(ctx: Context, reading: Reading) -> Place | None:
    """The building that is meant: the one named, the group's own, or where the speaker lives."""
    near = ctx.place.id if ctx.place else None
    if reading.place.building:
        named = places.building(ctx.tx, near, reading.place.building)
        if named is not None:
            return named
    home = places.get(ctx.tx, ctx.who.place_id)
    if ctx.place is not None and ctx.place.kind != "building" and home is not None:
        # In the group of a wider place a resident speaks of their own building.
        return home
    return ctx.place or home


def only_building(ctx: Context, number: str | None) -> Place | None:
    found = [
        place
        for place in places.every(ctx.tx).values()
        if place.kind == "building" and number and place.number == number
    ]
    return found[0] if len(found) == 1 else None


def record(ctx: Context, reading: Reading, text: str, place: Place, *, kind: str) -> Request:
    """The row of a new request, as read back."""
    who = ctx.who
    columns = dict(showing.columns(reading))
    lives_there = place.id == who.place_id and columns["room"] is None
    if lives_there and kind != "report":
        columns |= {"unit": columns["unit"] or who.unit, "room": who.room}
        columns["floor"] = columns["floor"] or who.floor
    when = reading.when.start if reading.when else None
    message = ctx.message
    number = requests.add(
        ctx.tx,
        ctx.now,
        kind=kind,
        danger=reading.emergency,
        text=text,
        mid=f"{message.gateway}:{message.id}" if message else None,
        place_id=place.id,
        room_id=ctx.room.id if ctx.room else None,
        requester_id=who.id,
        due_at=datetime.fromisoformat(when) if when else None,
        chain=offering.copy_chain(ctx, place.id) if reading.urgency != "low" else [],
        data={"photos": [asdict(photo) for photo in message.photos]} if message else {},
        **columns,
    )
    return known(ctx, number)


def known(ctx: Context, number: int) -> Request:
    """A request that must exist."""
    request = requests.get(ctx.tx, number)
    if request is None:
        raise Sorry("requests.unknown", number=number)
    return request


def refuse_flood(ctx: Context) -> None:
    recent = [
        one
        for one in requests.of_person(ctx.tx, ctx.who.id)
        if ctx.now - one.made_at < timedelta(minutes=15) and one.requester_id == ctx.who.id
    ]
    if len(recent) >= FLOOD:
        raise Sorry("requests.slowly", count=len(recent))
