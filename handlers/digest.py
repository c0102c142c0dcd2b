"""Once a day: what can wait, and the red lines, which nobody took however often called."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from handlers import duty, showing
from handlers.kit import Context, Effect, Lines, Word, daily
from handlers.offering import OPEN
from storage import claims, places, requests
from storage.requests import Request, RequestEvent

MOST = 12
AGAIN = timedelta(hours=12)
"""What was told so lately was told today."""
_BEGINS = {"made", "open again", "not settled"}


@daily("09:10")
def what_can_wait(ctx: Context) -> Iterator[Effect]:
    """`low` has no deadlines: open ones are named in their group, held ones to their helper."""
    groups: dict[int, list[Request]] = {}
    hands: dict[int, list[Request]] = {}
    for one in _standing(ctx, (*OPEN, *requests.IN_HAND)):
        if one.urgency != "low" or one.kind == "offer":
            continue
        if ctx.now - one.made_at < AGAIN or _told(ctx, one, "in the digest"):
            continue
        holders, room = claims.holders(ctx.tx, one.number), showing.room_of(ctx, one)
        for holder in holders:
            hands.setdefault(holder, []).append(one)
        if not holders and room is not None:
            groups.setdefault(room, []).append(one)
        requests.tell(ctx.tx, one.number, ctx.now, "in the digest")
    for room, found in groups.items():
        aloud = (Word("requests.line", showing.aloud(ctx, one)) for one in found[:MOST])
        yield ctx.post(room, "digest.can_wait", lines=Lines(tuple(aloud)))
    for holder, found in hands.items():
        yield ctx.tell(holder, "digest.in_hand", lines=_lines(ctx, found))


@daily("09:15")
def red_lines(ctx: Context) -> Iterator[Effect]:
    """Called to the end and still nobody's: the coordinator is reminded every day."""
    lists: dict[int, list[Request]] = {}
    for one in _standing(ctx, OPEN):
        if claims.holders(ctx.tx, one.number) or not stands_red(ctx, one):
            continue
        if _told(ctx, one, "red line", "stands red"):
            continue
        requests.tell(ctx.tx, one.number, ctx.now, "red line")
        for person_id in duty.pages(ctx.tx, one.place_id, ctx.now, "coordinator"):
            lists.setdefault(person_id, []).append(one)
    for person_id, found in lists.items():
        yield ctx.tell(person_id, "digest.red_lines", lines=_lines(ctx, found))


def stands_red(ctx: Context, request: Request) -> bool:
    """Whether everybody on call was called to the end since its clock last began."""
    red = False
    for event in requests.story(ctx.tx, request.number):
        red = (red or event.what == "stands red") and event.what not in _BEGINS
    return red


def _standing(ctx: Context, states: tuple[str, ...]) -> list[Request]:
    return requests.at_places(ctx.tx, places.every(ctx.tx), states)


def _told(ctx: Context, request: Request, *what: str) -> bool:
    """Whether it was told so today already: the bot may have been started again."""
    story: list[RequestEvent] = requests.story(ctx.tx, request.number)
    return any(one.what in what and ctx.now - one.at < AGAIN for one in story)


def _lines(ctx: Context, found: list[Request]) -> Lines:
    shown = (
        Word("digest.line", {**showing.openly(ctx, one), "since": ctx.now - one.made_at})
        for one in found[:MOST]
    )
    return Lines(tuple(shown))
