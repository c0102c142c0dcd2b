"""Disputes go to the mediator in private: never to neighbours, and no detail to a group."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from handlers import promises, quiet, showing, steering, waves
from handlers.kit import Context, Effect, Later, Never, Sorry, rings, sentence
from handlers.recording import known
from storage import claims, duty, people, questions, requests
from storage.requests import Request


def begin(ctx: Context, request: Request) -> Iterator[Effect]:
    """The mediators are asked, and the coordinator where none of them takes it."""
    number = request.number
    asked = _mediators(ctx, request)
    key = "disputes.noted" if asked else "disputes.noted_alone"
    yield ctx.reply(key, about=number, number=number)
    yield from _ask(ctx, request, asked)


def _mediators(ctx: Context, request: Request) -> list[int]:
    """Who mediates there, nearest first; nobody mediates in their own dispute."""
    return [
        one
        for one in people.serving(ctx.tx, request.place_id, "mediator")
        if one != request.requester_id and duty.reachable(ctx.tx, one)
    ]


def _ask(ctx: Context, request: Request, mediators: list[int]) -> Iterator[Effect]:
    number = request.number
    for person_id in mediators[:2]:
        yield waves.invitation(ctx, request, person_id, wave=0, why="mediates")
    # It stays in the place: nobody further up hears of it unless somebody says so.
    wait = ctx.rules(request).unclaimed.normal.coordinator if mediators else timedelta()
    due = quiet.by_day(ctx, request, ctx.now + wait)
    key, step = f"unclaimed:{number}:coordinator", {"step": "coordinator"}
    yield Later(key, due, "unclaimed", number, step)


@rings("dispute_over")
def parted(ctx: Context) -> Iterator[Effect]:
    """One of them has ended the talk: the dispute is the mediator's till they say how it stands."""
    number = ctx.rung.ref
    requests.tell(ctx.tx, number, ctx.now, "talked")
    for one in claims.holders(ctx.tx, number):
        yield ctx.tell(one, "disputes.talk_over", about=number, number=number)


@sentence("mediate")
def mediate(ctx: Context) -> Iterator[Effect]:
    """`#12 转调解`: whoever had it is relieved, and the mediator is asked."""
    request = steering.served(ctx)
    number = request.number
    if request.state in {"done", "closed"}:
        raise showing.over(request)
    mediators = _mediators(ctx, request)
    if not mediators:
        raise Sorry("disputes.no_mediator", number=number)
    for holder in claims.holders(ctx.tx, number):
        if holder not in mediators:
            claims.set_state(ctx.tx, number, holder, "given_back", ctx.now)
            yield Never(f"claim:{number}:{holder}:")
            yield ctx.tell(holder, "giving.taken_over", about=number, number=number)
    yield Never(f"unclaimed:{number}:")
    questions.close(ctx.tx, None, "offered", number)
    if request.state in requests.IN_HAND and not claims.holders(ctx.tx, number):
        requests.move(ctx.tx, request, "open", ctx.now, who=ctx.who.id, why="open again")
    yield from promises.ended(ctx, request)
    requests.amend(ctx.tx, number, ctx.now, category="dispute")
    requests.tell(ctx.tx, number, ctx.now, "to mediator", person_id=ctx.who.id)
    yield ctx.reply("disputes.handed", about=number, number=number)
    request = known(ctx, number)
    for one in (request.requester_id, *requests.followers(ctx.tx, number)):
        if one != ctx.who.id:
            yield ctx.tell(one, "disputes.told", about=number, **showing.openly(ctx, request))
    if not claims.holders(ctx.tx, number):
        yield from _ask(ctx, request, mediators)
