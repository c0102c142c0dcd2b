"""Gifts and offers of help: what neighbours have to give, lend or do, and who could use it."""

from __future__ import annotations

from collections.abc import Iterator

from handlers import medicine, showing
from handlers.essentials import ask_where
from handlers.kit import Ask, Context, Effect, ToPerson, hears
from handlers.reading import Reading
from handlers.recording import place_of, record
from storage import places, requests
from storage.places import Place
from storage.requests import Request


@hears("offer")
def gift(ctx: Context) -> Iterator[Effect]:
    """Something to give: medicine goes through the gate, the rest is numbered and matched."""
    if ctx.late:
        return
    if medicine.is_donation(ctx):
        yield from medicine.donate(ctx)
        return
    place = place_of(ctx, ctx.reading)
    if place is None:
        yield ask_where(ctx)
        return
    yield from give(ctx, ctx.reading, ctx.text, place)


def give(ctx: Context, reading: Reading, text: str, place: Place) -> Iterator[Effect]:
    """Number the gift and tell its giver who could use it."""
    request = record(ctx, reading, text, place, kind="offer")
    yield ctx.reply("gifts.noted", about=request.number, **showing.openly(ctx, request))
    for need in _wanting(ctx, request):
        yield _introduce(ctx, need)


def givers(ctx: Context, need: Request) -> tuple[int, ...]:
    """Who has offered just this, nearest first; they are asked before others."""
    names = {str(item["name"]) for item in need.items}
    near = _neighbourhood(ctx, need)
    return tuple(
        one.requester_id
        for one in requests.offers(ctx.tx)
        if one.place_id in near
        and one.requester_id != need.requester_id
        and names & {str(item["name"]) for item in one.items}
    )


def _wanting(ctx: Context, offer: Request) -> list[Request]:
    names = {str(item["name"]) for item in offer.items}
    return [
        one
        for one in requests.at_places(ctx.tx, _neighbourhood(ctx, offer), ("open", "reopened"))
        if one.kind == "need"
        and one.requester_id != offer.requester_id
        and names & {str(item["name"]) for item in one.items}
    ][:2]


def _introduce(ctx: Context, need: Request) -> Ask:
    """Tell the giver who could use it: by number, building and kind."""
    return Ask(
        ToPerson(ctx.who.id),
        "gifts.wanted",
        showing.openly(ctx, need),
        about=need.number,
        direct=True,
        person_id=ctx.who.id,
        question="offered",
        ref=need.number,
    )


def _neighbourhood(ctx: Context, request: Request) -> list[int]:
    chain = places.chain(ctx.tx, request.place_id)
    top = chain[min(showing.NEAR, len(chain) - 1)]
    return places.within(ctx.tx, top.id)
