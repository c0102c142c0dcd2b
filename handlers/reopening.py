"""Not settled after all: the same number, a new clock, back in the helper's hands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from handlers import naming, offering, patience, promises, showing
from handlers.kit import Context, Effect, Never, Sorry, answers, hears, sentence
from handlers.recording import known
from storage import claims, questions, requests
from storage.requests import Request

ASKED = {"which_ended": "which"}
_ANSWERED_SO = {"nudge", "settled", "handed", "checkin", "talk"}
"""Questions to which `还没好` is an answer."""


def _is_meant(ctx: Context) -> bool:
    """Whether something of theirs may be meant; a bare word may be an answer instead."""
    asked = questions.open_to(ctx.tx, ctx.who.id, ctx.now)
    if naming.said(ctx) is None and any(one.kind in _ANSWERED_SO for one in asked):
        return False
    return bool(naming.ended(ctx)) or naming.own(ctx) is not None


@sentence("not_settled", fits=_is_meant)
@hears("reopen")
def not_settled(ctx: Context) -> Iterator[Effect]:
    """It is not settled after all: the same number, a new clock."""
    found = naming.ended(ctx)
    if not found:
        waiting = naming.own(ctx)
        if waiting is not None:
            yield ctx.reply(
                "reopening.still_on_it", about=waiting.number, **showing.openly(ctx, waiting)
            )
        return
    if len(found) > 1:
        yield naming.which_of(ctx, found, "reopening.which", "which_ended")
        return
    yield from _try_again(ctx, found[0])


@answers("which_ended", lambda ctx: bool(naming.spoken_number(ctx)))
def told_which(ctx: Context) -> Iterator[Effect]:
    """`还没好` could have meant several; now the number is said."""
    yield from _try_again(ctx, known(ctx, naming.chosen(ctx)))


def _try_again(ctx: Context, request: Request) -> Iterator[Effect]:
    if request.state not in {"done", "closed"}:
        yield ctx.reply(
            "reopening.still_on_it", about=request.number, **showing.openly(ctx, request)
        )
        return
    days = timedelta(days=ctx.rules(request).requests.reopen_days)
    if request.state == "closed" and (
        request.closed_at is None or ctx.now - request.closed_at > days
    ):
        raise Sorry("reopening.too_long_ago", number=request.number)
    yield from reopen_it(ctx, request)


def reopen_it(ctx: Context, request: Request) -> Iterator[Effect]:
    """Back in the helper's hands, who may give it back; open to all where there was none."""
    number = request.number
    more: dict[str, Any] = {
        "reopenings": request.reopenings + 1,
        "outcome": None,
        "closed_at": None,
    }
    requests.move(ctx.tx, request, "reopened", ctx.now, who=ctx.who.id, why="not settled", **more)
    yield Never(f"settle:{number}:")
    questions.close(ctx.tx, None, "hours", number)
    again = requests.get(ctx.tx, number) or request
    last = claims.of_request(ctx.tx, number, "held", "finished")
    yield ctx.reply("reopening.reopened", about=number, number=number)
    for claim in last:
        claims.set_state(ctx.tx, number, claim.person_id, "held", ctx.now)
        values = showing.openly(ctx, again)
        yield ctx.tell(
            claim.person_id, "reopening.not_settled", about=number, urgent=True, **values
        )
        yield from patience.begin(ctx, again, claim.person_id)
    if not last:
        yield from offering.begin(ctx, again)
    yield from promises.again(ctx, again)
