"""Asking neighbours in waves: privately, each wave more and from farther; then in groups."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from handlers import cast, matching, quiet, showing
from handlers.kit import Ask, Context, Effect, Later, ToPerson
from handlers.matching import Fit, Matching
from storage import claims, places, requests, rooms, timers
from storage.claims import Invitation
from storage.requests import Request

NEXT_DOOR = 1
"""So many steps up the tree every group hears of it: the micro-grid; the grid's own hears, too."""


def wave(ctx: Context, request: Request) -> Iterator[Effect]:
    """Ask the next few privately: each wave more people, and from farther away."""
    yield from ask(ctx, request, claims.invitations(ctx.tx, request.number))


def ask(ctx: Context, request: Request, asked: Sequence[Invitation]) -> Iterator[Effect]:
    """The next wave after those that were ``asked`` so far."""
    if showing.is_dispute(request):
        return  # the mediators were asked, and neighbours are not
    turn = max((one.wave for one in asked), default=0) + 1
    # Nobody holds what is open.
    holders = [] if request.state == "open" else claims.holders(ctx.tx, request.number)
    out = [*(one.person_id for one in asked), *holders]
    for fit in fitting(ctx, request, wave=turn, asked=out):
        yield invitation(ctx, request, fit.person_id, wave=turn, why=fit.why)


def fitting(
    ctx: Context, request: Request, *, wave: int, asked: Sequence[int], only: Collection[int] = ()
) -> list[Fit]:
    """Whom the wave of this number would ask, best first; ``only`` these, if any are."""
    return cast.fits(
        ctx.tx,
        request,
        quiet.by_day(ctx, request, ctx.now),
        rule=_rule(ctx, request),
        wave=wave,
        asked=asked,
        most_tasks=ctx.rules(request).requests.max_open_tasks,
        only=only,
    )


def _rule(ctx: Context, request: Request) -> Matching:
    return matching.rule_for(ctx.rules(request).matching, request.category)


def declined(ctx: Context, number: int) -> Iterator[Effect]:
    """Somebody said no: where everybody asked has, the next are asked at once."""
    request = requests.get(ctx.tx, number)
    asked = claims.invitations(ctx.tx, number)
    if request is None or request.state not in {"open", "reopened"}:
        return
    if claims.holders(ctx.tx, number):
        return
    if all(one.answer == "no" for one in asked) and quiet.by_day(ctx, request, ctx.now) == ctx.now:
        yield next_at(number, ctx.now)


def next_at(number: int, due: datetime) -> Later:
    """When the next wave is due."""
    return Later(f"unclaimed:{number}:next", due, "unclaimed", number, {"step": "next"})


def invitation(ctx: Context, request: Request, person_id: int, *, wave: int, why: str) -> Ask:
    """Ask one person privately whether they can take it; the place and kind, no more."""
    number = request.number
    claims.invite(ctx.tx, number, person_id, wave=wave, now=ctx.now, why=why)
    return Ask(
        ToPerson(person_id),
        "offering.invite_urgent" if request.urgency == "urgent" else "offering.invite",
        showing.openly(ctx, request),
        about=number,
        urgent=request.urgency == "urgent",
        fresh=timedelta(hours=2),
        person_id=person_id,
        question="offered",
        ref=number,
        wait=timedelta(hours=24),
    )


def pause(ctx: Context, request: Request) -> timedelta:
    """How long each wave of this request has."""
    rule = _rule(ctx, request)
    return rule.urgent_pause if request.urgency == "urgent" else rule.pause


def following(ctx: Context, request: Request) -> Iterator[Effect]:
    """Those asked have not come forward: the next, until it is offered in the groups."""
    yield from wave(ctx, request)
    due = ctx.now + pause(ctx, request)
    groups = timers.get(ctx.tx, f"unclaimed:{request.number}:wider")
    if groups is not None and due < groups.due_at:
        yield next_at(request.number, due)


def wider(ctx: Context, request: Request) -> Iterator[Effect]:
    """Another wave, and the own group; two pauses later those next door."""
    number, values = request.number, showing.aloud(ctx, request)
    urgent = request.urgency == "urgent"
    yield from wave(ctx, request)
    own = showing.room_of(ctx, request)
    if own is None:
        yield from next_door(ctx, request)
        return
    yield ctx.post(own, "offering.still_open", about=number, urgent=urgent, **values)
    key, due = f"unclaimed:{number}:next_door", ctx.now + 2 * pause(ctx, request)
    yield Later(key, due, "unclaimed", number, {"step": "next_door"})


def next_door(ctx: Context, request: Request) -> Iterator[Effect]:
    """The groups next door hear of it, too, where their places share, and the grid's own."""
    number, values = request.number, showing.aloud(ctx, request)
    urgent, own = request.urgency == "urgent", showing.room_of(ctx, request)
    chain = places.chain(ctx.tx, request.place_id)
    around = places.within(ctx.tx, chain[min(NEXT_DOOR, len(chain) - 1)].id)
    around = [*around, *(place.id for place in chain[NEXT_DOOR + 1 : NEXT_DOOR + 2])]
    for room in rooms.groups(ctx.tx, around):
        place = places.get(ctx.tx, room.place_id)
        away = room.place_id != request.place_id and room.id != own
        if away and place is not None and place.shares:
            yield ctx.post(room.id, "offering.next_door", about=number, urgent=urgent, **values)
