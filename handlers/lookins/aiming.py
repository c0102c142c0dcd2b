"""Whose door a request is about, when a visitor speaks for somebody on a list."""

from __future__ import annotations

from typing import Any

from handlers import offering
from handlers.kit import Context
from handlers.lookins import sought
from handlers.lookins.sought import Sought
from handlers.recording import known
from storage import alerts, coverage, lookins, questions, requests
from storage.requests import Request


def at_door(ctx: Context, request: Request, one: Sought) -> Request:
    """The request, moved to the door of whom it is about; their number first, then the caller's."""
    resident = sought.person(ctx, one)
    phones = [number for number in (resident.phone if resident else None, ctx.who.phone) if number]
    columns: dict[str, Any] = {
        "place_id": one.place_id,
        "unit": resident.unit if resident else None,
        "floor": resident.floor if resident else None,
        "room": resident.room if resident else None,
        "spot": None if resident else one.name,
        "phone": [*request.phone, *phones],
        "for_text": one.name,
        "chain": offering.copy_chain(ctx, one.place_id),
    }
    requests.amend(ctx.tx, request.number, ctx.now, **columns)
    return known(ctx, request.number)


def aim(ctx: Context, request: Request) -> Request:
    """An emergency cried by a visitor or somebody on a roll: at the right door, and noted there."""
    for call in alerts.calls_of(ctx.tx, ctx.who.id):
        alerts.change_call(ctx.tx, call.id, state="help", request=request.number, at=ctx.now)
    for visit in coverage.of_visitor(ctx.tx, ctx.who.id):
        if sought.is_named(ctx, visit, ctx.text):
            found = {"state": "trouble", "by": ctx.who.id, "at": ctx.now, "request": request.number}
            coverage.change_visit(ctx.tx, visit.id, **found)
            coverage.tell(ctx.tx, visit.id, ctx.now, "trouble", person_id=ctx.who.id)
            return at_door(ctx, request, visit)
    for question in questions.open_to(ctx.tx, ctx.who.id, ctx.now):
        one = lookins.get(ctx.tx, question.ref) if question.kind == "lookin" else None
        if one is not None and sought.is_named(ctx, one, ctx.text):
            return at_door(ctx, request, one)
    return request
