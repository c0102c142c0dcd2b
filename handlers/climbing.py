"""Passing a request up the tree of places; each step stands in its story."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from handlers import duty, showing
from handlers.kit import Context, Effect
from storage import duty as rosters
from storage import places, requests
from storage.places import Place
from storage.requests import Request


def climb(
    ctx: Context, request: Request, kind: str | None = None
) -> Generator[Effect, None, Place | None]:
    """Those who run the next place above hear of it, or those of the first of this ``kind``.

    Returns the place it has reached; None where nobody is there to be told.
    """
    for place in _above(ctx, request):
        told = _running(ctx, request, place)
        if told and kind in {None, place.kind}:
            speaker = ctx.speaker.id if ctx.speaker else None
            requests.tell(
                ctx.tx, request.number, ctx.now, "climbed", person_id=speaker, note=place.name
            )
            data = {**request.data, "climbed": place.id}
            requests.amend(ctx.tx, request.number, ctx.now, data=data, level=request.level + 1)
            yield from _tell(ctx, request, place, told[:2])
            return place
    return None


def _above(ctx: Context, request: Request) -> list[Place]:
    """The places above the one it has reached, nearest first."""
    chain = places.chain(ctx.tx, request.place_id)
    ids = [place.id for place in chain]
    reached = request.data.get("climbed")
    return chain[ids.index(reached) + 1 if reached in ids else 1 :]


def _running(ctx: Context, request: Request, place: Place) -> list[int]:
    """Who runs this very place, without the speaker and the coordinator whom it was left with."""
    left_with = [one["people"] for one in request.chain if one["step"] == "coordinator"]
    out = {one for people in left_with for one in people}
    if ctx.speaker is not None:
        out.add(ctx.speaker.id)
    roles = ("coordinator", "leader", "community_worker")
    found = [one for role in roles for one in duty.holding(ctx.tx, place.id, role)]
    others = (one for one in dict.fromkeys(found) if one not in out)
    return [one for one in others if rosters.reachable(ctx.tx, one)]


def _tell(ctx: Context, request: Request, place: Place, told: list[int]) -> Iterator[Effect]:
    """Those above, and whoever asked: they see that it has not been forgotten."""
    values = {**showing.openly(ctx, request), "since": ctx.now - request.made_at}
    for person_id in told:
        yield ctx.tell(person_id, "offering.climbed", about=request.number, **values)
    where = showing.place_name(place)
    for one in (request.requester_id, *requests.followers(ctx.tx, request.number)):
        if ctx.speaker is None or one != ctx.speaker.id:
            values = {"number": request.number, "what": showing.what(request), "above": where}
            yield ctx.tell(one, "offering.climbed_told", about=request.number, **values)
