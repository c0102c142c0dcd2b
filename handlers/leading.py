"""Who leads a place."""

from __future__ import annotations

from handlers.kit import Context
from storage import people, places
from storage.places import Place

LEADERS = {"coordinator", "leader", "community_worker"}


def place_led(ctx: Context) -> Place | None:
    """The place that the speaker leads: the one around here, else the first of theirs."""
    held = [at for at, role in people.all_roles(ctx.tx).get(ctx.who.id, ()) if role in LEADERS]
    around = [place.id for place in places.chain(ctx.tx, ctx.place.id if ctx.place else None)]
    here = next((at for at in around if at in held), None)
    return places.get(ctx.tx, here if here is not None else next(iter(held), None))


def leads(ctx: Context, place_id: int | None) -> bool:
    """Whether the speaker leads this place."""
    return bool(people.roles_at(ctx.tx, ctx.who.id, place_id) & LEADERS)
