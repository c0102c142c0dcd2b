"""Another time, or sooner: `改到明天上午`, `急`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from handlers import naming, offering, patience, promises, showing
from handlers.kit import Context, Effect, Never, Sorry, sentence
from handlers.recording import known
from storage import claims, requests
from storage.requests import Request


def _meant(ctx: Context) -> Request | None:
    """The task in hand, else the speaker's own request; the one named, if one is."""
    if "number" in ctx.slots:
        request = showing.here(ctx, int(ctx.slots["number"]))
        holds = request is not None and ctx.who.id in claims.holders(ctx.tx, request.number)
        return request if request and (holds or request.requester_id == ctx.who.id) else None
    held = naming.held(ctx)
    return known(ctx, held) if held is not None else _own(ctx)


def _own(ctx: Context, *states: str) -> Request | None:
    """What the speaker asked for themselves; a neighbour's that they joined is not theirs."""
    request = naming.own(ctx, *states)
    return request if request is not None and request.requester_id == ctx.who.id else None


@sentence("move", fits=lambda ctx: _meant(ctx) is not None)
def move(ctx: Context) -> Iterator[Effect]:
    """`改到明天上午`: the helper keeps it, and is nudged before that time instead."""
    request = _meant(ctx)
    when = ctx.reading.when
    if request is None:
        return
    if when is None or when.start is None:
        raise Sorry("moving.when", number=request.number)
    number, due = request.number, datetime.fromisoformat(when.start)
    if request.state in {"done", "closed"}:
        raise showing.over(request)
    if datetime.fromisoformat(when.end or when.start) < ctx.now:
        raise Sorry("moving.when", number=number)
    data = {**request.data, "due_until": when.end or when.start}
    requests.amend(ctx.tx, number, ctx.now, due_at=due, due_text=when.text, data=data)
    requests.tell(ctx.tx, number, ctx.now, "moved", person_id=ctx.who.id, note=when.text)
    request = known(ctx, number)
    yield from promises.agreed(ctx, request)
    yield ctx.reply("moving.moved", about=number, number=number, due=due)
    for holder in claims.holders(ctx.tx, number):
        yield from patience.begin(ctx, request, holder)
    for one in {request.requester_id, *claims.holders(ctx.tx, number)} - {ctx.who.id}:
        yield ctx.tell(one, "moving.told", about=number, due=due, **showing.openly(ctx, request))


def _waiting(ctx: Context) -> Request | None:
    request = _own(ctx, *offering.OPEN)
    wanted = int(ctx.slots.get("number", 0))
    return request if request and wanted in {0, request.number} else None


@sentence("hurry", fits=lambda ctx: _waiting(ctx) is not None)
def hurry(ctx: Context) -> Iterator[Effect]:
    """`急`: what could wait cannot; neighbours are asked now, whatever the hour."""
    request = _waiting(ctx)
    if request is None:
        return
    number = request.number
    requests.amend(ctx.tx, number, ctx.now, urgency="urgent")
    requests.tell(ctx.tx, number, ctx.now, "made urgent", person_id=ctx.who.id)
    yield Never(f"unclaimed:{number}:")
    yield ctx.reply("requests.hurry", about=number, urgent=True, number=number)
    yield from offering.begin(ctx, known(ctx, number))
