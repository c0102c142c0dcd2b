"""Who leads a place."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.kit import Context
from handlers.reading import When
from storage import people, places
from storage.places import Place

LONG = timedelta(hours=3)
"""From this length on a stretch of time is no hour any more."""
LEADERS = {"coordinator", "leader", "community_worker"}


def until(said: When | None) -> datetime | None:
    """The end that is meant: of ``17点`` the hour itself, of ``周五`` or ``上午`` the end of it."""
    if said is None or said.start is None:
        return None
    start = datetime.fromisoformat(said.start)
    end = datetime.fromisoformat(said.end) if said.end else start
    return end if end - start >= LONG else start


def place_led(ctx: Context) -> Place | None:
    """The place that the speaker leads: the one around here, else the first of theirs."""
    held = [at for at, role in people.all_roles(ctx.tx).get(ctx.who.id, ()) if role in LEADERS]
    around = [place.id for place in places.chain(ctx.tx, ctx.place.id if ctx.place else None)]
    here = next((at for at in around if at in held), None)
    return places.get(ctx.tx, here if here is not None else next(iter(held), None))


def leads(ctx: Context, place_id: int | None) -> bool:
    """Whether the speaker leads this place."""
    return bool(people.roles_at(ctx.tx, ctx.who.id, place_id) & LEADERS)
