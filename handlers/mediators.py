"""Who mediates: the mediators of a place are asked about a dispute, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from handlers import quiet, waves
from handlers.kit import Context, Effect, Later, Never
from storage import claims, duty, people
from storage.requests import Request


def of(ctx: Context, request: Request) -> list[int]:
    """Who mediates there, nearest first; nobody in their own dispute, nobody who gave it back."""
    gone = claims.of_request(ctx.tx, request.number, "given_back", "worn_off")
    out = {request.requester_id, *(one.person_id for one in gone)}
    serving = people.serving(ctx.tx, request.place_id, "mediator")
    return [one for one in serving if one not in out and duty.reachable(ctx.tx, one)]


def ask(ctx: Context, request: Request, mediators: list[int]) -> Iterator[Effect]:
    """Two of them are asked; the coordinator hears if none takes it, at once if there is none."""
    number = request.number
    yield Never(f"unclaimed:{number}:")
    for person_id in mediators[:2]:
        yield waves.invitation(ctx, request, person_id, wave=0, why="mediates")
    # It stays in the place: nobody further up hears of it unless somebody says so.
    wait = ctx.rules(request).unclaimed.normal.coordinator if mediators else timedelta()
    due = quiet.by_day(ctx, request, ctx.now + wait)
    key, step = f"unclaimed:{number}:coordinator", {"step": "coordinator"}
    yield Later(key, due, "unclaimed", number, step)
