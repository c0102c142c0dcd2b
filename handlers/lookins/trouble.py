"""Somebody was found in trouble: an urgent request at their door, duty paged, the family told."""

from __future__ import annotations

from collections.abc import Generator

from handlers import offering, recording, requests, showing
from handlers.kit import Context, Effect, Sorry
from handlers.lookins import sought
from handlers.lookins.aiming import at_door
from handlers.lookins.sought import Sought
from handlers.reading import ForWhom, Spot
from storage import alerts, places


def trouble(ctx: Context, one: Sought, said: str) -> Generator[Effect, None, int]:
    """Make it, in the name of whoever found them and is with them; its number."""
    place = places.get(ctx.tx, one.place_id)
    if place is None:
        raise Sorry("requests.where")
    reading = ctx.reading.but(
        act="need",
        category=ctx.reading.category or "medical",
        urgency="urgent",
        items=(),
        place=Spot(),
        person=ForWhom(text=one.name, kind="patient"),
        when=None,
        refers=None,
        confidence=1.0,
    )
    request = recording.record(ctx, reading, said, place, kind="need")
    request = at_door(ctx, request, one)
    yield from requests.start(ctx, request)
    # Neighbours were asked; what concerns somebody's life does not wait for them.
    yield from offering.page(ctx, recording.known(ctx, request.number), offering.STEPS[0])
    for person_id in sought.family_of(ctx, one.person_id):
        values = {**sought.facts(ctx, one), "helper": showing.name_of(ctx.who), "said": said}
        yield ctx.tell(
            person_id, "lookins.family_told", about=request.number, urgent=True, **values
        )
    for call in alerts.calls_of(ctx.tx, one.person_id) if one.person_id else ():
        alerts.change_call(ctx.tx, call.id, state="help", request=request.number, at=ctx.now)
    return request.number
