"""A request from its number to the first neighbour asked."""

from __future__ import annotations

from collections.abc import Iterator

from handlers import (
    disputes,
    duty,
    essentials,
    gifts,
    medicine,
    offering,
    promises,
    quiet,
    recording,
    showing,
)
from handlers.kit import Context, Effect, Say, rings
from handlers.reading import Reading
from storage import people, places, requests, rooms
from storage.places import Place
from storage.requests import Request


def make(ctx: Context, reading: Reading, text: str, place: Place) -> Iterator[Effect]:
    """Number it, say what was understood, look into the box, then ask the neighbours."""
    request = recording.record(
        ctx, reading, text, place, kind="report" if reading.act == "report" else "need"
    )
    missing = essentials.lacks(reading)
    if missing:
        yield from essentials.ask_what(ctx, request)
        return
    yield from start(ctx, request)


def start(ctx: Context, request: Request) -> Iterator[Effect]:
    """Everything essential is known: the box first, then gifts, then neighbours in waves."""
    if showing.is_dispute(request):
        yield from disputes.begin(ctx, request)
        return
    looked = yield from medicine.look(ctx, request)
    if looked.doctor_first:
        return
    if not looked.held:
        yield noted(ctx, request)
    yield from promises.made(ctx, request)
    if looked.held:
        yield from promises.keep(ctx, request, "found")
    givers = gifts.givers(ctx, request)
    serving = _serving(ctx, request)
    yield from offering.begin(ctx, request, first=(*givers, *serving))


def _serving(ctx: Context, request: Request) -> tuple[int, ...]:
    """Reports go to those whose work it is: the property service first, whoever has the turn."""
    if request.kind != "report":
        return ()
    on_turn = duty.pages(ctx.tx, request.place_id, ctx.now, "property")
    return tuple((on_turn or people.serving(ctx.tx, request.place_id, "property"))[:2])


def noted(ctx: Context, request: Request) -> Say:
    """The first answer: number, what was understood, what to expect."""
    urgent = request.urgency == "urgent"
    rules = ctx.rules(request)
    expect = rules.unclaimed.urgent.duty if urgent else rules.neighbourly.claimed
    key = "requests.reported" if request.kind == "report" else "requests.noted"
    asking = quiet.by_day(ctx, request, ctx.now)
    values = showing.openly(ctx, request)
    if urgent:
        key += "_urgent"
    elif asking > ctx.now:
        key, values = f"{key}_night", {**values, "asking": asking}
    return ctx.reply(key, about=request.number, urgent=urgent, expect=expect, **values)


@rings("essential")
def begin_anyway(ctx: Context) -> Iterator[Effect]:
    """Told or not, neighbours are asked now."""
    request = requests.get(ctx.tx, ctx.rung.ref)
    if request is None or request.state != "open":
        return
    ctx.speaker = people.get(ctx.tx, request.requester_id)
    ctx.room = None if request.room_id is None else rooms.get(ctx.tx, request.room_id)
    ctx.place = places.get(ctx.tx, request.place_id)
    yield from start(ctx, request)
