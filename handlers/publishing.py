"""The coordinator publishes a need again, recruits for it, and brings those in it together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handlers import asking_first, corrections, showing, steering, talks, waves
from handlers.kit import Both, Context, Effect, Sorry, Word, rings, sentence
from handlers.recording import known
from storage import claims, places, requests, rooms
from storage.requests import Request


@sentence("publish")
def publish(ctx: Context) -> Iterator[Effect]:
    """`发布 #12`: shown first; number, place and kind are all that a group hears."""
    yield _shown(ctx, _public(ctx), None)


@sentence("recruit")
def recruit(ctx: Context) -> Iterator[Effect]:
    """`招募 3人 #12`: so many helpers, each of whom claims for themselves."""
    count = int(corrections.amount(f"{ctx.slots['count']}人") or 1)
    yield _shown(ctx, _public(ctx), max(1, min(steering.MOST, count)))


def _public(ctx: Context) -> Request:
    """The request named, which still wants somebody and may be spoken of in a group."""
    request = steering.served(ctx)
    if request.state in {"done", "closed"}:
        raise showing.over(request)
    if showing.is_hushed(request):
        raise Sorry("publishing.stays_private", number=request.number)
    if not _groups(ctx, request):
        raise Sorry("publishing.no_group", number=request.number)
    return request


def _groups(ctx: Context, request: Request) -> list[int]:
    """The groups of the request's place and of those around it."""
    around = [place.id for place in places.chain(ctx.tx, request.place_id)]
    return [room.id for room in rooms.groups(ctx.tx, around)]


def _shown(ctx: Context, request: Request, wanted: int | None) -> Effect:
    values = {**_aloud(ctx, request, wanted), "count": len(_groups(ctx, request))}
    data = {"wanted": wanted}
    number = request.number
    return asking_first.ask(
        ctx, "publish", Word("publishing.preview", values), ref=number, data=data
    )


def _aloud(ctx: Context, request: Request, wanted: int | None) -> dict[str, Any]:
    values, missing = showing.openly(ctx, request), _missing(ctx, request, wanted)
    said = Word("publishing.helpers", {"count": missing}) if missing > 1 else ""
    return {
        "number": request.number,
        "place": values["place"],
        "kind": values["kind"],
        "more": said,
    }


def _missing(ctx: Context, request: Request, wanted: int | None) -> int:
    return (wanted or request.wanted) - len(claims.holders(ctx.tx, request.number))


@asking_first.confirmed("publish")
def published(ctx: Context) -> Iterator[Effect]:
    """In the groups, and once more to those who fit and were not asked."""
    request, wanted = known(ctx, ctx.asked.ref), ctx.asked.data["wanted"]
    if request.state in {"done", "closed"}:
        raise showing.over(request)
    if wanted is not None:
        requests.amend(ctx.tx, request.number, ctx.now, wanted=wanted)
        request = known(ctx, request.number)
    number = request.number
    requests.tell(ctx.tx, number, ctx.now, "published", person_id=ctx.who.id)
    for room_id in _groups(ctx, request):
        yield ctx.post(room_id, "publishing.wanted", about=number, **_aloud(ctx, request, wanted))
    if _missing(ctx, request, wanted) > 0:
        yield from waves.wave(ctx, request)
    yield ctx.reply("publishing.done", about=number, number=number)


@sentence("together")
def together(ctx: Context) -> Iterator[Effect]:
    """`#12 碰个头`: who asked, who helps and the coordinator talk with each other, privately."""
    request = steering.served(ctx)
    number = request.number
    holders = claims.holders(ctx.tx, number)
    if not holders:
        raise Sorry("publishing.nobody_yet", number=number)
    members = list(dict.fromkeys([request.requester_id, *holders, ctx.who.id]))
    yield ctx.reply("publishing.bringing", about=number, number=number)
    title = Both(f"商量 #{number}", f"About #{number}")
    yield from talks.open_talk(ctx, "matter", number, members, title, "talks.together")


@rings("matter_over")
def parted(ctx: Context) -> Iterator[Effect]:
    """They have ended their talk; the task goes on."""
    request = requests.get(ctx.tx, ctx.rung.ref)
    if request is not None:
        requests.tell(ctx.tx, request.number, ctx.now, "talked")
    yield from ()
