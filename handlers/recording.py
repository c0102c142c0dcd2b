"""A request's row: which building is meant, what the reading fills, who may make how many."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from handlers import offering, pictures, showing
from handlers.kit import Context, Sorry
from handlers.reading import Reading
from storage import places, requests
from storage.places import Place
from storage.requests import Request

TITLE = 30
_EDGES = re.compile(r"^\W+|\W+$")
_BUILDING = re.compile(
    r"^(?:in )?(?:\w{1,3}\s*(?:号楼|栋|幢|座)|building \w{1,3})[的,:]?\s*", re.IGNORECASE
)
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
    """A new request."""
    who = ctx.who
    columns = dict(showing.columns(reading))
    lives_there = place.id == who.place_id and columns["room"] is None
    if lives_there and kind != "report":
        columns |= {"unit": columns["unit"] or who.unit, "room": who.room}
        columns["floor"] = columns["floor"] or who.floor
    when = reading.when.start if reading.when else None
    data: dict[str, Any] = {}
    if reading.when and reading.when.end:
        data["due_until"] = reading.when.end
    own = [asdict(photo) for photo in ctx.message.photos] if ctx.message else []
    if photos := [*pictures.taken(ctx), *own]:
        data["photos"] = photos
    if kind == "report" and (title := _title(ctx, reading, text)):
        data["title"] = title
    message = ctx.message
    return requests.add(
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
        data=data,
        **columns,
    )


_SHARED = ("repair", "sanitation", "safety")


def _title(ctx: Context, reading: Reading, text: str) -> str | None:
    """A short report said in the open names its matter itself, without the building."""
    words = _EDGES.sub("", _BUILDING.sub("", text))
    has_digit = any(letter.isdigit() for letter in words)
    if not ctx.in_group or reading.category not in _SHARED or has_digit:
        return None
    return words if 2 < len(words) <= TITLE else None


def known(ctx: Context, number: int) -> Request:
    """A request that must exist."""
    request = requests.get(ctx.tx, number)
    if request is None:
        raise Sorry("requests.unknown", number=number)
    return request


def refuse_flood(ctx: Context) -> None:
    recent = requests.made_since(ctx.tx, ctx.who.id, ctx.now - timedelta(minutes=15))
    if recent >= FLOOD:
        raise Sorry("requests.slowly", count=recent)
