"""The same thing twice: one place, one kind, one day. Whoever says yes joins and hears the end."""

from __future__ import annotations

from datetime import timedelta

from handlers import showing
from handlers.kit import Ask, Context
from handlers.reading import Reading
from storage import questions, requests
from storage.requests import Request

SHARED = ("repair", "sanitation", "safety")
"""Kinds of which one matter often has many who report it; goods are each household's own."""


def twin(ctx: Context, place_id: int) -> Request | None:
    """An unsettled request that this may be about."""
    category, window = (
        ctx.reading.category or "other",
        ctx.policy_at(place_id).requests.duplicate_window,
    )
    if ctx.reading.act != "report" and not requests.is_waiting(ctx.tx, ctx.who.id):
        return None
    names = {item.name for item in ctx.reading.items}
    for other in requests.alike(ctx.tx, place_id, category, ctx.now - window, ctx.who.id):
        own = other.requester_id == ctx.who.id
        theirs = {str(item["name"]) for item in other.items}
        same_things = bool(names & theirs) or names == theirs
        both_reports = ctx.reading.act == "report" and other.kind == "report"
        same_room = not ctx.reading.place.room or ctx.reading.place.room == other.room
        if same_things and same_room and (own or (both_reports and category in SHARED)):
            return other
    return None


def is_asked(ctx: Context, other: Request) -> bool:
    """Whether the question stands already: the same words again are no new matter."""
    standing = questions.open_to(ctx.tx, ctx.who.id, ctx.now)
    return any(one.kind == "same" and one.ref == other.number for one in standing)


def question(ctx: Context, other: Request, reading: Reading, text: str) -> Ask:
    """``Is this the same thing as #12?``"""
    return Ask(
        ctx.here(),
        "sameness.same",
        showing.openly(ctx, other),
        about=other.number,
        direct=True,
        person_id=ctx.who.id,
        question="same",
        ref=other.number,
        data={"reading": reading.as_json(), "text": text},
        wait=timedelta(hours=2),
    )
