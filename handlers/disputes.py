"""Disputes go to the mediator in private: never to neighbours, and no detail to a group."""

from __future__ import annotations

from collections.abc import Iterator

from handlers import mediators, promises, showing, steering, talks
from handlers.kit import Context, Effect, Never, Sorry, rings, sentence
from handlers.recording import known
from storage import claims, questions, requests
from storage import talks as talking
from storage.requests import Request


def begin(ctx: Context, request: Request) -> Iterator[Effect]:
    """The mediators are asked, and the coordinator where none of them takes it."""
    number = request.number
    asked = mediators.of(ctx, request)
    key = "disputes.noted" if asked else "disputes.noted_alone"
    yield ctx.reply(key, about=number, number=number)
    yield from mediators.ask(ctx, request, asked)


def talk_stops(ctx: Context, request: Request) -> Iterator[Effect]:
    """The mediator has it no longer: the talk waits for another one, who opens it anew."""
    talk = talking.live(ctx.tx, "dispute", request.number)
    if talk is not None and not claims.holders(ctx.tx, request.number):
        yield from talks.close_talk(ctx, talk, "disputes.talk_stops", number=request.number)


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
    found = mediators.of(ctx, request)
    if not found:
        raise Sorry("disputes.no_mediator", number=number)
    for holder in claims.holders(ctx.tx, number):
        if holder not in found:
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
        yield from mediators.ask(ctx, request, found)
