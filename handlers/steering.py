"""What the coordinator and duty people say about a request: pass it up, merge, close, widen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from handlers import claims as claiming
from handlers import (
    climbing,
    corrections,
    duty,
    medicine,
    naming,
    offering,
    settling,
    showing,
    waves,
)
from handlers.kit import Context, Effect, Sorry, sentence
from handlers.recording import known
from storage import claims, people, requests
from storage.requests import Request

MOST = 20
"""So many helpers one task takes at most."""
_OUTCOMES = {
    "转介": "referred",
    "办不": "unable",
    "联系不上": "unreachable",
    "不需要": "not_needed",
    "重复": "duplicate",
    "部分": "half_done",
    "一半": "half_done",
    "自己": "by_others",
    "别人": "by_others",
    "解决": "done",
    "办好": "done",
    "referred": "referred",
    "unable": "unable",
    "unreachable": "unreachable",
    "not needed": "not_needed",
    "duplicate": "duplicate",
    "half": "half_done",
    "partly": "half_done",
    "others": "by_others",
    "done": "done",
    "solved": "done",
}
_ABOVE = {
    "街道": "street",
    "社区": "community",
    "网格": "grid",
    "street": "street",
    "community": "community",
    "grid": "grid",
}
"""The kind of place, as it is called by whoever passes something up."""
_NOT_DONE = re.compile(
    r"[没未](?:有|能)?(?:解决|办[好成妥])|不能解决|\b(?:not|never|un)\s*(?:done|solved)"
)
"""`没解决` is no `解决`."""


def served(ctx: Context) -> Request:
    """The request named, where the speaker serves its place; Sorry otherwise."""
    request = naming.must_lead(ctx)
    if not serves(ctx, request):
        raise Sorry("steering.not_yours", number=request.number)
    return request


def serves(ctx: Context, request: Request) -> bool:
    """Whether the speaker is on duty there or has an office; keeping a box is none."""
    offices = people.roles_at(ctx.tx, ctx.who.id, request.place_id) - {"volunteer", "keeper"}
    return bool(offices) or duty.serves(ctx, ctx.who.id, request.place_id)


@sentence("up")
def up(ctx: Context) -> Iterator[Effect]:
    """`#12 上报街道`: up to the place named, or to the next above."""
    request = served(ctx)
    kind = next((kind for word, kind in _ABOVE.items() if word in ctx.text.lower()), None)
    place = yield from climbing.climb(ctx, request, kind)
    if place is None:
        raise Sorry("steering.nobody_above", number=request.number)
    where = showing.place_name(place)
    yield ctx.reply("steering.going_up", about=request.number, number=request.number, place=where)


@sentence("close")
def close(ctx: Context) -> Iterator[Effect]:
    """`关闭 #12 已转介`: with an outcome, always."""
    request = served(ctx)
    if request.state == "closed":
        raise showing.over(request)
    said = ctx.slots.get("text", "").lower()
    outcome = next((value for word, value in _OUTCOMES.items() if word in said), None)
    if outcome == "done" and _NOT_DONE.search(said):
        outcome = "unable"
    if outcome is None:
        raise Sorry("steering.which_outcome", number=request.number)
    yield from settling.close(ctx, request, outcome)


@sentence("merge")
def merge(ctx: Context) -> Iterator[Effect]:
    """`合并 #12 #15`: the second joins the first; everybody who asked hears the end."""
    kept = served(ctx)
    other = showing.here(ctx, int(ctx.slots["count"]))
    if other is None or other.number == kept.number:
        raise Sorry("requests.unknown", number=int(ctx.slots["count"]))
    if not serves(ctx, other):
        raise Sorry("steering.not_yours", number=other.number)
    for request in (kept, other):
        if request.state == "closed":
            raise showing.over(request)
    number = kept.number
    for one in (other.requester_id, *requests.followers(ctx.tx, other.number)):
        if one != kept.requester_id:
            requests.follow(ctx.tx, number, one)
        yield ctx.tell(one, "steering.merged", about=number, number=number, other=other.number)
    helpers = claims.holders(ctx.tx, other.number)
    yield from settling.put_away(ctx, other)
    yield from medicine.freed(ctx, other)
    requests.tell(ctx.tx, number, ctx.now, "merged", person_id=ctx.who.id, note=f"#{other.number}")
    data = {**other.data, "joined": number}
    ended: dict[str, Any] = {"outcome": "duplicate", "closed_at": ctx.now, "data": data}
    requests.move(ctx.tx, other, "closed", ctx.now, who=ctx.who.id, why="merged", **ended)
    for helper in helpers:
        yield from _goes_along(ctx, known(ctx, number), other, helper)
    yield ctx.reply("steering.done_merging", about=number, number=number, other=other.number)


def _goes_along(ctx: Context, kept: Request, other: Request, helper: int) -> Iterator[Effect]:
    """Whoever held what was merged holds the whole now, unless somebody does."""
    wanted = kept.state in {*offering.OPEN, *requests.IN_HAND} and helper != kept.requester_id
    if wanted and len(claims.holders(ctx.tx, kept.number)) < kept.wanted:
        yield from claiming.hand_over(ctx, kept, helper)
    elif helper not in claims.holders(ctx.tx, kept.number):
        values = showing.openly(ctx, other)
        yield ctx.tell(helper, "settling.called_off", about=other.number, urgent=True, **values)


@sentence("several")
def several(ctx: Context) -> Iterator[Effect]:
    """`#3 需要帮手 2人`: so many places in the task, each claimed by itself."""
    request = naming.must_lead(ctx)
    holds = ctx.who.id in claims.holders(ctx.tx, request.number)
    if not holds and not showing.is_party(ctx, request):
        raise Sorry("steering.not_yours", number=request.number)
    yield from _widen(ctx, request)


@sentence("several_here", fits=lambda ctx: _meant(ctx) is not None)
def several_here(ctx: Context) -> Iterator[Effect]:
    """`需要帮手2人` without a number: the task in hand, else the speaker's own request."""
    number = _meant(ctx)
    if number is not None:
        yield from _widen(ctx, known(ctx, number))


def _meant(ctx: Context) -> int | None:
    own = naming.own(ctx)
    return naming.held(ctx) or (own.number if own else None)


def _widen(ctx: Context, request: Request) -> Iterator[Effect]:
    wanted = _count(ctx.slots["count"])
    requests.amend(ctx.tx, request.number, ctx.now, wanted=wanted)
    yield ctx.reply(
        "steering.several_wanted", about=request.number, number=request.number, count=wanted
    )
    if len(claims.holders(ctx.tx, request.number)) < wanted:
        yield from waves.wave(ctx, request)


def _count(said: str) -> int:
    return max(1, min(MOST, int(corrections.amount(f"{said}人") or 1)))
